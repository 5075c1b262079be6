import { fieldsOfTable, idField, messageField, syncTables } from '../../domain/sync-base.ts';
import {
  agreedCells,
  type Cells,
  cellsToWrite,
  sureCells,
  wantedCells,
} from '../../domain/sync-base-merge.ts';
import { withSent } from './own.ts';
import type { OurRow, PassPorts, RowDoc, TableFace } from './ports.ts';
import { pull } from './pull.ts';
import { isWaiting, refusedWrite } from './refused.ts';
import { hasEdits, isDraft, messageOf, newRow, sealed } from './rows.ts';

const rowsPerWrite = 10;

/** What was written. */
export interface Pushed {
  readonly written: number;
  readonly removed: number;
  /** Rows that Airtable did not take, each with its reason. */
  readonly rejected: readonly string[];
  /** Rows that are in the base now; null: there was more to write than time, and the next pass goes on. */
  readonly records: number | null;
}

interface Write {
  readonly row: RowDoc;
  readonly ours: OurRow | null;
  readonly cells: Cells;
}

/**
 * Makes the base show what it should. It looks at the changes once more first: a row that a person edited since is left
 * to the next pass. What is being written is noted before, and what both sides have after: a crash in between writes the
 * same again, and a listing does not take it for an edit.
 */
export async function push(ports: PassPorts): Promise<Pushed> {
  await pull(ports);
  const { now, pushMs = Number.POSITIVE_INFINITY } = ports;
  const endsAt = now() + pushMs;
  let all: Pushed = { written: 0, removed: 0, rejected: [], records: 0 };
  for (const table of ports.tables) {
    const done = await pushTable(ports, table, endsAt);
    all = {
      written: all.written + done.written,
      removed: all.removed + done.removed,
      rejected: [...all.rejected, ...done.rejected],
      records: all.records === null || done.records === null ? null : all.records + done.records,
    };
  }
  return all;
}

async function pushTable(ports: PassPorts, table: TableFace, endsAt: number): Promise<Pushed> {
  const [ours, stored] = await Promise.all([table.list(), ports.rows.table(table.key)]);
  const rows = new Map(stored.map((row) => [row.id, row]));
  const writes: Write[] = [];
  const settled: RowDoc[] = [];
  for (const one of ours) {
    const known = rows.get(one.id) ?? newRow(table.key, one.id);
    if (known.forgotten || hasEdits(known)) continue;
    const row = { ...known, seen: sureCells(known.seen, known.sending) };
    const wanted = wantedCells(one.cells, row.held, messageOf(row));
    const cells = cellsToWrite(wanted, row.seen, row.recordId === null && row.sending === null);
    if (Object.keys(cells).length > 0) writes.push({ row, ours: one, cells });
    else if (!isAgreed(row, one))
      settled.push({ ...row, agreed: agreedCells(row.agreed, one.cells, row.seen) });
  }
  for (const row of stored)
    if (isDraft(row) && !hasEdits(row)) {
      const message = messageOf(row);
      if ((row.seen[messageField] ?? null) !== message)
        writes.push({ row, ours: null, cells: { [messageField]: message } });
    }
  await ports.rows.putMany(settled.map((row) => sealed(row, ports.now())));
  const waiting = writes.filter(({ row, cells }) => isWaiting(row.refusal, cells, ports.now()));
  const due = writes.filter((write) => !waiting.includes(write));
  const rejected = waiting.map(({ row }) => rejection(row, row.refusal?.text ?? ''));
  let tried = 0;
  while (tried < due.length && ports.now() < endsAt) {
    const some = due.slice(tried, tried + rowsPerWrite);
    rejected.push(...(await writeSome(ports, table, some)));
    tried += some.length;
  }
  const wanted = new Set(ours.map(({ id }) => id));
  const left = stored.filter((row) => !wanted.has(row.id) && !isDraft(row) && !hasEdits(row));
  await removeRows(ports, table, left);
  return {
    written: tried + waiting.length - rejected.length,
    ...{ removed: left.length, rejected: rejected.map(({ text }) => text) },
    records:
      tried < due.length ? null : ours.length + stored.filter(isDraft).length - absent(ours, rows, rejected),
  };
}

