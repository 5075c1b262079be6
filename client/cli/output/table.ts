/** How one column is shown. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | boolean | null | undefined;
  /** Numbers read best at the right. @default 'left' */
  readonly align?: 'left' | 'right';
  /** Longer text is cut with an ellipsis. @default 60 */
  readonly widest?: number;
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** A number for people: 9,994. */
export const formatCount = (count: number): string => grouped.format(count);

/** `1 row`, `2 rows` */
export const counted = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: data from outside must not steer the terminal
const steering = /[\u0000-\u001f\u007f-\u009f]+/g;

/** Text on one line, without anything that a terminal would obey. */
export const plain = (text: string): string => text.replace(steering, ' ');

function shown(value: string | number | boolean | null | undefined, widest: number): string {
  const text = value === null || value === undefined ? '' : plain(String(value));
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text;
}

/** Makes aligned lines, the titles first. No rows give one line that says so. */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string[] {
  if (rows.length === 0) return ['(none)'];
  const cells = rows.map((row) =>
    columns.map(({ value, widest = 60 }) => {
      const given = value(row);
      return shown(typeof given === 'number' ? formatCount(given) : given, widest);
    }),
  );
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => {
        const width = widths[at] ?? 0;
        return columns[at]?.align === 'right' ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title.toUpperCase())), ...cells.map(line)];
}

/** Two columns without titles: what something is, and its value. Lines without a value are left out. */
export function formatFacts(
  facts: readonly (readonly [name: string, value: string | number | boolean | null | undefined])[],
): string[] {
  const known = facts.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(
    ([name, value]) =>
      `${name.padEnd(width)}  ${typeof value === 'number' ? formatCount(value) : plain(String(value))}`,
  );
}
