import { createHash } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import { fieldsOfTable, syncTables } from '../../domain/sync-base.ts';
import {
  type CellEdits,
  type CellFault,
  type Cells,
  type MergedRow,
  mergeRow,
  type RefusedEdit,
  refusalText,
  shownCell,
  valuesOf,
} from '../../domain/sync-base-merge.ts';
import type { OurRow, PassPorts, RowDoc, TableFace } from './ports.ts';
import { sameId } from './pull.ts';
import { actorOfEdits, airtableActor, hasEdits, isDraft, newRow, sealed } from './rows.ts';

/** What became of the edits. */
export interface Applied {
  /** Rows that we took over something of, or made. */
  readonly taken: number;
  /** Rows with something that we could not take. */
  readonly held: number;
  /** Edits that were put back, or came before a later change of ours. */
  readonly refused: number;
}

const nothingApplied: Applied = { taken: 0, held: 0, refused: 0 };
const sum = (a: Applied, b: Applied): Applied => ({
  taken: a.taken + b.taken,
  held: a.held + b.held,
  refused: a.refused + b.refused,
});

/**
 * Acts on what people changed. Our side is changed first, with its row in Logs, then the row is noted: a crash in between
 * repeats an edit that changes nothing any more.
 */
export async function apply(ports: PassPorts): Promise<Applied> {
  let all = nothingApplied;
  for (const table of ports.tables) {
    for (const row of await ports.rows.table(table.key))
      if (!isDraft(row) && (hasEdits(row) || Object.keys(row.held).length > 0))
        all = sum(all, await applyRow(ports, table, row));
    // Then those that people added: one may be the row of ours that was just deleted.
    const rows = await ports.rows.table(table.key);
    for (const row of rows.filter(isDraft)) all = sum(all, await applyDraft(ports, table, row, rows));
  }
  return all;
}

async function applyRow(ports: PassPorts, table: TableFace, row: RowDoc): Promise<Applied> {
  if (row.deleted !== null) return applyDeleted(ports, table, row);
  const ours = await table.get(row.id);
  if (ours === null) {
    await logAll(ports, row, 'is not there any more');
    await save(ports, { ...row, edits: {}, held: {}, faults: [] });
    return { ...nothingApplied, refused: Object.keys(row.edits).length };
  }
  return applyEdits(ports, table, row, ours);
}

async function applyEdits(ports: PassPorts, table: TableFace, row: RowDoc, ours: OurRow): Promise<Applied> {
  const candidate = { ...ours.cells, ...valuesOf(row.held), ...valuesOf(row.edits) };
  const check = (await table.checker?.(row.id, candidate)) ?? (() => []);
  let merged = mergeRow({
    ...{ fields: fieldsOfTable(table.key), row, ours: ours.cells, oursAt: ours.changedAt, edits: row.edits },
    ...{ check, together: table.together ?? [] },
  });
  const isTaken = Object.keys(merged.take).length > 0;
  if (isTaken)
    try {
      await table.edit?.({
        id: row.id,
        cells: { ...ours.cells, ...valuesOf(merged.take) },
        fields: Object.keys(merged.take),
        times: timesOf(merged.take),
        by: actorOfEdits(merged.take),
        remark: overText(merged.over),
      });
    } catch (error) {
      if (!(error instanceof TributaryError) || error.retryable) throw error;
      merged = withAllHeld(merged, error.message);
    }
  for (const refused of merged.refused) await logRefused(ports, row, refused);
  const fresh = Object.keys(row.edits).length > 0;
  const texts = merged.refused.filter(({ field }) => row.edits[field] !== undefined).map(refusalText);
  await save(ports, {
    ...row,
    ...{ seen: merged.seen, held: merged.held, faults: merged.faults, edits: {} },
    note: fresh ? (texts.length === 0 ? null : texts.join('\n')) : row.note,
  });
  const held = Object.keys(merged.held).length > 0 ? 1 : 0;
  return {
    taken: Object.keys(merged.take).length > 0 ? 1 : 0,
    held,
    refused: merged.refused.length,
  };
}

const timesOf = (edits: CellEdits): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(edits).flatMap(([name, { at }]) => (at === null ? [] : [[name, at]])));

/** Our side refused what had seemed right: it stays in its cells. */
const withAllHeld = (merged: MergedRow, message: string): MergedRow => ({
  ...merged,
  take: {},
  held: { ...merged.held, ...merged.take },
  faults: [...merged.faults, ...Object.keys(merged.take).map((field): CellFault => ({ field, message }))],
});

const overText = (over: Cells): string => {
  const fields = Object.entries(over).map(([name, value]) => `${name} (${shownCell(value)})`);
  return fields.length === 0
    ? ''
    : `${fields.join(' and ')} was changed in the service too, before that: the later change counts.`;
};

