import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { FileDefinition } from '../format/file.ts';
import { unreadableRow } from '../unreadable.ts';
import { delimiterOf, type OpenRecord, scanLine } from './cells.ts';
import type { Content } from './content.ts';
import { createLineCutter, type Line } from './lines.ts';
import { fileRefused } from './refusal.ts';
import { type Conversion, conversionOf, typesOf } from './values.ts';

/** Characters of one record at most: a quote that is never closed must not take the rest of the file. */
const maxRecordChars = 1024 * 1024;

/** Makes rows of lines. */
export interface RowReader {
  /** The rows that a line completes. */
  readonly push: (line: Line) => readonly JsonValue[];
  /** Whether no row is open: what was pushed so far needs no line after it. */
  readonly settled: () => boolean;
  /** What is left when no line follows. */
  readonly finish: () => readonly JsonValue[];
}

interface Column {
  readonly name: string;
  readonly convert: Conversion;
}

/** The first line of a table, understood. */
export interface Header {
  readonly columns: readonly Column[];
  readonly delimiter: string;
  /** Where its rows begin. */
  readonly start: { readonly at: number; readonly line: number };
  /** Whether the line has an end; if not more of it may come. */
  readonly whole: boolean;
}

const isEmpty = ({ text, fault }: Line): boolean => fault === undefined && (text === '' || text === '\r');

interface FirstRecord {
  readonly cells: string[];
  readonly delimiter: string;
  readonly first: Line;
  readonly last: Line;
  readonly whole: boolean;
}

/** The first record of a table and its lines. */
async function firstRecord(
  name: string,
  { chunks, encoding }: Content,
  declared: string,
): Promise<FirstRecord | null> {
  const cutter = createLineCutter({ encoding, start: { at: 0, line: 1 } });
  let first: Line | null = null;
  let delimiter = '';
  let open: OpenRecord | null = null;
  const take = (line: Line, whole: boolean): FirstRecord | null => {
    if (first === null && isEmpty(line)) return null;
    if (line.fault !== undefined) throw fileRefused(name, `line ${line.number}: ${line.fault}.`);
    if (/\r[^\r]/.test(line.text) && !line.text.includes('"'))
      throw fileRefused(name, 'its lines end with a carriage return alone. Save it with usual line ends.');
    if (first === null) delimiter = declared === 'auto' ? delimiterOf(line.text) : declared;
    first ??= line;
    const scanned = scanLine(line.text, delimiter, open);
    if (scanned.kind === 'broken') throw fileRefused(name, `line ${line.number}: ${scanned.why}.`);
    if (scanned.kind === 'record') return { cells: scanned.cells, delimiter, first, last: line, whole };
    open = scanned.record;
    if (open.value.length > maxRecordChars)
      throw fileRefused(name, `line ${first.number} opens a quote that is not closed.`);
    return null;
  };
  for await (const chunk of chunks())
    for (const line of cutter.add(chunk)) {
      const record = take(line, true);
      if (record !== null) return record;
    }
  const rest = cutter.rest();
  const record = rest === null ? null : take(rest, false);
  if (record === null && first !== null)
    throw fileRefused(name, `line ${(first as Line).number} opens a quote that is not closed.`);
  return record;
}

function checkNames(name: string, line: number, names: readonly string[]): void {
  const empty = names.indexOf('');
  if (empty !== -1)
    throw fileRefused(name, `line ${line} has no name for column ${empty + 1} of ${names.length}.`);
  const twice = names.find((one, i) => names.indexOf(one) < i);
  if (twice !== undefined)
    throw fileRefused(name, `line ${line} has two columns of the name "${twice.slice(0, 40)}".`);
  if (names.includes('__proto__'))
    throw fileRefused(name, `line ${line}: no column can be called "__proto__".`);
}

/**
 * Reads the first line of a table: its delimiter and the names of its columns, trimmed.
 * @returns null for a file without any line
 * @throws TributaryError SOURCE_FILE_REFUSED for names that are empty or there twice
 */
