import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { FileDefinition } from '../format/file.ts';
import type { OpenFile } from './place.ts';
import { fileRefused } from './refusal.ts';

const chunkBytes = 256 * 1024;

/** The content of a file, unpacked: line ends and quotes in it are single bytes, as in ASCII. */
export interface Content {
  /** From its beginning, each time. */
  readonly chunks: () => AsyncIterable<Buffer>;
  /** How its characters are written: a label of the WHATWG list. */
  readonly encoding: string;
}

async function* rawChunks(handle: FileHandle, bytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes; ) {
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, bytes - at));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    // Cut short while we read: who compares the content afterwards sees it.
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function firstBytes(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  for await (const chunk of chunks) if (chunk.length > 0) return chunk.subarray(0, 4);
  return Buffer.alloc(0);
}

async function* unpacked(
  name: string,
  { handle, bytes }: OpenFile,
  tail: { cut: boolean },
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  const done = pipeline(Readable.from(rawChunks(handle, bytes), { objectMode: false }), gunzip);
  // Told below, where the chunks are taken.
  done.catch(() => undefined);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    // What came before it is good: whether the rest is still being written is the reader's to find out.
    if ((error as NodeJS.ErrnoException).code !== 'Z_BUF_ERROR')
      throw fileRefused(name, 'it is packed with gzip and damaged.', error);
    tail.cut = true;
  } finally {
    gunzip.destroy();
  }
}

async function* transcoded(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield Buffer.from(text);
  }
  const rest = decoder.decode();
  if (rest !== '') yield Buffer.from(rest);
}

/**
 * Opens the content of a file up to the size at its opening. A byte order mark says the encoding, whatever was said.
 * @param tail Is told when the packed file ends before its end.
 * @throws TributaryError SOURCE_FILE_REFUSED while it is read, when it is packed and damaged
 */
export async function openContent(
  name: string,
  opened: OpenFile,
  { compression, encoding: declared }: Pick<FileDefinition, 'compression' | 'encoding'>,
  tail: { cut: boolean } = { cut: false },
): Promise<Content> {
  const raw = () => rawChunks(opened.handle, opened.bytes);
  const magic = await firstBytes(raw());
  const packed = compression === 'gzip' || (compression === 'auto' && magic[0] === 0x1f && magic[1] === 0x8b);
  const content = packed ? () => unpacked(name, opened, tail) : raw;
  const head = packed ? await firstBytes(unpacked(name, opened, { cut: false })) : magic;
  const utf8 = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  if (utf8) return { chunks: content, encoding: 'utf-8' };
  const little = head[0] === 0xff && head[1] === 0xfe;
  const big = head[0] === 0xfe && head[1] === 0xff;
  const { encoding } = new TextDecoder(little ? 'utf-16le' : big ? 'utf-16be' : declared);
  if (!encoding.startsWith('utf-16')) return { chunks: content, encoding };
  return { chunks: () => transcoded(content(), encoding), encoding: 'utf-8' };
}
