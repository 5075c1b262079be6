import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { compressors } from './parquet-codecs.ts';
import { encrypted, findPages, type GroupPages } from './parquet-pages.ts';
import { jsonOf, keepRaw, rawParsers } from './parquet-values.ts';
import type { OpenFile } from './place.ts';
import { fileRefused } from './refusal.ts';
import type { FileRead, Part } from './text.ts';
import { typesOf } from './values.ts';

/** What is read at once at most: rows, values of all columns, and about how many bytes. A group may be far larger. */
const [mostRows, goalValues, goalBytes] = [20_000, 200_000, 16 * 1024 * 1024];
/** Where everything is in the file: it is held while it is read. */
const maxFooterBytes = 64 * 1024 * 1024;
const partRows = 1_000;

async function bytesOf(handle: FileHandle, from: number, to: number): Promise<Buffer<ArrayBuffer>> {
  // Not a part of a pool: its buffer is passed on.
  const buffer = Buffer.alloc(to - from);
  for (let at = 0; at < buffer.length; ) {
    const { bytesRead } = await handle.read(buffer, at, buffer.length - at, from + at);
    if (bytesRead === 0) throw new Error('The file ends too early.');
    at += bytesRead;
  }
  return buffer;
}

const asyncBuffer = ({ handle, bytes }: OpenFile): AsyncBuffer => ({
  byteLength: bytes,
  slice: async (start, end = bytes) => (await bytesOf(handle, start, end)).buffer,
});

/** Where everything is in the file, with counts and checksums: another one when the file was written anew. */
async function footerOf({ name, opened }: Pick<FileRead, 'name' | 'opened'>): Promise<string> {
  const { handle, bytes } = opened;
  const begin = bytes < 12 ? '' : (await bytesOf(handle, 0, 4)).toString('latin1');
  if (begin === 'PARE') throw encrypted(name);
  if (begin !== 'PAR1') throw fileRefused(name, 'it is no Parquet file.');
  const end = await bytesOf(handle, bytes - 8, bytes);
  const length = end.readUInt32LE(0);
  if (end.toString('latin1', 4) !== 'PAR1' || length + 12 > bytes)
    throw fileRefused(name, 'it is a Parquet file that is not written to its end.');
  if (length > maxFooterBytes)
    throw fileRefused(
      name,
      `its list of contents has ${length} bytes, and at most ${maxFooterBytes} are read. Write larger groups of rows.`,
    );
  const footer = await bytesOf(handle, bytes - 8 - length, bytes);
  return createHash('sha256').update(`${bytes}.`).update(footer).digest('hex').slice(0, 32);
}

/** Cuts a group of rows into ranges that fit into memory; both ends are numbers of rows in the group. */
function* rangesOf(
  { num_rows, total_byte_size, columns }: FileMetaData['row_groups'][number],
  from: number,
): Generator<[number, number]> {
  const [rows, bytes] = [Number(num_rows), Math.max(1, Number(total_byte_size))];
  const values = columns.reduce((sum, { meta_data }) => sum + Number(meta_data?.num_values ?? 0), 1);
  const share = Math.min(goalBytes / bytes, goalValues / values);
  const size = Math.min(mostRows, Math.max(1, Math.floor(rows * share)));
  for (let at = from; at < rows; at += size) yield [at, Math.min(rows, at + size)];
}

/** The values of some rows of the one group of a file, for each of its columns. */
async function valuesOf(
  file: AsyncBuffer,
  metadata: FileMetaData,
  { locations, slabs }: GroupPages,
  [rowStart, rowEnd]: readonly [number, number],
): Promise<ReadonlyMap<string, readonly Record<string, unknown>[]>> {
  const given = new Map<string, readonly Record<string, unknown>[]>();
  for (const slab of slabs) {
    const options = {
      ...{ file, metadata, compressors, parsers: rawParsers, utf8: false, geoparquet: false },
      ...{ columns: [...slab], rowStart, rowEnd, pageLocationsByGroup: [locations] },
    };
    const objects = await parquetReadObjects(options);
    for (const column of slab) given.set(column, objects);
  }
  return given;
}

/**
 * Reads a Parquet file in parts; its places are numbers of rows.
 * @returns false when it is not the file that `start` belongs to: nothing was given then
 * @throws TributaryError SOURCE_FILE_REFUSED after the rows before the fault
 */
export async function* readParquet(read: FileRead): AsyncGenerator<Part, boolean> {
  const { name, opened, file, schema, start } = read;
  const digest = await footerOf(read);
  if (start !== null && start.digest !== digest) return false;
  const buffer = asyncBuffer(opened);
  const damaged = (error: unknown) => {
    if (error instanceof TributaryError || (error as NodeJS.ErrnoException).syscall !== undefined)
      return error;
    const why =
      error instanceof Error ? error.message.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, 200) : 'no reason';
    return fileRefused(name, `it cannot be read as Parquet (${why}).`, error);
  };
  const sound = <T>(doing: Promise<T>): Promise<T> =>
    doing.catch((error: unknown) => {
      throw damaged(error);
    });
  const metadata = await sound(parquetMetadataAsync(buffer, { geoparquet: false }));
  keepRaw(metadata.schema);
  const tree = parquetSchema(metadata);
  const columns = tree.children.map((child) => ({
    tree: child,
    name: child.element.name,
    types: typesOf(schema, child.element.name),
  }));
  const spot = (at: number) => ({ at, line: at + 1, digest });
  let begin = 0;
  for (const group of metadata.row_groups) {
    const from = Math.max(0, (start?.at ?? 0) - begin);
    let pages: GroupPages | undefined;
    for (const range of rangesOf(group, from)) {
      pages ??= await sound(findPages(name, buffer, tree, group));
      const given = await sound(valuesOf(buffer, { ...metadata, row_groups: [group] }, pages, range));
      const count = range[1] - range[0];
      for (let at = 0; at < count; at += partRows) {
        const line = begin + range[0] + at + 1;
        const rows = Array.from({ length: Math.min(partRows, count - at) }, (_, i): JsonValue => {
          const row = Object.fromEntries(
            columns.map(({ tree: one, name: column, types }) => [
              column,
              jsonOf(one, given.get(column)?.[at + i]?.[column], types),
            ]),
          );
          return file.origin ? { ...row, _file: name, _line: line + i } : row;
        });
        yield { rows, spot: spot(line - 1 + rows.length) };
      }
    }
    begin += Number(group.num_rows);
  }
  yield { rows: [], spot: spot(Number(metadata.num_rows)) };
  return true;
}

/** Whether a Parquet file is the one that was read. */
export const isSameParquet = async (
  read: Pick<FileRead, 'name' | 'opened'>,
  digest: string,
): Promise<boolean> => (await footerOf(read)) === digest;