const isAgreed = (row: RowDoc, { cells }: OurRow): boolean =>
  Object.entries(cells).every(([name, value]) => row.seen[name] !== value || row.agreed[name] === value);

/** A row that was not taken. */
interface Rejection {
  readonly text: string;
  /** It is not in the base. */
  readonly isNew: boolean;
}

const rejection = ({ table, id, recordId }: RowDoc, text: string): Rejection => ({
  text: `${syncTables[table].name} / ${id}: ${text}`,
  isNew: recordId === null,
});

/** Rows of ours that are not in the base: not taken, or deleted for good by a person. */
const absent = (
  ours: readonly OurRow[],
  rows: ReadonlyMap<string, RowDoc>,
  rejected: readonly Rejection[],
): number =>
  rejected.filter(({ isNew }) => isNew).length +
  ours.filter(({ id }) => rows.get(id)?.forgotten === true).length;

async function writeSome(ports: PassPorts, table: TableFace, writes: readonly Write[]): Promise<Rejection[]> {
  const at = ports.now();
  const sent = writes.map(({ row, cells: wanted }) => {
    // A row without a record is found or made by its Id, and what is empty needs no word.
    const cells = row.recordId === null ? { ...wanted, [idField]: row.id } : wanted;
    return { row: { ...row, sent: withSent(row.sent, cells, at) }, cells };
  });
  await ports.rows.putMany(
    sent.map(({ row, cells }) => sealed({ ...row, sending: { ...row.sending, ...cells }, wroteAt: at }, at)),
  );
  const results = await ports.face.write(
    table.key,
    sent.map(({ row, cells }) => ({ recordId: row.recordId, cells })),
  );
  const rejected: Rejection[] = [];
  const gone: string[] = [];
  const after = sent.flatMap(({ row, cells }, index): RowDoc[] => {
    const result = results[index];
    const ours = writes[index]?.ours ?? null;
    const now = ports.now();
    if (result === undefined) return [];
    if (result.recordId === null) {
      if (result.gone && isDraft(row)) {
        gone.push(row._id);
        return [];
      }
      if (!result.gone) rejected.push(rejection(row, result.text));
      const refusal = refusedWrite(row.refusal, writes[index]?.cells ?? {}, result.text, now);
      // One that is gone is made again at the next pass.
      return [
        {
          ...{ ...row, sending: null, wroteAt: now },
          ...(result.gone ? { recordId: null, seen: {} } : { refusal }),
        },
      ];
    }
    const before = row.recordId === null ? emptyCells(table) : row.seen;
    const seen = { ...before, ...cells };
    const agreed = ours === null ? row.agreed : agreedCells(row.agreed, ours.cells, seen);
    const told = withSent(row.sent, result.stored ?? {}, at);
    const written = { recordId: result.recordId, seen, agreed, sent: told, wroteAt: now };
    return [{ ...row, ...written, sending: null, refusal: null }];
  });
  await ports.rows.putMany(after.map((row) => sealed(row, ports.now())));
  await ports.rows.remove(gone);
  return rejected;
}

const emptyCells = ({ key }: TableFace): Cells =>
  Object.fromEntries(fieldsOfTable(key).map(({ name }) => [name, null]));

/** Of what is not ours any more, or too old to be shown. */
async function removeRows(ports: PassPorts, table: TableFace, rows: readonly RowDoc[]): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerWrite) {
    const some = rows.slice(start, start + rowsPerWrite);
    const records = some.flatMap(({ recordId }) => recordId ?? []);
    if (records.length > 0) await ports.face.remove(table.key, records);
    await ports.rows.remove(some.map(({ _id }) => _id));
  }
}
