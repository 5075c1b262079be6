import { z } from 'zod';
import type { JsonValue } from '../../domain/json.ts';

/** Files of one resource at most: their marks are one text, which is written with every batch. */
export const maxFiles = 5_000;

/** A place in a file: everything before it was given. */
export interface Spot {
  /** Bytes of the content, unpacked; of Parquet rows. */
  readonly at: number;
  /** Number of the line that begins there, from 1. */
  readonly line: number;
  /** Of the content before it: it tells a file that only grew from one that was written anew. */
  readonly digest: string;
}

/** How far one version of a file was given. */
export interface Mark extends Spot {
  /** Says which version it was; the same stamp means that nothing changed. */
  readonly stamp: string;
}

/** How far each file was given, by its name. */
export type Bookmark = ReadonlyMap<string, Mark>;

const count = z.int().min(0);
const bookmarkSchema = z.strictObject({
  files: z.record(z.string(), z.tuple([z.string(), count, count, z.string()])),
});

/** Reads a bookmark. What is none of ours, such as the begin of a range of dates, says nothing: all is read. */
export function readBookmark(text: string | undefined): Bookmark {
  const files = text === undefined ? undefined : bookmarkSchema.safeParse(parsed(text)).data?.files;
  return new Map(
    Object.entries(files ?? {}).map(([name, [stamp, at, line, digest]]) => [
      name,
      { stamp, at, line, digest },
    ]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A bookmark as the text that is committed: about 150 bytes a file. */
export const writeBookmark = (marks: Bookmark): string =>
  JSON.stringify({
    files: Object.fromEntries(
      [...marks].map(([name, { stamp, at, line, digest }]) => [name, [stamp, at, line, digest]]),
    ),
  });

const tokenSchema = z.strictObject({
  file: z.string().nullable(),
  position: count,
  line: count,
  digest: z.string(),
  done: z.string(),
});

/** Where a read goes on: in the middle of a file, or after one. */
export interface Token {
  /** Null: between two files. */
  readonly file: string | null;
  readonly spot: Spot;
  /** The bookmark as it stands there. */
  readonly done: string;
}

/** The token as it is stored. */
export const writeToken = ({ file, spot, done }: Token): JsonValue => ({
  file,
  position: spot.at,
  line: spot.line,
  digest: spot.digest,
  done,
});

/** Reads a token; null where there is none, or none of ours. */
export function readToken(value: JsonValue | undefined): Token | null {
  const token = tokenSchema.safeParse(value).data;
  if (token === undefined) return null;
  const { file, position: at, line, digest, done } = token;
  return { file, spot: { at, line, digest }, done };
}
