import type { Body } from './ask.ts';

/** One action in the base (Airtable, "Webhooks payload"); those of one action have one transaction number. */
export interface BaseChange {
  /** When it was done, in ms since 1970; null: Airtable gave no time. */
  readonly at: number | null;
  readonly transaction: number | null;
  /** `client`: a person in Airtable. `publicApi`: by the API, ours too. There may be others. */
  readonly source: string;
  /** Who did it; null: nobody is named. */
  readonly user: { readonly id: string; readonly email: string; readonly name: string } | null;
  readonly tables: readonly TableChange[];
  readonly destroyedTables: readonly string[];
}

/** What changed in one table; cells by field id, as Airtable gives them in webhooks (a select is an object). */
export interface TableChange {
  readonly table: string;
  readonly created: readonly RecordChange[];
  readonly changed: readonly RecordChange[];
  readonly destroyed: readonly string[];
  /** Fields were made, changed or deleted: the schema has to be looked at. */
  readonly fields: boolean;
  /** Ids of fields whose type was changed, which changes cells too. */
  readonly retyped: readonly string[];
}

export interface RecordChange {
  readonly record: string;
  readonly cells: Readonly<Record<string, unknown>>;
}

const objectOf = (value: unknown): Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {};
const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A payload in our words; what it has besides is left out. */
export function changesOf(payload: Body): BaseChange {
  const { timestamp, baseTransactionNumber, actionMetadata, changedTablesById, destroyedTableIds } = payload;
  const { source, sourceMetadata } = objectOf(actionMetadata);
  const user = objectOf(objectOf(sourceMetadata).user);
  const at = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return {
    at: Number.isFinite(at) ? at : null,
    transaction: typeof baseTransactionNumber === 'number' ? baseTransactionNumber : null,
    source: textOf(source),
    user:
      typeof user.id === 'string'
        ? { id: user.id, email: textOf(user.email), name: textOf(user.name) }
        : null,
    tables: Object.entries(objectOf(changedTablesById)).map(([table, change]) =>
      tableChangeOf(table, objectOf(change)),
    ),
    destroyedTables: textsOf(destroyedTableIds),
  };
}

function tableChangeOf(table: string, change: Body): TableChange {
  const { createdRecordsById, changedRecordsById, destroyedRecordIds } = change;
  const created = Object.entries(objectOf(createdRecordsById));
  const changed = Object.entries(objectOf(changedRecordsById));
  const fields = ['createdFieldsById', 'changedFieldsById', 'destroyedFieldIds', 'changedMetadata'];
  return {
    table,
    created: created.map(([record, one]) => ({ record, cells: objectOf(objectOf(one).cellValuesByFieldId) })),
    changed: changed.map(([record, one]) => ({
      record,
      cells: objectOf(objectOf(objectOf(one).current).cellValuesByFieldId),
    })),
    destroyed: textsOf(destroyedRecordIds),
    fields: fields.some((name) => change[name] !== undefined),
    retyped: Object.entries(objectOf(change.changedFieldsById)).flatMap(([field, one]) =>
      objectOf(objectOf(one).current).type === undefined ? [] : field,
    ),
  };
}
