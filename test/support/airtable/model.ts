import { refusals } from './errors.ts';
import type { Journal } from './journal.ts';
import type { Webhooks } from './webhooks.ts';

export type Cell = string | number | boolean | null | readonly string[];

export interface Field {
  readonly id: string;
  name: string;
  readonly type: string;
  readonly options?: { readonly choices?: { id: string; name: string }[]; readonly [name: string]: unknown };
}

export interface StoredRecord {
  readonly id: string;
  readonly createdTime: string;
  /** By field id; an empty cell is not there. */
  readonly cells: Map<string, Cell>;
}

export interface Table {
  readonly id: string;
  name: string;
  fields: Field[];
  records: StoredRecord[];
  /** Offsets of lists that were begun under another number are not known any more. */
  iteration: number;
  readonly journal: Journal;
}

export interface Base {
  readonly id: string;
  readonly name: string;
  tables: Table[];
  /** Records that its plan takes. */
  mostRecords: number;
  readonly journal: Journal;
  readonly webhooks: Webhooks;
}

/** A field as it is told when a table is made. */
export interface NewField {
  readonly name: string;
  readonly type: string;
  readonly options?: { readonly [name: string]: unknown };
}

let made = 0;
/** Three letters and fourteen characters, as Airtable's ids. */
export const newId = (prefix: 'app' | 'tbl' | 'fld' | 'rec' | 'sel' | 'ach'): string =>
  `${prefix}${(++made).toString(36).padStart(14, '0')}`;

const needsOptions: Readonly<Record<string, readonly string[]>> = {
  number: ['precision'],
  currency: ['precision', 'symbol'],
  percent: ['precision'],
  checkbox: ['icon', 'color'],
  date: ['dateFormat'],
  dateTime: ['dateFormat', 'timeFormat', 'timeZone'],
  singleSelect: ['choices'],
  multipleSelects: ['choices'],
};
const plainTypes = ['singleLineText', 'multilineText', 'richText', 'email', 'url', 'phoneNumber'];
/** Types that only Airtable's own page makes; the stand-in takes them from tests. */
export const computedTypes = ['formula', 'autoNumber', 'createdTime', 'lastModifiedTime', 'rollup', 'count'];

/** @throws {Refusal} 422 when the type or its options are not what Airtable takes */
export function newField({ name, type, options }: NewField, others: readonly Field[]): Field {
  if (typeof name !== 'string' || name === '' || others.some((other) => other.name === name))
    throw refusals.duplicateField();
  const needed = needsOptions[type];
  if (needed === undefined && !plainTypes.includes(type) && !computedTypes.includes(type))
    throw refusals.badFieldType();
  if (needed?.some((option) => options?.[option] === undefined)) throw refusals.badFieldType();
  if (options === undefined) return { id: newId('fld'), name, type };
  const { choices, ...rest } = options as { choices?: { name: string }[] };
  const known = choices?.map((choice) => ({ id: newId('sel'), name: choice.name }));
  return {
    id: newId('fld'),
    name,
    type,
    options: { ...rest, ...(known === undefined ? {} : { choices: known }) },
  };
}

export function newTable(name: string, fields: readonly NewField[], journal: Journal): Table {
  const known: Field[] = [];
  for (const field of fields) known.push(newField(field, known));
  return { id: newId('tbl'), name, fields: known, records: [], iteration: 0, journal };
}

/** @throws {Refusal} 422 UNKNOWN_FIELD_NAME */
export function fieldOf(table: Table, nameOrId: string): Field {
  const found = table.fields.find(({ id, name }) => id === nameOrId || name === nameOrId);
  if (found === undefined) throw refusals.unknownField(nameOrId);
  return found;
}
