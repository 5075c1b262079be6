import type { FieldType } from '../../domain/delivery.ts';
import type { TargetField } from '../contract.ts';

/** A field of an Airtable table, as its metadata API describes it. */
export interface AirtableField {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

export interface AirtableTable {
  readonly id: string;
  readonly name: string;
  readonly fields: readonly AirtableField[];
}

interface Fit {
  /** What is made where the table has no such field. */
  readonly make: { readonly type: string; readonly options?: object };
  /** Types that take such values as they are. */
  readonly takes: readonly string[];
  /** Types that take them with `typecast`. */
  readonly casts: readonly string[];
}

const texts = ['singleLineText', 'multilineText', 'richText', 'email', 'url', 'phoneNumber'];
const numbers = ['number', 'currency', 'percent'];
const iso = { name: 'iso', format: 'YYYY-MM-DD' };
const longText = { type: 'multilineText' };

/** Our types and Airtable's; docs/destinations.md has the same table. */
const fits: Readonly<Record<FieldType, Fit>> = {
  text: {
    make: longText,
    takes: texts,
    casts: [...numbers, 'singleSelect', 'multipleSelects', 'checkbox', 'date', 'dateTime'],
  },
  number: { make: { type: 'number', options: { precision: 8 } }, takes: numbers, casts: texts },
  integer: {
    make: { type: 'number', options: { precision: 0 } },
    takes: [...numbers, 'rating', 'duration'],
    casts: texts,
  },
  boolean: {
    make: { type: 'checkbox', options: { icon: 'check', color: 'greenBright' } },
    takes: ['checkbox'],
    casts: [],
  },
  date: { make: { type: 'date', options: { dateFormat: iso } }, takes: ['date', 'dateTime'], casts: texts },
  datetime: {
    make: {
      type: 'dateTime',
      options: { dateFormat: iso, timeFormat: { name: '24hour', format: 'HH:mm' }, timeZone: 'utc' },
    },
    takes: ['dateTime'],
    casts: [...texts, 'date'],
  },
  json: { make: longText, takes: ['multilineText', 'singleLineText'], casts: [] },
};

/** Types of fields that a key may have: Airtable merges by them, and a formula can compare them without doubt. */
const keyTypes: readonly string[] = [
  'singleLineText',
  'multilineText',
  'email',
  'url',
  'phoneNumber',
  'number',
];

/** The field that is made for one of the target's. */
export function fieldToMake({ name, type }: TargetField, isKey: boolean) {
  const { make } = fits[type];
  // The first field of a table must be of one line, and a key is one.
  return { name, ...(isKey && make.type === 'multilineText' ? { type: 'singleLineText' } : make) };
}

/** Why the field of the table cannot hold the target's values; null when it can. */
export function misfit(
  { name, type }: TargetField,
  there: AirtableField,
  { isKey, typecast }: { readonly isKey: boolean; readonly typecast: boolean },
): string | null {
  const { takes, casts } = fits[type];
  if (isKey && !keyTypes.includes(there.type))
    return `The key field "${name}" is a ${there.type} field in Airtable; make it a text or number field.`;
  if (takes.includes(there.type) || (typecast && casts.includes(there.type))) return null;
  const could = casts.includes(there.type) ? ', or allow typecast' : '';
  return `The field "${name}" is a ${there.type} field in Airtable, which takes no ${type}; change one of both${could}.`;
}
