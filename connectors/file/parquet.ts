import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { JsonValue } from '../../domain/json.ts';
import { jsonOf, keepRaw, rawParsers } from './parquet-values.ts';
import type { OpenFile } from './place.ts';
import { fileRefused } from './refusal.ts';
import type { FileRead, Part } from './text.ts';
import { typesOf } from './values.ts';

/** Rows that are read at once, and about how many bytes of them: a group of rows may be far larger. */
const [fewestRows, mostRows, goalBytes] = [1_000, 20_000, 16 * 1024 * 1024];
/** A column of a group is held whole while rows of it are read. */
const maxGroupBytes = 512 * 1024 * 1024;
const partRows = 1_000;

async function bytesOf(handle: FileHandle, from: number, to: number): Promise<Buffer> {
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
  slice: async (start, end = bytes) => {
    const part = await bytesOf(handle, start, end);
    return part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength) as ArrayBuffer;
  },
});

/** Where everything is in the file, with counts and checksums: another one when the file was written anew. */
async function footerOf({ name, opened }: Pick<FileRead, 'name' | 'opened'>): Promise<string> {
  const { handle, bytes } = opened;
  const end = bytes < 12 ? Buffer.alloc(8) : await bytesOf(handle, bytes - 8, bytes);
  const length = end.readUInt32LE(0);
  if (end.toString('latin1', 4) !== 'PAR1' || length + 12 > bytes)
    throw fileRefused(name, 'it is no Parquet file, or not written to its end.');
  const footer = await bytesOf(handle, bytes - 8 - length, bytes);
  return createHash('sha256').update(`${bytes}.`).update(footer).digest('hex').slice(0, 32);
}

/** Cuts the groups of rows into ranges that fit into memory. */
function* rangesOf(name: string, { row_groups }: FileMetaData, from: number): Generator<[number, number]> {
  let start = 0;
  for (const { num_rows, total_byte_size } of row_groups) {
    const [rows, bytes] = [Number(num_rows), Number(total_byte_size)];
    const end = start + rows;
    if (bytes > maxGroupBytes)
      throw fileRefused(
        name,
        `it has a group of rows of ${bytes} bytes, and at most ${maxGroupBytes} are read.`,
      );
    const size = Math.min(
      mostRows,
      Math.max(fewestRows, Math.floor((rows * goalBytes) / Math.max(1, bytes))),
    );
    for (let at = Math.max(start, from); at < end; at += size) yield [at, Math.min(end, at + size)];
    start = end;
  }
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
    const why =
      error instanceof Error ? error.message.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, 200) : 'no reason';
    return fileRefused(name, `it cannot be read as Parquet (${why}).`, error);
  };
  const metadata = await parquetMetadataAsync(buffer, { geoparquet: false }).catch((error: unknown) => {
    throw damaged(error);
  });
  keepRaw(metadata.schema);
  const columns = parquetSchema(metadata).children.map((tree) => ({
    tree,
    name: tree.element.name,
    types: typesOf(schema, tree.element.name),
  }));
  const spot = (at: number) => ({ at, line: at + 1, digest });
  for (const [from, to] of rangesOf(name, metadata, start?.at ?? 0)) {
    const objects = await parquetReadObjects({
      file: buffer,
      metadata,
      compressors,
      parsers: rawParsers,
      utf8: false,
      geoparquet: false,
      useOffsetIndex: true,
      rowStart: from,
      rowEnd: to,
    }).catch((error: unknown) => {
      throw damaged(error);
    });
    for (let at = 0; at < objects.length; at += partRows) {
      const rows = objects.slice(at, at + partRows).map((object, i): JsonValue => {
        const row = Object.fromEntries(
          columns.map(({ tree, name: column, types }) => [column, jsonOf(tree, object[column], types)]),
        );
        return file.origin ? { ...row, _file: name, _line: from + at + i + 1 } : row;
      });
      yield { rows, spot: spot(from + at + rows.length) };
    }
  }
  yield { rows: [], spot: spot(Number(metadata.num_rows)) };
  return true;
}

/** Whether a Parquet file is the one that was read. */
export const isSameParquet = async (
  read: Pick<FileRead, 'name' | 'opened'>,
  digest: string,
): Promise<boolean> => (await footerOf(read)) === digest;
