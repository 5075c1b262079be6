import { isUtf8 } from 'node:buffer';

/** What is wrong with the output of a program: the number of the line, and why. */
export interface LineFault {
  readonly line: number;
  readonly why: string;
  /** Its beginning. */
  readonly text: string;
}

const newline = 10;
const shown = 200;

/**
 * Cuts output into lines as its pieces come; keeps no more than the line that is open.
 * @param maxLineBytes a longer line is a fault
 */
export function createLineCutter(maxLineBytes: number) {
  let open: Buffer[] = [];
  let openBytes = 0;
  let whole = 0;

  const fault = (why: string, bytes: Buffer, ahead = 0): LineFault => ({
    line: whole + ahead + 1,
    why,
    text: bytes.subarray(0, shown).toString(),
  });
  const tooLong = (bytes: Buffer): LineFault =>
    fault(`is longer than ${maxLineBytes.toLocaleString('en')} bytes`, bytes);

  return {
    /** The lines that a piece completes, or what is wrong with them; a fault comes after the lines before it. */
    add(piece: Buffer): { readonly lines: readonly string[]; readonly fault?: LineFault } {
      const end = piece.lastIndexOf(newline);
      if (end < 0) {
        open.push(piece);
        openBytes += piece.length;
        return openBytes > maxLineBytes ? { lines: [], fault: tooLong(open[0] as Buffer) } : { lines: [] };
      }
      const head = piece.subarray(0, end);
      const bytes = open.length === 0 ? head : Buffer.concat([...open, head]);
      const rest = piece.subarray(end + 1);
      const firstEnd = openBytes + piece.indexOf(newline);
      open = rest.length === 0 ? [] : [rest];
      openBytes = rest.length;
      if (firstEnd > maxLineBytes) return { lines: [], fault: tooLong(bytes) };
      if (isUtf8(bytes)) {
        const lines = bytes.toString().split('\n');
        whole += lines.length;
        return { lines };
      }
      return soundLines(bytes, fault);
    },
    /** What is left at the end of the output: a line without its newline. Null: none. */
    rest(): { readonly text: string; readonly fault: LineFault } | null {
      const bytes = Buffer.concat(open);
      const text = bytes.toString();
      return text.trim() === ''
        ? null
        : { text, fault: fault('is cut off: the output ends in the middle of it', bytes) };
    },
  };
}

/** The lines before the first that is no UTF-8, and that one as a fault. */
function soundLines(bytes: Buffer, fault: (why: string, bytes: Buffer, ahead: number) => LineFault) {
  const lines: string[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(newline, start);
    const line = bytes.subarray(start, found < 0 ? bytes.length : found);
    if (!isUtf8(line)) return { lines, fault: fault('is not UTF-8', line, lines.length) };
    lines.push(line.toString());
    start += line.length + 1;
  }
  return { lines };
}
