import { fieldsOfTable, idField, type SyncTableKey } from '../../domain/sync-base.ts';
import { editsFound } from '../../domain/sync-base-merge.ts';
import { rowMade, withoutOwn } from './own.ts';
import type { BaseChange, BaseRecord, PassPorts, RowDoc, TableFace } from './ports.ts';
import { draftId, givenId, isDraft, newRow, sealed } from './rows.ts';

/** What a look at the base found. */
export interface Pulled {
  /** Changes by others than us. */
  readonly changes: number;
  /** Every table was listed. */
  readonly listed: boolean;
}

/**
 * Takes in what people changed in Airtable since the last look. It is stored with its rows first, then the cursor moves:
 * a crash in between takes the same in again. Where changes are not known any more, every table is listed once.
 */
export async function pull(ports: PassPorts): Promise<Pulled> {
  const { face, cursor } = ports;
  let changes = 0;
  for (;;) {
    const at = await cursor.get();
    const page = at === null ? null : await face.changes(at);
    if (page === null) return { changes: await listAll(ports), listed: true };
    changes += await takeIn(ports, page.changes);
    if (page.cursor !== at) await cursor.move(page.cursor);
    if (!page.more) return { changes, listed: false };
  }
}

/** @returns how many were made by others */
async function takeIn(ports: PassPorts, changes: readonly BaseChange[]): Promise<number> {
  let theirs = 0;
  for (const table of new Set(changes.map((change) => change.table))) {
    const some = changes.filter((change) => change.table === table);
    const rows = new Map((await ports.rows.table(table)).map((row) => [row._id, row]));
    const byRecord = new Map([...rows.values()].map((row) => [row.recordId, row._id]));
    const changed = new Map<string, RowDoc | null>();
    for (const change of some.toSorted((a, b) => a.tx - b.tx)) {
      const known = rows.get(byRecord.get(change.recordId) ?? '');
      const [_id, after, isTheirs] = outcomeOf(table, known, change, [...rows.values()]);
      if (isTheirs) theirs += 1;
      if (_id === undefined || after === known) continue;
      changed.set(_id, after);
      if (after === null) rows.delete(_id);
      else {
        rows.set(_id, after);
        byRecord.set(change.recordId, _id);
      }
    }
    await ports.rows.remove([...changed].flatMap(([id, row]) => (row === null ? [id] : [])));
    await ports.rows.putMany([...changed.values()].flatMap((row) => (row === null ? [] : [row])));
  }
  return theirs;
}

/** Among the transactions of a row's fields, that of its deletion. */
const deletion = 'deleted';

type Outcome = readonly [id: string | undefined, row: RowDoc | null, theirs: boolean];

function outcomeOf(
  table: SyncTableKey,
  known: RowDoc | undefined,
  change: BaseChange,
  rows: readonly RowDoc[],
): Outcome {
  const made = known === undefined ? rowMade(change, rows) : undefined;
  if (made !== undefined) return adopting(made, change);
  if (known === undefined) {
    // Ours, of a record that is gone: one that a program made was told of before it was changed.
    if (change.byApi && change.kind === 'changed') return [undefined, null, false];
    const after = added(table, change);
    return [after?._id, after, after !== null];
  }
  if (change.kind === 'deleted') return [known._id, withChange(known, change), true];
  const { row, cells } = withoutOwn(known, change);
  const isTheirs = Object.keys(cells).length > 0;
  return [known._id, isTheirs ? withChange(row, { ...change, cells }) : row, isTheirs];
}

/** A record that we made and, after a crash, do not know: it is the one of its row, unless it was deleted since. */
function adopting(row: RowDoc, change: BaseChange): Outcome {
  const isGone = row.deleted !== null || change.tx < (row.txs[deletion] ?? -1);
  if (row.recordId !== null || isGone) return [undefined, null, false];
  const empty = Object.fromEntries(fieldsOfTable(row.table).map(({ name }) => [name, null]));
  const { row: told } = withoutOwn(row, change);
  const seen = { ...empty, ...change.cells };
  return [row._id, { ...told, recordId: change.recordId, seen, sending: null }, false];
}

function added(table: SyncTableKey, change: BaseChange): RowDoc | null {
  if (change.kind === 'deleted') return null;
  return withChange(newRow(table, draftId(change.recordId), change.recordId), change);
}

