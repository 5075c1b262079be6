import type { Readable } from 'node:stream';

const longestLine = 8_192;
const wordsKept = 600;

/** What a program says to people. */
export interface LastWords {
  /** When it last said something; milliseconds since 1970. */
  readonly heardAt: () => number;
  /** The sentence, and the end of what it said where it said something. */
  readonly told: (sentence: string) => string;
}

/**
 * Listens to the messages of a program for people, line by line; keeps the end of them. A line is cut at 8,192
 * characters.
 * @param onLine told of each whole line
 * @param safe makes a line safe to show
 */
export function hearWords(
  stream: Readable,
  {
    onLine = () => undefined,
    safe = (line) => line,
  }: { readonly onLine?: (line: string) => void; readonly safe?: (line: string) => string } = {},
): LastWords {
  let heardAt = Date.now();
  let open = '';
  let words = '';
  const close = (line: string): void => {
    const shown = safe(line.trimEnd());
    if (shown === '') return;
    words = `${words}${shown}\n`.slice(-2 * wordsKept);
    onLine(shown);
  };
  stream.setEncoding('utf8').on('data', (text: string) => {
    heardAt = Date.now();
    const lines = text.split('\n');
    for (const [index, part] of lines.entries()) {
      open = (open + part).slice(0, longestLine);
      if (index === lines.length - 1) continue;
      close(open);
      open = '';
    }
  });
  const said = (): string => endOf(`${words}${safe(open)}`.trim());
  return {
    heardAt: () => heardAt,
    told: (sentence) => (said() === '' ? sentence : `${sentence} It said: ${said()}`),
  };
}

/** The last lines, whole ones where there are several. */
function endOf(text: string): string {
  if (text.length <= wordsKept) return text;
  const end = text.slice(-wordsKept);
  return end.slice(end.indexOf('\n') + 1);
}
