import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Delivery, RowOutcome } from '../../destinations/contract.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { SyncRunLedger } from '../../domain/sync-contracts.ts';
import type { ListPlace, SyncRecordDoc, SyncRunDoc } from '../../stores/model.ts';
import type { DeliveredRow } from '../../stores/sync-records.ts';
import type { SyncRunRef } from '../contracts.ts';
import { toFailure } from '../failure.ts';
import { type Life, live } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';
import { createSentRows, type SentRow } from './confirm.ts';
import { early } from './early.ts';
import { type OpenRun, openDelivery, openRun } from './open.ts';
import { addCounts, createTally, recordOutcome } from './outcome.ts';
import { type Part, partsOf } from './parts.ts';
import { createCalls } from './under-way.ts';
import { nextRetry } from './wanted.ts';

/** Rows that may wait for a destination that confirms late; then it is asked to. */
const mostUnconfirmed = 50_000;
/** Where few rows are under way at once, the outcomes of so many calls are written together, or of so long. */
const callsPerNote = 10;
const rowsPerNote = 500;
const noteEveryMs = 2_000;
/** A call that was under way when the run was stopped may end by itself within this. */
const patienceMs = 5_000;

/**
 * Delivers the work lists of a run in order. Outcomes are written in bulk, then the place: a crash repeats at most
 * the rows between two notes, which does no harm. Stops at a batch border.
 * @throws as ApplicationFailure: DESTINATION_UNREACHABLE and the like after five attempts without progress
 */
export function deliverSync(
  ports: ActivityPorts,
  { runId }: SyncRunRef,
): Promise<{ readonly ledger: SyncRunLedger }> {
  return live(
    'UNKNOWN_ERROR',
    async (life) => {
      const work = await openRun(ports, runId);
      const late = patient(life.signal);
      try {
        const delivery = await openDelivery(ports, work, late.signal);
        try {
          return { ledger: await deliverLists(ports, work, delivery, life, late.signal) };
        } finally {
          await delivery.close();
        }
      } finally {
        late.end();
      }
    },
    { countWaits: true },
  );
}

/** Aborts a while after the other signal: what was begun may end at its border. */
function patient(asked: AbortSignal): { readonly signal: AbortSignal; readonly end: () => void } {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    timer = setTimeout(() => late.abort(), patienceMs);
  };
  asked.addEventListener('abort', start, { once: true });
  if (asked.aborted) start();
  return {
    signal: late.signal,
    end: () => {
      asked.removeEventListener('abort', start);
      clearTimeout(timer);
    },
  };
}

