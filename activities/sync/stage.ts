import { TributaryError } from '../../domain/errors.ts';
import type { SyncRunLedger } from '../../domain/sync-contracts.ts';
import type { ListRow, SyncRecordDoc, SyncStaging } from '../../stores/model.ts';
import { todoId } from '../../stores/sync-records.ts';
import type { SyncRunRef } from '../contracts.ts';
import { type Life, live } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';
import { checkBudget } from './budget.ts';
import { early } from './early.ts';
import { type OpenRun, openRun } from './open.ts';
import { addCounts, createTally } from './outcome.ts';
import { type Staging, stageKey } from './plan.ts';
import {
  changedKeys,
  changesToRead,
  firstPlace,
  goneKeys,
  nextRetry,
  retriesNow,
  type WantedKey,
  type WantedKeys,
  wantedKeys,
  wantedRecords,
} from './wanted.ts';

/** A page closes at so many keys, or so many characters to be sent. */
const pageKeys = 5_000;
const pageChars = 3 * 1024 * 1024;

/**
 * Stages a run: looks at what changed, or at everything, and writes work lists of the rows to deliver. A page of keys
 * at a time is read, decided, written, and noted as the place from which a later attempt goes on.
 * @returns how many rows wait to be delivered
 */
export function stageSync(
  ports: ActivityPorts,
  { runId }: SyncRunRef,
): Promise<{ readonly rows: number; readonly ledger: SyncRunLedger }> {
  return live('UNKNOWN_ERROR', async (life) => {
    const work = await openRun(ports, runId);
    const { run, sync, driver } = work;
    const { place, changes } = await begin(ports, work);
    const progress = { place, ledger: run.ledger, retryLists: run.retryLists };
    const how: Staging = {
      run: run.number,
      mode: sync.mode,
      again: run.kind !== 'run' || sync.mode === 'full' || sync.resync === 'all',
      now: run.key !== null || run.kind === 'test',
      deletes: driver.description.limits.deletes,
    };
    while (progress.place.phase !== 'done') {
      const keys = keysOf(ports, work, progress.place, changes);
      // Nothing is known yet of a sync that runs for the first time: what is written meanwhile, this run wrote.
      const unknown = progress.place.phase === 'records' && (await work.rows.isEmpty());
      for await (const page of early(pagesOf(keys, run.kind === 'test' && run.key === null)))
        await stagePage({ ports, work, how, unknown, life }, progress, page);
      const { phase, how: reads } = progress.place;
      const looksForGone = phase === 'records' && reads === 'all' && deletesGone(how);
      progress.place = { ...progress.place, phase: looksForGone ? 'gone' : 'done', after: null };
    }
    const { rows } = progress.place;
    await ports.stores.syncRuns.note(runId, { staging: progress.place, toDeliver: rows });
    refuseAllQuarantined(work, progress);
    const budget = await checkBudget(ports, work.destination, driver, rows);
    await ports.stores.syncRuns.note(runId, { budget });
    return { rows, ledger: progress.ledger };
  });
}

/** A mapping that fits no record at all is no success, though each row has its reason. Later runs pass its rows over. */
function refuseAllQuarantined({ sync }: OpenRun, { ledger: { staged, quarantined }, place }: Progress): void {
  if (place.how === 'changes' || quarantined < staged || quarantined <= sync.rejectedThreshold) return;
  throw new TributaryError('ROWS_QUARANTINED', `None of the ${quarantined} rows could be delivered.`);
}

const deletesGone = ({ mode, deletes }: Staging): boolean =>
  deletes && (mode === 'full' || mode === 'mirror');

