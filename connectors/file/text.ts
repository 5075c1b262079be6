import { createHash, type Hash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { FileDefinition } from '../format/file.ts';
import type { Spot } from './bookmark.ts';
import { openContent } from './content.ts';
import { createJsonReader } from './json-lines.ts';
import { createLineCutter } from './lines.ts';
import type { OpenFile } from './place.ts';
import { fileRefused } from './refusal.ts';
import { createTableReader, readHeader } from './table.ts';

const partRows = 1_000;
const partBytes = 1024 * 1024;

/** Some rows of a file, in order, and the place after them. */
export interface Part {
  readonly rows: readonly JsonValue[];
  readonly spot: Spot;
  /** On the first part of a reading, of which a file that is replaced has several: the line that it begins at. */
  readonly begins?: number;
}

/** What is read of one file. */
export interface FileRead {
  readonly name: string;
  readonly opened: OpenFile;
  readonly file: FileDefinition;
  readonly schema: JsonObject | 'infer';
  /** Where to go on; null: at its beginning. */
  readonly start: Spot | null;
}

const digestOf = (hash: Hash): string => hash.copy().digest('hex').slice(0, 32);

/** Whether the file has become larger than when it was opened. */
const hasGrown = async ({ handle, bytes }: OpenFile): Promise<boolean> => (await handle.stat()).size > bytes;

/**
 * Reads a CSV or JSON lines file in parts. What was given before `start` is not parsed again, only compared. A last
 * line without an end is given as it stands, but the place stays before it, so that it is read again once the file has
 * grown; while the file grows it is left for the next time.
 * @returns false when what stands before `start` is not what stood there: nothing was given then
 * @throws TributaryError SOURCE_FILE_REFUSED after the rows before the fault
 */
export async function* readText({
  name,
  opened,
  file,
  schema,
  start,
}: FileRead): AsyncGenerator<Part, boolean> {
  const tail = { cut: false };
  const content = await openContent(name, opened, file, tail);
  const header = file.format === 'csv' ? await readHeader(name, content, file, schema) : null;
  // A table without any line has no rows, whoever reads it.
  const reader =
    header === null ? createJsonReader(name, file.origin) : createTableReader(name, header, file.origin);
  const top = header?.start ?? { at: 0, line: 1 };
  // Where the names had no end yet, all of the file is new.
  const goesOn = start !== null && start.at >= top.at;
  const begin = goesOn ? start : top;
  const cutter = createLineCutter({ encoding: content.encoding, start: begin });
  const hash = createHash('sha256');
  let at = 0;
  let border: Spot = { at: 0, line: 1, digest: digestOf(hash) };
  let rows: JsonValue[] = [];
  let given = begin.at;

  for await (const whole of content.chunks()) {
    const before = whole.subarray(0, Math.max(0, begin.at - at));
    if (before.length > 0) {
      hash.update(before);
      at += before.length;
      if (at < begin.at) continue;
      const digest = digestOf(hash);
      if (goesOn && digest !== start.digest) return false;
      if (goesOn || header?.whole === true) border = { at: begin.at, line: begin.line, digest };
    }
    const chunk = whole.subarray(before.length);
    let hashed = 0;
    /** Takes the digest at the last row that is complete, which may be the one that was taken last. */
    const settle = (last: { at: number; line: number }): void => {
      if (last.at <= at + hashed) return;
      hash.update(chunk.subarray(hashed, last.at - at));
      hashed = last.at - at;
      border = { ...last, digest: digestOf(hash) };
    };
    let settled: { at: number; line: number } = border;
    for (const line of cutter.add(chunk)) {
      for (const row of reader.push(line)) rows.push(row);
      if (!reader.settled()) continue;
      settled = { at: line.end, line: line.number + 1 };
      if (rows.length < partRows && line.end - given < partBytes) continue;
      settle(settled);
      yield { rows, spot: border };
      rows = [];
      given = line.end;
    }
    settle(settled);
    hash.update(chunk.subarray(hashed));
    at += chunk.length;
  }
  if (at < begin.at) return false;

  const rest = cutter.rest();
  const half = rest !== null || !reader.settled() || tail.cut;
  const grows = half && (await hasGrown(opened));
  if (!grows && !tail.cut) {
    if (rest !== null) rows = rows.concat(reader.push(rest));
    rows = rows.concat(reader.finish());
  }
  yield { rows, spot: border };
  if (tail.cut && !grows) throw fileRefused(name, 'it is packed with gzip and ends too early.');
  return true;
}

/** Whether what stands before a place of a file is what was given. */
export async function holdsStill(read: Omit<FileRead, 'start' | 'schema'>, spot: Spot): Promise<boolean> {
  const content = await openContent(read.name, read.opened, read.file);
  const hash = createHash('sha256');
  let at = 0;
  for await (const chunk of content.chunks()) {
    const part = chunk.subarray(0, spot.at - at);
    hash.update(part);
    at += part.length;
    if (at >= spot.at) break;
  }
  return at === spot.at && digestOf(hash) === spot.digest;
}
