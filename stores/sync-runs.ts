import type { Db } from 'mongodb';
import type { Actor } from '../domain/contracts.ts';
import { TributaryError } from '../domain/errors.ts';
import {
  emptySyncRunLedger,
  type SyncRunKind,
  type SyncRunStep,
  syncRunIdOf,
} from '../domain/sync-contracts.ts';
import { syncRunMachine } from '../domain/sync-run.ts';
import {
  byId,
  changeWhere,
  getMany,
  getOne,
  insertOnce,
  insertSame,
  notThere,
  removeMany,
} from './commands.ts';
import type { SyncDoc, SyncRunDoc, SyncTimelineDoc } from './model.ts';
import { collections } from './names.ts';
import type { Syncs } from './syncs.ts';

/** What a new run starts from. */
export interface NewSyncRun {
  readonly sync: SyncDoc;
  readonly generation: number;
  /** Of the workflow: the same execution and start get the same run, however often they ask. */
  readonly engineRun: string;
  readonly kind: SyncRunKind;
  readonly key: string | null;
  readonly by: Actor;
  readonly at: Date;
}

/** What staging and delivery note; everything but the status. */
export type SyncRunProgress = Partial<
  Pick<SyncRunDoc, 'ledger' | 'toDeliver' | 'staging' | 'delivery' | 'retryLists' | 'requests' | 'budget'>
>;

const start = { list: 0, row: 0 };

/** Runs of syncs and their timeline. */
export function createSyncRuns(db: Db, syncs: Syncs) {
  const runs = db.collection<SyncRunDoc>(collections.syncRuns);
  const timeline = db.collection<SyncTimelineDoc>(collections.syncTimeline);
  const numbered = (runId: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${runId}/${index + 1}`);
  const read = async (runId: string): Promise<SyncRunDoc> => {
    const doc = await getOne(runs, runId);
    if (doc === null) throw notThere('sync run', runId);
    return doc;
  };

  return {
    /** Makes the next run of a sync; status null, seq 0. Numbers are taken by insert. */
    async allocate(fresh: NewSyncRun): Promise<SyncRunDoc> {
      const { sync, engineRun } = fresh;
      const latest = (await syncs.get(sync._id))?.latestRun ?? sync.latestRun;
      let doc: SyncRunDoc | undefined;
      for (let number = Math.max(1, latest); doc === undefined; number++) {
        const wanted = newRun(fresh, number);
        const there = number === latest ? await getOne(runs, wanted._id) : null;
        if (there === null && (await insertOnce(runs, wanted))) doc = wanted;
        else {
          const taken = there ?? (await getOne(runs, wanted._id));
          if (taken?.runIds.includes(engineRun) && taken.seq === 0) doc = taken;
        }
      }
      const { number } = doc;
      await syncs.change(sync._id, (now) => (now.latestRun >= number ? null : { latestRun: number }));
      return doc;
    },

    get: (runId: string): Promise<SyncRunDoc | null> => getOne(runs, runId),
    /** Newest first, by their ids: never a scan. */
    list(
      { _id, latestRun }: Pick<SyncDoc, '_id' | 'latestRun'>,
      { limit, before = latestRun + 1 }: { readonly limit: number; readonly before?: number },
    ): Promise<SyncRunDoc[]> {
      const first = Math.min(before - 1, latestRun);
      const ids = Array.from({ length: Math.max(0, Math.min(limit, first)) }, (_, index) =>
        syncRunIdOf(_id, first - index),
      );
      return getMany(runs, ids);
    },
    /** Another execution works for the run. */
    async addEngineRun(runId: string, engineRun: string): Promise<void> {
      await runs.updateOne(byId(runId), { $addToSet: { runIds: engineRun } });
    },
    /** Notes how far it is. Only its own activity does, one at a time. */
    async note(runId: string, progress: SyncRunProgress): Promise<void> {
      await runs.updateOne(byId(runId), { $set: progress });
    },

    /**
     * Writes transitions: timeline first, then the status by compare-and-set on `seq`. The same call again is success.
     * @throws {TributaryError} ILLEGAL_MOVE, STORE_CONFLICT, NOT_FOUND
     */
    async write(runId: string, steps: readonly SyncRunStep[], detail: string | null): Promise<SyncRunDoc> {
      const [first, last] = [steps[0], steps.at(-1)];
      if (first === undefined || last === undefined)
        throw new TributaryError('INVALID_INPUT', 'No step was given.');
      const before = await read(runId);
      if (before.seq >= last.seq) return before;
      if (before.seq !== first.seq - 1 || before.status !== first.from)
        throw new TributaryError('STORE_CONFLICT', `Run "${runId}" is at ${before.seq} in ${before.status}.`);
      for (const step of steps) {
        checkStep(step);
        await insertSame(timeline, { _id: `${runId}/${step.seq}`, ...step, at: new Date(step.at) });
      }
      const ends = (syncRunMachine.ends as readonly string[]).includes(last.to);
      const change = {
        status: last.to,
        reason: last.reason,
        detail,
        seq: last.seq,
        since: new Date(last.at),
        endedAt: ends ? new Date(last.at) : null,
      };
      if (await changeWhere(runs, runId, 'seq', first.seq - 1, change)) return { ...before, ...change };
      const now = await read(runId);
      if (now.seq >= last.seq) return now;
      throw new TributaryError(
        'STORE_CONFLICT',
        `Run "${runId}" is at ${now.seq}; ${first.seq} cannot follow.`,
      );
    },
    /** Deletes all runs of a sync with their timelines. */
    async purge({ _id, latestRun }: Pick<SyncDoc, '_id' | 'latestRun'>): Promise<void> {
      // One that began in this moment is not known to the sync yet.
      const ids = Array.from({ length: latestRun + 1 }, (_, index) => syncRunIdOf(_id, index + 1));
      for (const doc of await getMany(runs, ids)) await removeMany(timeline, numbered(doc._id, doc.seq));
      await removeMany(runs, ids);
    },
    /** Every transition, first one first. */
    async timeline(runId: string): Promise<SyncTimelineDoc[]> {
      const doc = await getOne(runs, runId);
      return doc === null ? [] : getMany(timeline, numbered(runId, doc.seq));
    },
  };
}

export type SyncRuns = ReturnType<typeof createSyncRuns>;

function checkStep({ from, event, to, seq }: SyncRunStep): void {
  const known = syncRunMachine.transitions.some(
    (row) => (row.from as readonly unknown[]).includes(from) && row.event === event && row.to === to,
  );
  if (!known) throw new TributaryError('ILLEGAL_MOVE', `Step ${seq} goes from ${from} by ${event} to ${to}.`);
}

function newRun({ sync, generation, engineRun, kind, key, by, at }: NewSyncRun, number: number): SyncRunDoc {
  return {
    _id: syncRunIdOf(sync._id, number),
    syncId: sync._id,
    number,
    connectionId: sync.connectionId,
    generation,
    version: sync.version,
    kind,
    key,
    status: null,
    reason: null,
    detail: null,
    by,
    seq: 0,
    runIds: [engineRun],
    ledger: emptySyncRunLedger,
    toDeliver: null,
    staging: null,
    delivery: { done: start, sent: start },
    retryLists: 0,
    requests: 0,
    since: at,
    startedAt: at,
    endedAt: null,
  };
}
