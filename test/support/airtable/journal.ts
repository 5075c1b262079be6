import { type Cell, type Field, newId, type StoredRecord, type Table } from './model.ts';

/** What does something in a base; Airtable may add others ("Webhooks specification", fromSources). */
export const sources = [
  ...([
    'client',
    'publicApi',
    'formSubmission',
    'formPageSubmission',
    'automation',
    'system',
    'sync',
  ] as const),
  ...(['anonymousUser', 'unknown'] as const),
] as const;

/** Who does something, as webhook payloads name it ("Webhooks action"). */
export interface Actor {
  readonly source: (typeof sources)[number];
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
}

/** What a webhook wants to be told ("Webhooks specification"). */
export interface Wanted {
  readonly dataTypes: readonly string[];
  /** A table's id; undefined: the whole base. */
  readonly scope: string | undefined;
  readonly previousCells: boolean;
  readonly previousFields: boolean;
}

interface Changes {
  readonly created: Map<string, StoredRecord>;
  readonly changed: Map<
    string,
    { readonly record: StoredRecord; readonly before: ReadonlyMap<string, Cell> }
  >;
  readonly destroyed: string[];
  readonly createdFields: Map<string, object>;
  readonly changedFields: Map<string, { readonly current: object; readonly previous: object }>;
  readonly destroyedFields: string[];
}

/** What one action changed in a table, for webhooks. */
export type Action = ReadonlyMap<Table, Changes>;

export type Journal = ReturnType<typeof createJournal>;

/** Collects what an action changes, and gives it to whoever listens when the action is over. */
export function createJournal(over: (actor: Actor, action: Action) => void) {
  let action: Map<Table, Changes> | undefined;
  const of = (table: Table): Changes => {
    const known = action?.get(table) ?? {
      ...{ created: new Map(), changed: new Map(), destroyed: [] },
      ...{ createdFields: new Map(), changedFields: new Map(), destroyedFields: [] },
    };
    action?.set(table, known);
    return known;
  };
  return {
    /** One action: everything in it has one transaction number. An action that fails part of the way tells what it did. */
    act<T>(actor: Actor, run: () => T): T {
      if (action !== undefined) return run();
      action = new Map();
      try {
        return run();
      } finally {
        const done = action;
        action = undefined;
        if (done.size > 0) over(actor, done);
      }
    },
    created: (table: Table, record: StoredRecord): void => void of(table).created.set(record.id, record),
    /** `before` are its cells before the first change of the action. */
    changed(table: Table, record: StoredRecord, before: ReadonlyMap<string, Cell>): void {
      const { created, changed } = of(table);
      if (!created.has(record.id) && !changed.has(record.id)) changed.set(record.id, { record, before });
    },
    destroyed: (table: Table, record: string): void => void of(table).destroyed.push(record),
    fieldCreated: (table: Table, { id, name, type }: Field): void =>
      void of(table).createdFields.set(id, { name, type }),
    fieldChanged: (table: Table, id: string, current: object, previous: object): void =>
      void of(table).changedFields.set(id, { current, previous }),
    fieldDestroyed: (table: Table, id: string): void => void of(table).destroyedFields.push(id),
  };
}

/** "Cell format v2", which webhooks use: a select is an object ("Field types and cell values"). */
function cellOf(field: Field, cell: Cell | undefined): unknown {
  if (cell === undefined || cell === null) return null;
  if (field.type !== 'singleSelect') return cell;
  const choice = field.options?.choices?.find(({ name }) => name === cell);
  return { id: choice?.id ?? newId('sel'), name: cell };
}

/** `changedTablesById` of a payload ("Webhooks table changed"); parts without a change are left out. */
export function tableChangesOf(action: Action, wanted: Wanted) {
  const { dataTypes, scope } = wanted;
  const tables = [...action].flatMap(([table, changes]): [string, object][] => {
    if (scope !== undefined && scope !== table.id) return [];
    const parts = {
      ...(dataTypes.includes('tableData') ? recordsOf(table, changes, wanted) : {}),
      ...(dataTypes.includes('tableFields') ? fieldsOf(changes, wanted) : {}),
    };
    return Object.keys(parts).length === 0 ? [] : [[table.id, parts]];
  });
  return Object.fromEntries(tables);
}

function recordsOf(
  table: Table,
  { created, changed, destroyed }: Changes,
  { previousCells }: Wanted,
): object {
  const made = [...created.values()].map(({ id, createdTime, cells }) => {
    const filled = table.fields.filter((field) => cells.has(field.id));
    const values = filled.map((field) => [field.id, cellOf(field, cells.get(field.id))]);
    return [id, { createdTime, cellValuesByFieldId: Object.fromEntries(values) }];
  });
  const edited = [...changed.values()].flatMap(({ record, before }) => {
    const differing = table.fields.filter(({ id }) => record.cells.get(id) !== before.get(id));
    if (differing.length === 0) return [];
    const values = (cells: ReadonlyMap<string, Cell>) => ({
      cellValuesByFieldId: Object.fromEntries(
        differing.map((field) => [field.id, cellOf(field, cells.get(field.id))]),
      ),
    });
    const previous = previousCells ? { previous: values(before) } : {};
    return [[record.id, { current: values(record.cells), ...previous }]];
  });
  return {
    ...(made.length === 0 ? {} : { createdRecordsById: Object.fromEntries(made) }),
    ...(edited.length === 0 ? {} : { changedRecordsById: Object.fromEntries(edited) }),
    ...(destroyed.length === 0 ? {} : { destroyedRecordIds: destroyed }),
  };
}

function fieldsOf(
  { createdFields, changedFields, destroyedFields }: Changes,
  { previousFields }: Wanted,
): object {
  const changed = [...changedFields].map(([id, { current, previous }]) => [
    id,
    { current, ...(previousFields ? { previous } : {}) },
  ]);
  return {
    ...(createdFields.size === 0 ? {} : { createdFieldsById: Object.fromEntries(createdFields) }),
    ...(changed.length === 0 ? {} : { changedFieldsById: Object.fromEntries(changed) }),
    ...(destroyedFields.length === 0 ? {} : { destroyedFieldIds: destroyedFields }),
  };
}
