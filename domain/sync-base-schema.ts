import {
  type FieldOwner,
  fieldsOfTable,
  idField,
  type SyncField,
  type SyncFieldType,
  type SyncTableKey,
  syncTableKeys,
  syncTables,
} from './sync-base.ts';

/** A field as Airtable's metadata API describes it. */
export interface BaseField {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly options?: { readonly choices?: readonly { readonly name: string }[] };
}

/** A table as Airtable's metadata API describes it. */
export interface BaseTable {
  readonly id: string;
  readonly name: string;
  readonly primaryFieldId?: string;
  readonly fields: readonly BaseField[];
}

/** Ids of the tables and fields of a base, by our names of them. */
export type BaseIds = Partial<Readonly<Record<SyncTableKey, TableIds>>>;
export interface TableIds {
  readonly id: string;
  /** By the field's name of document 003. */
  readonly fields: Readonly<Record<string, string>>;
}

/** How a base differs from what it should be. */
export interface SchemaFault {
  readonly kind:
    | 'tableMissing'
    | 'fieldMissing'
    | 'tableRenamed'
    | 'fieldRenamed'
    | 'otherType'
    | 'optionMissing'
    | 'otherPrimary';
  readonly table: SyncTableKey;
  /** Null: of the table itself. */
  readonly field: string | null;
  /** `made`: set-up makes it. `harmless`: it works as it is. `person`: a person has to change it. */
  readonly remedy: 'made' | 'harmless' | 'person';
  /** For people. */
  readonly sentence: string;
}

const iso = { name: 'iso', format: 'YYYY-MM-DD' };

const optionsOf = ({
  type,
  choices = [],
}: Pick<SyncField<never>, 'type' | 'choices'>): Readonly<Record<string, unknown>> | null => {
  switch (type) {
    case 'number':
      return { precision: 0 };
    case 'checkbox':
      return { icon: 'check', color: 'greenBright' };
    case 'dateTime':
      return { dateFormat: iso, timeFormat: { name: '24hour', format: 'HH:mm' }, timeZone: 'utc' };
    case 'singleSelect':
      return { choices: choices.map((name) => ({ name })) };
    default:
      return null;
  }
};

/** A field as Airtable's "Create field" and "Create table" take it. */
export function fieldToCreate(field: SyncField<never>) {
  const options = optionsOf(field);
  return { name: field.name, type: field.type, ...(options === null ? {} : { options }) };
}

/** Types of Airtable that hold the same values as ours, so that a person may have chosen them. */
const alike: Readonly<Record<SyncFieldType, readonly string[]>> = {
  singleLineText: ['singleLineText', 'multilineText'],
  multilineText: ['multilineText', 'singleLineText'],
  number: ['number'],
  checkbox: ['checkbox'],
  dateTime: ['dateTime'],
  singleSelect: ['singleSelect', 'singleLineText'],
};

/** Airtable's own words for its types. */
export const typeNames: Readonly<Record<SyncFieldType, string>> = {
  singleLineText: 'single line text',
  multilineText: 'long text',
  number: 'number',
  checkbox: 'checkbox',
  dateTime: 'date with time',
  singleSelect: 'single select',
};
const typeName = (type: string): string => (typeNames as Record<string, string>)[type] ?? type;

/** The table that is meant: the one that was known by its id, also under another name, else the one of the name. */
export const tableIn = (
  tables: readonly BaseTable[],
  key: SyncTableKey,
  known: BaseIds,
): BaseTable | undefined =>
  tables.find(({ id }) => id === known[key]?.id) ?? tables.find(({ name }) => name === syncTables[key].name);

/** The same of a field: a field that was renamed is still that field, unless a new one has its name. */
export function fieldIn(table: BaseTable, name: string, known: TableIds | undefined): BaseField | undefined {
  const named = table.fields.find((field) => field.name === name);
  return table.fields.find(({ id }) => id === known?.fields[name]) ?? named;
}