async function deliverLists(
  ports: ActivityPorts,
  work: OpenRun,
  delivery: Delivery,
  life: Life,
  signal: AbortSignal,
): Promise<SyncRunLedger> {
  const { run, sync, rows, driver } = work;
  const { rowsPerWrite } = driver.description.limits;
  const { callsAtOnce = 1 } = delivery;
  const perNote = Math.max(rowsPerWrite * callsAtOnce, Math.min(rowsPerWrite * callsPerNote, rowsPerNote));
  const sent = createSentRows();
  const calls = createCalls(sent.confirm, callsAtOnce);
  /** So far rows may be sent before the next note is there: two of them, and the calls under way beside the next. */
  const mostAhead = 2 * perNote + (callsAtOnce - 1) * rowsPerWrite;
  const ahead = (from: ListPlace, listRows: number) => aheadOf(from, listRows, perNote, mostAhead);
  let { ledger, retryLists, requests } = run;
  let { done, sent: sentTo } = run.delivery;
  let notedAt = performance.now();

  /** No row from here on was sent, by this attempt or by an earlier one. */
  let untouched = sentTo;
  /** The outcomes that are being written while the next rows are on their way; after one that fails, none is. */
  let noting: Promise<void> = Promise.resolve();

  /** Nothing is sent before the store knows that it may have been: the rows of this call and of some after it. */
  async function announce(to: ListPlace, listRows: number): Promise<void> {
    if (!isBefore(sentTo, to)) return;
    await noting;
    sentTo = ahead(to, listRows);
    await ports.stores.syncRuns.note(run._id, { delivery: { done, sent: sentTo } });
  }

  /** Writes down what is settled, one after the other. @returns when all of it is written */
  function note(): Promise<void> {
    const settled = sent.takeSettled();
    noting = noting.then(() => writeDown(settled));
    // Whoever waits for it hears of a failure, and the next note.
    noting.catch(() => undefined);
    return noting;
  }

  async function writeDown(settled: readonly SentRow[]): Promise<void> {
    const last = settled.at(-1);
    if (last === undefined) return;
    const arrived: DeliveredRow[] = [];
    const others: SyncRecordDoc[] = [];
    const again: string[] = [];
    const at = new Date();
    const counts = createTally();
    for (const { row, outcome } of settled) {
      if (outcome === null) continue;
      if (row.fresh && row.action === 'insert' && outcome.outcome === 'delivered') {
        arrived.push({ _id: row.key, delivered: row.staged });
        continue;
      }
      const recorded = recordOutcome(row, outcome, { run: run.number, cap: sync.rejectionCap, at });
      counts.add(recorded.counts);
      others.push(recorded.doc);
      if (recorded.doc.status === 'failed') again.push(row.key);
    }
    counts.add({ inserted: arrived.length });
    await rows.insertDelivered(arrived, { run: run.number, at });
    await rows.putMany(others);
    if (again.length > 0) await rows.putRetry({ _id: nextRetry(work, retryLists), keys: again });
    ledger = addCounts(ledger, counts.sum);
    retryLists += again.length > 0 ? 1 : 0;
    done = { list: last.of.list, row: last.next };
    const reach = ahead(done, last.of.listRows);
    if (isBefore(sentTo, reach)) sentTo = reach;
    await ports.stores.syncRuns.note(run._id, {
      ledger,
      retryLists,
      requests,
      delivery: { done, sent: sentTo },
    });
    life.progressed({ list: done.list, row: done.row, of: run.staging?.lists ?? 0 });
  }

  async function finish(): Promise<void> {
    await calls.all();
    if (sent.unconfirmed > 0) {
      sent.confirm(await delivery.finish({ signal }));
      if (sent.unconfirmed > 0)
        throw new TributaryError('DESTINATION_BAD_ANSWER', `${sent.unconfirmed} rows have no outcome.`);
    }
    await note();
  }

  function send({ list, at, deliverable, chars }: Part, end: ListPlace): Promise<readonly RowOutcome[]> {
    requests += 1;
    if (isBefore(untouched, end)) untouched = end;
    const idempotencyKey = `${run._id}/${list}/${at}`;
    return delivery.write(deliverable, { signal, idempotencyKey, chars });
  }

  let open = -1;
  let noted = 0;
  /** Whether outcomes are to be noted once the next rows are on their way. */
  let isDue = false;
  try {
    for await (const next of early(partsOf(ports, work, done))) {
      const { list, at, part, listRows, deliverable, refused } = next;
      if (list !== open) {
        open = list;
        noted = at;
      }
      if (life.signal.aborted) {
        await finish();
        await life.stopIfAsked();
      }
      if (sent.meets(next)) await finish();
      const end = { list, row: at + part.length };
      await announce(end, listRows);
      sent.add(next);
      sent.confirm(refused);
      if (deliverable.length > 0) calls.add(send(next, end));
      if (isDue) {
        isDue = false;
        // These rows are on their way before the outcomes of the ones before them keep the thread.
        await nextTurn();
        void note();
      }
      await calls.room();
      if (sent.unconfirmed >= mostUnconfirmed) await finish();
      else if (
        end.row - noted >= perNote ||
        end.row === listRows ||
        performance.now() - notedAt >= noteEveryMs
      ) {
        // One may be under way while the next rows are sent, not more.
        await noting;
        isDue = true;
        noted = end.row;
        notedAt = performance.now();
      }
    }
    // A destination that confirms late may have been given everything by an attempt that died: it is asked anyway.
    await finish();
  } catch (error) {
    // What is certain is kept, whatever went wrong with the rest.
    await calls.rest();
    await note();
    await ports.stores.syncRuns.note(run._id, { delivery: { done, sent: untouched } });
    // A quota does not come back within moments.
    const spent = error instanceof TributaryError && error.code === 'DESTINATION_QUOTA';
    throw spent ? toFailure(error, { final: true }) : error;
  }
  await close(ports, run, { ledger, requests, retryLists });
  return ledger;
}

const close = (
  { stores }: ActivityPorts,
  run: SyncRunDoc,
  sums: Pick<SyncRunDoc, 'ledger' | 'requests' | 'retryLists'>,
): Promise<void> => stores.syncRuns.note(run._id, sums);

/** The place so many rows after another, as far as that is known of lists that were not read yet. */
function aheadOf({ list, row }: ListPlace, listRows: number, perNote: number, rows: number): ListPlace {
  if (row + rows <= listRows) return { list, row: row + rows };
  return { list: list + (perNote < listRows ? 1 : Math.ceil(rows / perNote)), row: rows };
}

const isBefore = (a: ListPlace, b: ListPlace): boolean =>
  a.list < b.list || (a.list === b.list && a.row < b.row);
