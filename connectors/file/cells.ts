/** A record of a table whose quotes are not all closed yet. */
export interface OpenRecord {
  readonly cells: string[];
  /** The value that is open, as far as it was read. */
  readonly value: string;
}

/** What one line of a table is, together with what was open before it. */
export type Scanned =
  | { readonly kind: 'record'; readonly cells: string[] }
  | { readonly kind: 'open'; readonly record: OpenRecord }
  | { readonly kind: 'broken'; readonly why: string };

/**
 * Cuts a line of a table into its values (RFC 4180). A quote opens a value only at its beginning, elsewhere it is a
 * character like others; two in a row within one are a quote.
 * @param before What the lines before it left open.
 */
export function scanLine(line: string, delimiter: string, before: OpenRecord | null): Scanned {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (before === null && !text.includes('"')) return { kind: 'record', cells: text.split(delimiter) };
  const cells = before?.cells ?? [];
  let value = before === null ? '' : `${before.value}\n`;
  let inside = before !== null;
  for (let at = 0; ; ) {
    if (!inside) {
      if (text[at] !== '"') {
        const end = text.indexOf(delimiter, at);
        if (end === -1) {
          cells.push(text.slice(at));
          return { kind: 'record', cells };
        }
        cells.push(text.slice(at, end));
        at = end + 1;
        continue;
      }
      inside = true;
      value = '';
      at += 1;
    }
    // Within quotes the end of the line belongs to the value as it stands.
    const quote = text.indexOf('"', at);
    if (quote === -1) return { kind: 'open', record: { cells, value: value + line.slice(at) } };
    value += text.slice(at, quote);
    if (text[quote + 1] === '"') {
      value += '"';
      at = quote + 2;
      continue;
    }
    cells.push(value);
    inside = false;
    at = quote + 1;
    if (at >= text.length) return { kind: 'record', cells };
    if (text[at] !== delimiter)
      return { kind: 'broken', why: 'something follows a closing quote that is no delimiter' };
    at += 1;
  }
}

const delimiters = [',', ';', '\t', '|'];

/** The delimiter of a table by its first line: the one that is there most often, outside of quotes. */
export function delimiterOf(line: string): string {
  const bare = line.replace(/"[^"]*"?/g, '');
  const counted = delimiters.map((one) => [one, bare.split(one).length] as const);
  const most = Math.max(...counted.map(([, count]) => count));
  return counted.find(([, count]) => count === most)?.[0] ?? ',';
}