/** Where a repeated attempt goes on, or what a new run has to look at: decided once, and kept. */
async function begin(
  ports: ActivityPorts,
  work: OpenRun,
): Promise<{ readonly place: SyncStaging; readonly changes: readonly string[] }> {
  const { run, sync, connection } = work;
  const stored = run.staging;
  if (stored !== null) {
    const changes = stored.how === 'changes' ? await changesToRead(ports, work, stored.upTo) : null;
    return { place: stored, changes: changes ?? [] };
  }
  const upTo = connection.sealedSession;
  const { staged } = sync;
  const follows =
    staged !== null &&
    staged.version === run.version &&
    staged.generation === run.generation &&
    run.kind === 'run' &&
    sync.mode !== 'full' &&
    sync.resync === null;
  const changes = follows ? await changesToRead(ports, work, upTo) : null;
  const how = run.key !== null ? 'key' : changes === null ? 'all' : 'changes';
  const place = firstPlace({ how, upTo, retry: await retriesNow(work) });
  await ports.stores.syncRuns.note(run._id, { staging: place });
  return { place, changes: changes ?? [] };
}

function keysOf(
  ports: ActivityPorts,
  work: OpenRun,
  { how, phase, after, keys, retry }: SyncStaging,
  changes: readonly string[],
): WantedKeys {
  if (phase === 'gone') return goneKeys(work, after);
  if (how === 'all') return wantedRecords(work, after);
  if (how === 'changes') return wantedKeys(work, changedKeys(ports, work, retry, changes, keys));
  return wantedKeys(work, after === null ? [[work.run.key ?? '']] : []);
}

/** @param one A test takes the first record that the model has, and no other. */
async function* pagesOf(parts: WantedKeys, one: boolean): WantedKeys {
  let page: WantedKey[] = [];
  let chars = 0;
  for await (const part of parts)
    for (const next of part) {
      if (one && next.wanted === null) continue;
      page.push(next);
      if (one) return void (yield page);
      chars += next.wanted !== null && 'fields' in next.wanted ? next.wanted.fields.length : 0;
      if (page.length < pageKeys && chars < pageChars) continue;
      yield page;
      page = [];
      chars = 0;
    }
  if (page.length > 0) yield page;
}

interface PageWork {
  readonly ports: ActivityPorts;
  readonly work: OpenRun;
  readonly how: Staging;
  readonly unknown: boolean;
  readonly life: Life;
}

interface Progress {
  place: SyncStaging;
  ledger: SyncRunLedger;
  retryLists: number;
}

/** The lists first, the place after them: a page that is repeated writes the same lists again. */
async function stagePage(
  { ports, work, how, unknown, life }: PageWork,
  progress: Progress,
  page: readonly WantedKey[],
): Promise<void> {
  await life.stopIfAsked();
  const { rows, run } = work;
  const known = unknown ? [] : await rows.known(page.map(({ key }) => key));
  const before = new Map(known.map((doc) => [doc._id, doc]));
  const list: ListRow[] = [];
  const later: string[] = [];
  const quarantine: SyncRecordDoc[] = [];
  const counts = createTally();
  for (const { key, wanted } of page) {
    const staged = stageKey(key, before.get(key) ?? null, wanted, how);
    counts.add(staged.counts);
    if (staged.row !== undefined) list.push(staged.row);
    if (staged.later) later.push(key);
    if (staged.quarantine !== undefined)
      quarantine.push({
        _id: key,
        status: 'quarantined',
        fields: null,
        run: run.number,
        deliveredRun: before.get(key)?.deliveredRun ?? null,
        notBefore: null,
        at: new Date(),
        ...staged.quarantine,
      });
  }
  const { place } = progress;
  if (list.length > 0) await rows.putList({ _id: todoId(run._id, place.lists), rows: list });
  if (later.length > 0) await rows.putRetry({ _id: nextRetry(work, progress.retryLists), keys: later });
  if (quarantine.length > 0) await rows.putMany(quarantine);
  const ledger = addCounts(progress.ledger, counts.sum);
  progress.ledger = ledger;
  progress.retryLists += later.length > 0 ? 1 : 0;
  progress.place = {
    ...place,
    after: page.at(-1)?.key ?? place.after,
    keys: place.keys + page.length,
    lists: place.lists + (list.length > 0 ? 1 : 0),
    rows: place.rows + list.length,
  };
  await ports.stores.syncRuns.note(run._id, {
    staging: progress.place,
    ledger,
    retryLists: progress.retryLists,
  });
  life.progressed({ staged: ledger.staged, toDeliver: progress.place.rows });
}