export async function readHeader(
  name: string,
  content: Content,
  { delimiter: declared, header }: Pick<FileDefinition, 'delimiter' | 'header'>,
  schema: JsonObject | 'infer',
): Promise<Header | null> {
  const record = await firstRecord(name, content, declared);
  if (record === null) return null;
  const { cells, delimiter, first, last, whole } = record;
  const nulls = first.text.split('\0').length - 1;
  // No name has one, and of a row of UTF-16 every second character is one.
  if (header ? nulls > 0 : nulls * 4 > first.text.length)
    throw fileRefused(
      name,
      `line ${first.number} holds NUL characters. If it is written in UTF-16, say so: encoding utf-16le.`,
    );
  const names = header ? cells.map((one) => one.trim()) : cells.map((_, i) => `column_${i + 1}`);
  checkNames(name, first.number, names);
  const columns = names.map((one) => ({ name: one, convert: conversionOf(typesOf(schema, one)) }));
  const start = header ? { at: last.end, line: last.number + 1 } : { at: 0, line: 1 };
  return { columns, delimiter, start, whole: whole || !header };
}

/**
 * Makes rows of the lines of a table. A record that cannot be read, such as one with too many values, stands there as
 * an unreadable row with its line number; a quote that is not closed costs its own line only.
 */
export function createTableReader(
  name: string,
  { columns, delimiter }: Pick<Header, 'columns' | 'delimiter'>,
  origin: boolean,
): RowReader {
  let open: OpenRecord | null = null;
  let pending: Line[] = [];
  let chars = 0;

  const unreadable = (lines: readonly Line[], why: string): JsonValue =>
    unreadableRow({
      place: `${name} line ${lines[0]?.number ?? 0}`,
      why,
      text: lines.map(({ text }) => text).join('\n'),
    });

  const rowOf = (cells: readonly string[], lines: readonly Line[]): JsonValue => {
    if (cells.length !== columns.length)
      return unreadable(
        lines,
        `${counted(cells.length, 'value')}, the table has ${counted(columns.length, 'column')}`,
      );
    const row: Record<string, JsonValue> = {};
    for (let i = 0; i < columns.length; i++) {
      const { name: column, convert } = columns[i] as Column;
      const value = convert(cells[i] as string);
      if (value !== undefined) row[column] = value;
    }
    if (origin) {
      row._file = name;
      row._line = lines[0]?.number ?? 0;
    }
    return row;
  };

  /** Gives up the first of the lines that are open, and reads the others anew. */
  const giveUp = (why: string): JsonValue[] => {
    const [first, ...others] = pending;
    open = null;
    pending = [];
    chars = 0;
    if (first === undefined) return [];
    return [unreadable([first], why), ...others.flatMap(push)];
  };

  const push = (line: Line): readonly JsonValue[] => {
    if (line.fault !== undefined) {
      const before = pending.length > 0 ? giveUp('a quote is opened that is not closed') : [];
      return pending.length > 0 ? [...before, ...push(line)] : [...before, unreadable([line], line.fault)];
    }
    if (open === null && isEmpty(line)) return [];
    const scanned = scanLine(line.text, delimiter, open);
    if (scanned.kind === 'record') {
      const lines = pending.length === 0 ? [line] : [...pending, line];
      open = null;
      pending = [];
      chars = 0;
      return [rowOf(scanned.cells, lines)];
    }
    pending.push(line);
    if (scanned.kind === 'broken') return giveUp(scanned.why);
    open = scanned.record;
    chars += line.text.length + 1;
    return chars > maxRecordChars ? giveUp('a quote is opened that is not closed') : [];
  };

  return {
    push,
    settled: () => pending.length === 0,
    finish: () => {
      let rows: JsonValue[] = [];
      while (pending.length > 0) rows = rows.concat(giveUp('a quote is opened that is not closed'));
      return rows;
    },
  };
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
