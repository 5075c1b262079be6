import { TributaryError } from '../../domain/errors.ts';
import { fieldsOfTable, idField, type SyncTableKey, syncTableKeys } from '../../domain/sync-base.ts';
import { type BaseIds, type BaseTable, idsOf, schemaFaults } from '../../domain/sync-base-schema.ts';
import type { SyncBaseDoc, SyncBaseUnfit } from '../../stores/model.ts';
import type { PassPorts, RowDoc, TableFace } from './ports.ts';
import { completed, sealed } from './rows.ts';

/** The rows of a base, as its store gives them. */
export type RowsOfBase = PassPorts['rows'];

/** Tables and fields that are not there or are of another type: they are left alone, and everything else goes on. */
export const unfitOf = (tables: readonly BaseTable[], known: BaseIds): readonly SyncBaseUnfit[] =>
  schemaFaults(tables, known).flatMap(({ table, field, remedy, sentence }) =>
    // Without its Id no row of a table is found again.
    remedy === 'harmless' ? [] : [{ table, field: field === idField ? null : field, sentence }],
  );

/** Ids of what is there, and of what was: a person may bring it back as it was. */
export function idsKept(tables: readonly BaseTable[], known: BaseIds): BaseIds {
  const there = idsOf(tables, known);
  return Object.fromEntries(
    syncTableKeys.flatMap((key) => {
      const [now, was] = [there[key], known[key]];
      if (now === undefined) return was === undefined ? [] : [[key, was]];
      return [[key, now.id === was?.id ? { ...now, fields: { ...was.fields, ...now.fields } } : now]];
    }),
  );
}

const isUnfit = (unfit: readonly SyncBaseUnfit[], key: SyncTableKey, name: string | null): boolean =>
  unfit.some(({ table, field }) => table === key && field === name);

/** Ids of what can be used. */
export function fitIds({ ids, unfit = [] }: Pick<SyncBaseDoc, 'ids' | 'unfit'>): BaseIds {
  return Object.fromEntries(
    syncTableKeys.flatMap((key) => {
      const known = ids[key];
      if (known === undefined || isUnfit(unfit, key, null)) return [];
      const fields = Object.entries(known.fields).filter(([name]) => !isUnfit(unfit, key, name));
      return [[key, { ...known, fields: Object.fromEntries(fields) }]];
    }),
  );
}

/** The tables that can be used; what they show lacks the fields that cannot. */
export const fitFaces = (
  faces: readonly TableFace[],
  unfit: readonly SyncBaseUnfit[],
): readonly TableFace[] =>
  faces.flatMap((face) => {
    if (isUnfit(unfit, face.key, null)) return [];
    const names = unfit.flatMap(({ table, field }) => (table === face.key ? (field ?? []) : []));
    if (names.length === 0) return [face];
    const list = async () => (await face.list()).map((row) => ({ ...row, cells: without(row.cells, names) }));
    return [{ ...face, list }];
  });

/** What was otherwise before. */
export interface Before {
  readonly ids: BaseIds;
  readonly unfit?: readonly SyncBaseUnfit[];
}

/**
 * Forgets what the base showed in fields that were made anew, or whose type changed: a cell that was emptied so is nobody's
 * edit, and shows the truth again at the next write. Rows of a table that was made anew are forgotten wholly: nobody
 * deleted them one by one.
 * @param retyped Ids of fields whose type was changed
 */
export async function forgetOld(
  rows: RowsOfBase,
  before: Before,
  { ids, unfit = [] }: Before,
  now: number,
  retyped: ReadonlySet<string> = new Set(),
): Promise<void> {
  for (const key of syncTableKeys) {
    const [is, was] = [ids[key], before.ids[key]];
    if (is === undefined || was === undefined) continue;
    if (is.id !== was.id) {
      await rows.remove((await rows.table(key)).map(({ _id }) => _id));
      continue;
    }
    const names = fieldsOfTable(key).flatMap(({ name }) => {
      const isOther = is.fields[name] !== was.fields[name] || retyped.has(is.fields[name] ?? '');
      return isOther || isUnfit(unfit, key, name) !== isUnfit(before.unfit ?? [], key, name) ? name : [];
    });
    if (names.length === 0) continue;
    const known = (await rows.table(key)).map((row) => completed(row));
    await rows.putMany(known.map((row) => sealed(withoutCells(row, names), now)));
  }
}

const withoutCells = (row: RowDoc, names: readonly string[]): RowDoc => ({
  ...row,
  ...{ seen: without(row.seen, names), edits: without(row.edits, names), held: without(row.held, names) },
  faults: row.faults.filter(({ field }) => !names.includes(field)),
});

const without = <T>(cells: Readonly<Record<string, T>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(cells).filter(([name]) => !names.includes(name)));

/** Whether a refusal may be because of a table or field that is not there. */
export const mayBeSchema = (error: unknown): error is TributaryError =>
  error instanceof TributaryError &&
  (error.code === 'SYNC_BASE_GONE' || error.details.airtable === 'UNKNOWN_FIELD_NAME');