/** @returns null: nothing is left of it */
function withChange(row: RowDoc, { kind, cells, tx, at, by, developer }: BaseChange): RowDoc | null {
  if (kind === 'deleted')
    return isDraft(row)
      ? null
      : {
          ...{ ...row, recordId: null, seen: {}, edits: {}, deleted: { by } },
          txs: { ...row.txs, [deletion]: tx },
        };
  const newer = Object.entries(cells).filter(([name]) => tx > (row.txs[name] ?? -1));
  const edits = newer.map(([name, value]) => [name, { value, at, by, developer, tx }] as const);
  return {
    ...row,
    edits: { ...row.edits, ...Object.fromEntries(edits) },
    txs: { ...row.txs, ...Object.fromEntries(newer.map(([name]) => [name, tx])) },
  };
}

/** From here on changes are noted; only then the tables are listed, so that nothing falls in between. */
async function listAll(ports: PassPorts): Promise<number> {
  const webhook = await ports.face.begin();
  let changes = 0;
  for (const table of ports.tables) changes += await listTable(ports, table);
  await ports.cursor.begun(webhook);
  return changes;
}

async function listTable(ports: PassPorts, face: TableFace): Promise<number> {
  const table = face.key;
  const records = (await ports.face.list(table)).toSorted((a, b) =>
    a.createdTime < b.createdTime ? -1 : a.createdTime > b.createdTime ? 1 : 0,
  );
  const there = new Map(records.map((record) => [record.recordId, record]));
  const rows = await ports.rows.table(table);
  const taken = new Set(
    rows.flatMap(({ recordId }) => (recordId !== null && there.has(recordId) ? recordId : [])),
  );
  const after: RowDoc[] = [];
  const left: string[] = [];
  for (const row of rows) {
    const record = there.get(row.recordId ?? '') ?? adopted(row, records, taken);
    if (record !== undefined) {
      taken.add(record.recordId);
      after.push(asShown(row, record));
    } else if (isDraft(row)) left.push(row._id);
    else if (row.recordId !== null)
      after.push({ ...row, recordId: null, seen: {}, edits: {}, deleted: { by: null } });
  }
  const ids = new Set(rows.map(({ id }) => id));
  for (const record of records) {
    if (taken.has(record.recordId)) continue;
    const id = String(record.cells[idField] ?? '').trim();
    const isOurs = id !== '' && !ids.has(id) && (await face.get(id)) !== null;
    if (isOurs) ids.add(id);
    // Nothing is known of what it was: it is made what the store says.
    after.push(
      isOurs
        ? { ...newRow(table, id, record.recordId), seen: { ...record.cells } }
        : asShown(newRow(table, draftId(record.recordId), record.recordId), record),
    );
  }
  await ports.rows.remove(left);
  const changed = after.filter((row) => row.deleted !== null || Object.keys(row.edits).length > 0);
  await ports.rows.putMany(after.map((row) => sealed(row, ports.now())));
  return changed.length;
}

/** The oldest record that shows the Id of a row without one: it was written before a crash, or restored. */
const adopted = (
  row: RowDoc,
  records: readonly BaseRecord[],
  taken: ReadonlySet<string>,
): BaseRecord | undefined =>
  row.recordId !== null || isDraft(row) || row.forgotten
    ? undefined
    : records.find(({ recordId, cells }) => !taken.has(recordId) && cells[idField] === row.id);

/** A listing shows everything: what it shows is what there is, and the differences are edits. */
function asShown(row: RowDoc, { recordId, cells }: BaseRecord): RowDoc {
  const isNew = row.recordId === null && Object.keys(row.seen).length === 0;
  const before = isNew && row.sending !== null ? { ...row, seen: row.sending } : row;
  const found = editsFound(cells, before);
  const edits = Object.entries(found).filter(
    // An empty cell of a row of which nothing is known is no edit.
    ([name, { value }]) => before.seen[name] !== undefined || value !== null,
  );
  return {
    ...row,
    recordId,
    deleted: null,
    seen: { ...cells },
    edits: {
      ...row.edits,
      ...Object.fromEntries(edits.map(([name, edit]) => [name, { ...edit, tx: null }])),
    },
  };
}

/** The row, if any, whose Id a draft shows. */
export const sameId = (draft: RowDoc, rows: readonly RowDoc[]): RowDoc | undefined => {
  const id = givenId(draft);
  return id === '' ? undefined : rows.find((row) => !isDraft(row) && row.id === id);
};
