import { isUtf8 } from 'node:buffer';

/** A line of more is passed over, but for its beginning. */
export const maxLineBytes = 16 * 1024 * 1024;
const keptBytes = 64 * 1024;

/** One line as it stands in a file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its end. */
  readonly text: string;
  /** Bytes of the content up to the line after it. */
  readonly end: number;
  /** Why it cannot be read; its text is what could be made of it then. */
  readonly fault?: string;
}

/** Decodes one line. @returns undefined when it is not written so */
export type Decode = (bytes: Buffer) => string | undefined;

/** How the lines of an encoding are decoded, a line at a time: a broken one spoils no other. */
export function decoderOf(encoding: string): Decode {
  if (encoding === 'utf-8') return (bytes) => (isUtf8(bytes) ? bytes.toString('utf8') : undefined);
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  return (bytes) => {
    try {
      return decoder.decode(bytes);
    } catch {
      return undefined;
    }
  };
}

/**
 * Cuts a content into lines, each numbered as an editor does. A line of more than 16 MB is not held.
 * @param start Bytes of the content before it, and the number of its first line.
 */
export function createLineCutter(
  {
    encoding,
    start,
  }: { readonly encoding: string; readonly start: { readonly at: number; readonly line: number } },
  maxBytes = maxLineBytes,
) {
  const decode = decoderOf(encoding);
  let held: Buffer[] = [];
  let heldBytes = 0;
  let { at, line } = start;

  const cut = (last: Buffer, end: number): Line => {
    const bytes = held.length === 0 ? last : Buffer.concat([...held, last]);
    const size = heldBytes + last.length;
    held = [];
    heldBytes = 0;
    const number = line++;
    const first = at === 0;
    at = end;
    if (size > maxBytes) {
      const fault = `the line has ${size} bytes, and at most ${maxBytes} are read`;
      return { number, text: bytes.subarray(0, keptBytes).toString('utf8'), end, fault };
    }
    const text = decode(bytes);
    if (text !== undefined) return { number, text: first ? text.replace(/^\ufeff/, '') : text, end };
    return { number, text: bytes.toString('latin1'), end, fault: `it is not written in ${encoding}` };
  };

  return {
    /** The lines that a chunk completes. */
    *add(chunk: Buffer): Generator<Line> {
      let from = 0;
      for (;;) {
        const to = chunk.indexOf(10, from);
        if (to === -1) break;
        const end = at + heldBytes + (to - from) + 1;
        yield cut(chunk.subarray(from, to), end);
        from = to + 1;
      }
      const rest = chunk.subarray(from);
      // Only the beginning of a line without end is kept.
      if (rest.length > 0 && heldBytes <= maxBytes) held.push(rest);
      heldBytes += rest.length;
    },
    /** The last line, when it has no end; null otherwise. */
    rest: (): Line | null => (heldBytes === 0 ? null : cut(Buffer.alloc(0), at + heldBytes)),
  };
}
