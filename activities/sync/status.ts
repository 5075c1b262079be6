import { TributaryError } from '../../domain/errors.ts';
import { syncEventAfterRun, syncMachine } from '../../domain/sync.ts';
import { syncRunIdOf } from '../../domain/sync-contracts.ts';
import type { SyncRunStatus } from '../../domain/sync-run.ts';
import type { SyncRecordDoc, SyncRunDoc, SyncStaging } from '../../stores/model.ts';
import { replays } from '../../stores/sync-records.ts';
import type { SyncActivities, SyncRunRef, WriteSyncRunInput } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { doubtful } from './outcome.ts';

const ends: readonly (SyncRunStatus | undefined)[] = ['success', 'failed', 'canceled'];

/**
 * Writes transitions of a run. What an end means elsewhere is written before it, so that whoever reads the end finds
 * the sync in step with it; all of it may be repeated.
 */
export async function writeSyncRun(
  { stores }: Ports,
  { runId, steps, detail }: WriteSyncRunInput,
): ReturnType<SyncActivities['writeSyncRun']> {
  const last = steps.at(-1);
  const before = await stores.syncRuns.get(runId);
  const isNew = before !== null && last !== undefined && before.seq < last.seq;
  if (isNew && ends.includes(last.to)) {
    await settle({ stores }, before, last.to, last.reason);
    await follow({ stores }, before, last.to, last.reason, new Date(last.at));
  }
  const after = await stores.syncRuns.write(runId, steps, detail ?? null);
  return { ledger: after.ledger };
}

/** What a run has delivered so far. */
export async function tallySyncRun(
  { stores }: Ports,
  { runId }: SyncRunRef,
): ReturnType<SyncActivities['tallySyncRun']> {
  const run = await stores.syncRuns.get(runId);
  if (run === null) throw new TributaryError('NOT_FOUND', `There is no sync run "${runId}".`);
  return { ledger: run.ledger };
}

/** Whether every row that the run staged has its outcome. */
const isWhole = (run: SyncRunDoc, to: SyncRunStatus, reason: string | null): boolean =>
  to === 'success' || (to === 'failed' && reason === 'ROWS_REJECTED' && run.staging?.phase === 'done');

type Ports = Pick<ActivityPorts, 'stores'>;

/** A run that delivered everything hands on from where the next one reads; the other leaves its doubtful rows marked. */
async function settle({ stores }: Ports, run: SyncRunDoc, to: SyncRunStatus, reason: string | null) {
  const rows = stores.syncRecords.of(run.syncId);
  const whole = isWhole(run, to, reason);
  if (!whole) await markDoubtful({ stores }, run);
  const { staging, version, generation, retryLists, number } = run;
  if (whole && staging !== null) {
    const own = retryLists > 0 ? [number] : [];
    const narrow = run.kind === 'test' || run.key !== null;
    const done = narrow ? new Set<number>() : await doneRetries({ stores }, run, staging);
    await stores.syncs.change(run.syncId, (sync) => {
      if (narrow)
        return sync.staged === null || own.length === 0 || sync.staged.retry.includes(number)
          ? null
          : { staged: { ...sync.staged, retry: [...sync.staged.retry, number] } };
      const resync = sync.version === version ? null : sync.resync;
      const kept = (sync.staged?.retry ?? []).filter((one) => one !== number && !done.has(one));
      return { staged: { version, generation, sealed: staging.upTo, retry: [...kept, ...own] }, resync };
    });
    for (const earlier of done) if (earlier !== number) await dropRetries({ stores }, run, earlier);
  }
  await rows.dropLists(run._id, staging?.lists ?? 0);
  if (!whole) await rows.dropRetries(run._id, retryLists);
}

/**
 * Whose retry lists need not be read again. Those of replays stay while one of their rows waits: a person may replay
 * rows in the moment in which a run begins, and name them before they are put back.
 */
async function doneRetries(
  { stores }: Ports,
  { syncId, number, startedAt }: SyncRunDoc,
  { retry }: SyncStaging,
): Promise<ReadonlySet<number>> {
  const done = new Set(retry.map(({ run }) => run));
  const rows = stores.syncRecords.of(syncId);
  for (let list = 0; done.has(replays); list++) {
    const named = await rows.retry(syncRunIdOf(syncId, replays), list);
    if (named === null) break;
    const waits = ({ status, run, at }: SyncRecordDoc): boolean =>
      (status === 'pending' && at >= startedAt) || (status === 'quarantined' && run < number);
    if ((await rows.known(named.keys)).some(waits)) done.delete(replays);
  }
  return done;
}

async function dropRetries({ stores }: Ports, { syncId }: SyncRunDoc, number: number): Promise<void> {
  const earlier = await stores.syncRuns.get(`${syncId}.${number}`);
  if (earlier !== null) await stores.syncRecords.of(syncId).dropRetries(earlier._id, earlier.retryLists);
}

/** Rows that may have been sent and have no outcome: what the destination holds of them is not known. */
async function markDoubtful({ stores }: Ports, run: SyncRunDoc): Promise<void> {
  const { done, sent } = run.delivery;
  const lists = Math.min(sent.list + 1, run.staging?.lists ?? 0);
  const rows = stores.syncRecords.of(run.syncId);
  for (let list = done.list; list < lists; list++) {
    const todo = (await rows.list(run._id, list))?.rows ?? [];
    const from = list === done.list ? done.row : 0;
    const doubted = todo.slice(from, list === sent.list ? sent.row : todo.length);
    await rows.putMany(doubted.map((row) => doubtful(row, run.number, new Date())));
  }
}

/** The sync's own status follows its runs. A disabled one stays disabled. */
async function follow(
  { stores }: Ports,
  run: SyncRunDoc,
  status: SyncRunStatus,
  reason: string | null,
  at: Date,
) {
  const event = syncEventAfterRun({ status, test: run.kind === 'test' });
  if (event === null) return;
  await stores.syncs.change(run.syncId, (sync) => {
    const move = syncMachine.advance(sync.status, event);
    if (!move.ok || (sync.status === move.to && sync.statusReason === reason)) return null;
    return {
      status: move.to,
      statusReason: reason,
      ...(sync.status === move.to ? {} : { statusSince: at, remindedAt: null }),
    };
  });
}