/** A row that a person added: it becomes one of ours as soon as it is whole. */
async function applyDraft(
  ports: PassPorts,
  table: TableFace,
  row: RowDoc,
  rows: readonly RowDoc[],
): Promise<Applied> {
  const cells = { ...row.seen, ...valuesOf(row.edits) };
  // One that has this record already took it over before a crash, and the draft is what that left.
  const owner = rows.find((one) => !isDraft(one) && one.recordId === row.recordId);
  const twin = owner ?? sameId(row, rows);
  const noted = async (faults: readonly CellFault[], note: string | null): Promise<Applied> => {
    await save(ports, { ...row, seen: cells, edits: {}, faults, note });
    return { ...nothingApplied, held: 1 };
  };
  const { name, peopleAdd } = syncTables[table.key];
  if (!peopleAdd || table.create === undefined)
    return noted(
      [],
      `Rows of ${name} are written by the service. This one means nothing; you can delete it.`,
    );
  if (twin !== undefined) {
    const isFree = twin === owner || (twin.recordId === null && !twin.forgotten);
    if (!isFree)
      return noted(
        [],
        `There is a row with the Id "${twin.id}" already; the older one counts. Delete this one, or give it another Id.`,
      );
    // The row of one of ours was deleted and brought back.
    const ours = (await table.get(twin.id))?.cells ?? {};
    const edits = Object.entries(row.edits).filter(([field, { value }]) => value !== (ours[field] ?? null));
    const { recordId, txs } = row;
    const known = { recordId, seen: cells, txs, edits: Object.fromEntries(edits) };
    await save(ports, { ...twin, ...known, deleted: null });
    await ports.rows.remove([row._id]);
    return nothingApplied;
  }
  const made = await table.create(cells, actorOfEdits(row.edits));
  if ('faults' in made) return noted(made.faults, null);
  await save(ports, {
    ...newRow(table.key, made.id, row.recordId),
    seen: cells,
    txs: row.txs,
    sent: row.sent,
  });
  await ports.rows.remove([row._id]);
  return { ...nothingApplied, taken: 1 };
}

async function applyDeleted(ports: PassPorts, table: TableFace, row: RowDoc): Promise<Applied> {
  const by = airtableActor(row.deleted?.by ?? null);
  const forgotten = syncTables[table.key].onDelete === 'forget';
  const isThere = (await table.get(row.id)) !== null;
  const note = isThere
    ? ((await table.gone?.(row.id, by)) ?? 'The row was deleted and is written again.')
    : null;
  await save(ports, {
    ...newRow(table.key, row.id),
    ...{ txs: row.txs, sent: row.sent, note: forgotten ? null : note, forgotten },
  });
  return { ...nothingApplied, taken: 1 };
}

const save = (ports: PassPorts, row: RowDoc): Promise<void> => ports.rows.putMany([sealed(row, ports.now())]);

/** The row of Logs of an edit that did not come to be: both values, and the rule. */
async function logRefused(ports: PassPorts, row: RowDoc, refused: RefusedEdit): Promise<void> {
  const { field, edit, ours, unsaid } = refused;
  const at = new Date(edit.at ?? ports.now());
  const by = airtableActor(edit.by);
  const text = `${by.id} wrote ${shownCell(edit.value)} into ${field} of ${row.id} (${syncTables[row.table].name}) in Airtable. ${refusalText(refused)}`;
  const line = {
    at,
    by,
    subject: subjectOf(row),
    text,
    before: unsaid ? null : { [field]: ours },
    after: { [field]: edit.value },
  };
  await ports.log(line, markOf(row._id, field, edit.value, edit.at));
}

async function logAll(ports: PassPorts, row: RowDoc, why: string): Promise<void> {
  for (const [field, edit] of Object.entries(row.edits)) {
    const by = airtableActor(edit.by);
    const text = `${by.id} wrote ${shownCell(edit.value)} into ${field} of ${row.id} in Airtable, which ${why}. Nothing was changed.`;
    const line = { by, subject: subjectOf(row), text, before: null, after: { [field]: edit.value } };
    await ports.log(
      { ...line, at: new Date(edit.at ?? ports.now()) },
      markOf(row._id, field, edit.value, edit.at),
    );
  }
}

const subjects = { automations: 'automation', reportTypes: 'report-type', reports: 'report' } as const;
const subjectOf = ({ table, id }: RowDoc): string =>
  table in subjects ? `${subjects[table as keyof typeof subjects]}/${id}` : 'service';

/** The same edit has the same mark: its row of Logs is written once. */
const markOf = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
