import { createHash } from 'node:crypto';
import { type Cell, fieldsOfTable, idField } from '../../domain/sync-base.ts';
import { type Cells, clockSlackMs } from '../../domain/sync-base-merge.ts';
import type { BaseChange, RowDoc, SentCell } from './ports.ts';

/** Of each field so many are kept: Airtable may tell of them late, out of order and again. */
const keptPerField = 6;
/** A write waits for its turn at most as long as its activity may last. */
const longestWriteMs = 15 * 60_000;

const hashOf = (value: Cell): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);

/** Notes what is given to Airtable now, or what it made of it. */
export function withSent(sent: RowDoc['sent'], cells: Cells, at: number): RowDoc['sent'] {
  const more = Object.entries(cells).map(([field, value]) => {
    const known = sent[field] ?? [];
    return [field, [...known, { hash: hashOf(value), at, tx: null }].slice(-keptPerField)] as const;
  });
  return { ...sent, ...Object.fromEntries(more) };
}

/** Which of what we wrote a change tells of. */
function echoOf(sent: readonly SentCell[], value: Cell, { tx, at }: BaseChange): SentCell | undefined {
  const again = sent.find((one) => one.tx === tx);
  if (again !== undefined) return again;
  const hash = hashOf(value);
  return sent.find(
    (one) =>
      one.tx === null &&
      one.hash === hash &&
      at >= one.at - clockSlackMs &&
      at <= one.at + longestWriteMs + clockSlackMs,
  );
}

/** A row that knows of what a change told it of, and what others wrote by it. */
export interface Sifted {
  readonly row: RowDoc;
  /** None: the change was ours, or changed nothing. */
  readonly cells: Cells;
}

/**
 * Takes out of a change what we wrote ourselves. Whether we did is told by what was written into that field of that row,
 * not by who the API says it was: another program may use the same person's token.
 */
export function withoutOwn(row: RowDoc, change: BaseChange): Sifted {
  if (!change.byApi) return { row, cells: change.cells };
  const ofWatchdog = new Set(
    fieldsOfTable(row.table).flatMap(({ name, watchdog }) => (watchdog === true ? name : [])),
  );
  const sent: Record<string, readonly SentCell[]> = { ...row.sent };
  const cells: Record<string, Cell> = {};
  for (const [field, value] of Object.entries(change.cells)) {
    if (ofWatchdog.has(field)) continue;
    const known = sent[field] ?? [];
    const echo = echoOf(known, value, change);
    if (echo !== undefined)
      sent[field] = known.map((one) => (one === echo ? { ...one, tx: change.tx } : one));
    // What is there already is no edit, unless it takes one back that nobody has looked at yet.
    else if (row.seen[field] !== value || row.edits[field] !== undefined) cells[field] = value;
  }
  return { row: { ...row, sent }, cells };
}

/** The row that we made a record for. */
export function rowMade(change: BaseChange, rows: readonly RowDoc[]): RowDoc | undefined {
  if (!change.byApi || change.kind !== 'created') return undefined;
  const id = change.cells[idField] ?? null;
  return rows.find((row) => row.id === id && echoOf(row.sent[idField] ?? [], id, change) !== undefined);
}