/** Ids of what is there. */
export function idsOf(tables: readonly BaseTable[], known: BaseIds = {}): BaseIds {
  return Object.fromEntries(
    syncTableKeys.flatMap((key) => {
      const table = tableIn(tables, key, known);
      if (table === undefined) return [];
      const fields = fieldsOfTable(key).flatMap(({ name }) => {
        const field = fieldIn(table, name, known[key]);
        return field === undefined ? [] : [[name, field.id]];
      });
      return [[key, { id: table.id, fields: Object.fromEntries(fields) }]];
    }),
  );
}

/** Everything in which a base differs from what it should be; none: it is as it should be. */
export function schemaFaults(tables: readonly BaseTable[], known: BaseIds = {}): readonly SchemaFault[] {
  return syncTableKeys.flatMap((key) => {
    const { name } = syncTables[key];
    const table = tableIn(tables, key, known);
    if (table === undefined) {
      const sentence = `There is no table "${name}".`;
      return [{ kind: 'tableMissing', table: key, field: null, remedy: 'made', sentence } as const];
    }
    const faults: SchemaFault[] = fieldsOfTable(key).flatMap((field) =>
      fieldFaults(key, field, table, known),
    );
    if (table.name !== name) {
      const sentence = `The table "${name}" is called "${table.name}" now; it works as before.`;
      faults.unshift({ kind: 'tableRenamed', table: key, field: null, remedy: 'harmless', sentence });
    }
    return faults;
  });
}

function fieldFaults(
  key: SyncTableKey,
  field: SyncField<never>,
  table: BaseTable,
  known: BaseIds,
): SchemaFault[] {
  const { name, type, choices = [] } = field;
  const place = `"${name}" in the table "${table.name}"`;
  const fault = (
    kind: SchemaFault['kind'],
    remedy: SchemaFault['remedy'],
    sentence: string,
  ): SchemaFault => ({ kind, table: key, field: name, remedy, sentence });
  const there = fieldIn(table, name, known[key]);
  if (there === undefined) return [fault('fieldMissing', 'made', `There is no field ${place}.`)];
  if (!alike[type].includes(there.type)) {
    const sentence = `The field ${place} is ${typeName(there.type)}; change it to ${typeName(type)} in Airtable, or rename it and let set-up make a new one.`;
    return [fault('otherType', 'person', sentence)];
  }
  const faults: SchemaFault[] = [];
  if (there.name !== name)
    faults.push(
      fault(
        'fieldRenamed',
        'harmless',
        `The field ${place} is called "${there.name}" now; it works as before.`,
      ),
    );
  if (name === idField && table.primaryFieldId !== undefined && table.primaryFieldId !== there.id)
    faults.push(
      fault(
        'otherPrimary',
        'harmless',
        `The field ${place} is not the first one of its table, so links show another; it works.`,
      ),
    );
  const options = there.options?.choices;
  const missing =
    there.type === 'singleSelect' && options !== undefined
      ? choices.filter((choice) => !options.some((option) => option.name === choice))
      : [];
  if (missing.length > 0)
    faults.push(
      fault(
        'optionMissing',
        'harmless',
        `The field ${place} has no option ${missing.map((choice) => `"${choice}"`).join(' and ')}; it comes back when it is written next. An option that was renamed means nothing to the service.`,
      ),
    );
  return faults;
}

/** Who may change a field, for people. */
export const ownerTexts: Readonly<Record<FieldOwner, string>> = {
  service: 'the service writes it; an edit is put back',
  person: 'you and the service',
  developer: 'developers and the service; an edit by others is put back',
};

/** Views that the API cannot make: to be added by hand, and nothing needs them. */
export const viewsToAdd: readonly string[] = [
  'Reports: a grid view grouped by Report Type, sorted by Date, newest first.',
  'Reports: a grid view "Failed Reports" with the filter Fail is checked and Real-time is not checked.',
];
