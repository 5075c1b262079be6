import { fieldAt } from '../../../connectors/pointer.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { namesOf } from '../../loading/paths.ts';
import { createDayReader } from './calendar.ts';
import type { Columns, ResourcePlan } from './plan.ts';
import { numberOf, textOf } from './values.ts';

/** What is kept of a record: a day, a number or a text for each column, in their order; null where there is none. */
export type Fact = string | number | null;

/** Facts of records as columns: `columns[c][r]` is column c of the record `keys[r]`. In key order. */
export interface Rows {
  readonly keys: string[];
  readonly columns: Fact[][];
}

export const widthOf = ({ days, numbers, texts }: Columns): number =>
  days.length + numbers.length + texts.length;

export const emptyRows = (width: number): Rows => ({
  keys: [],
  columns: Array.from({ length: width }, () => []),
});

/** Puts the facts of one record at the end. */
export function pushRow({ keys, columns }: Rows, key: string, facts: readonly Fact[]): void {
  keys.push(key);
  for (const [index, column] of columns.entries()) column.push(facts[index] ?? null);
}

/** A part of the rows. */
export const sliceRows = ({ keys, columns }: Rows, from: number, to: number): Rows => ({
  keys: keys.slice(from, to),
  columns: columns.map((column) => column.slice(from, to)),
});

/** Reads the facts of a record's data. */
export function createReader({ columns, timeZone }: Pick<ResourcePlan, 'columns' | 'timeZone'>) {
  const dayOf = createDayReader(timeZone);
  const readers = [
    ...columns.days.map((field) => [field, dayOf] as const),
    ...columns.numbers.map((field) => [field, numberOf] as const),
    ...columns.texts.map((field) => [field, textOf] as const),
  ].map(([field, read]) => {
    const pick = field.startsWith('/')
      ? (data: JsonObject) => fieldAt(data, field)
      : (data: JsonObject): JsonValue | undefined => (Object.hasOwn(data, field) ? data[field] : undefined);
    return (data: JsonObject): Fact => read(pick(data));
  });
  return (data: JsonObject): Fact[] => readers.map((read) => read(data));
}

/** What the store has to give of a record for these columns. */
export function projectionOf({ days, numbers, texts }: Columns): Readonly<Record<string, 1>> {
  const names = [...days, ...numbers, ...texts].map((field) => namesOf(field)[0] ?? '');
  // A projection reads such names in another way.
  if (names.some((name) => name === '' || /[.$\0]|^\d+$/.test(name))) return { data: 1 };
  return Object.fromEntries([...new Set(names)].map((name) => [`data.${name}`, 1]));
}
