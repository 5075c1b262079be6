import type { Db } from 'mongodb';
import { emptyLedger } from '../domain/ledger.ts';
import { byId, changeWhere, getMany, getOne, insertOnce, notThere, untilWon } from './commands.ts';
import type { IngestionRunDoc } from './model.ts';
import { collections } from './names.ts';

/** A resource's part of a session begins. */
export interface RunBegin {
  readonly sessionId: string;
  readonly connectionId: string;
  readonly resource: string;
  /** Counts only at the first begin: a repeated one finds some rows merged already. */
  readonly recordsBefore: number;
  readonly definition: string;
  readonly at: Date;
}

/** How far the merge is; sums over all merged batches. */
export type RunProgress = Pick<IngestionRunDoc, 'ledger' | 'mergedBatches' | 'nulls' | 'newest' | 'bytes'> &
  Partial<Pick<IngestionRunDoc, 'fields' | 'drift'>>;

export const runId = (sessionId: string, resource: string): string => `${sessionId}/${resource}`;

/** What a run is that begins. */
const nothingMerged = (recordsBefore: number, definition: string) =>
  ({
    status: 'IN_PROGRESS',
    definition,
    ledger: { ...emptyLedger, recordsBefore },
    mergedBatches: 0,
    nulls: {},
    newest: null,
    bytes: 0,
    fields: { rows: 0, stats: [] },
    drift: null,
    reason: null,
    endedAt: null,
  }) as const;

/** Ingestion runs. */
export function createStructuring(db: Db) {
  const runs = db.collection<IngestionRunDoc>(collections.ingestionRuns);
  return {
    /** Starts the run, or opens it again after it failed; ledger and merged batches are kept. */
    async beginRun({
      sessionId,
      connectionId,
      resource,
      recordsBefore,
      definition,
      at,
    }: RunBegin): Promise<IngestionRunDoc> {
      const fresh: IngestionRunDoc = {
        _id: runId(sessionId, resource),
        sessionId,
        connectionId,
        resource,
        ...nothingMerged(recordsBefore, definition),
        startedAt: at,
      };
      if (await insertOnce(runs, fresh)) return fresh;
      const stored = await getOne(runs, fresh._id);
      if (stored === null) throw notThere('ingestion run', fresh._id);
      if (stored.status === 'IN_PROGRESS' || stored.status === 'COMPLETED') return stored;
      const change = { status: 'IN_PROGRESS', reason: null, endedAt: null } as const;
      await runs.updateOne(byId(fresh._id), { $set: change });
      return { ...stored, ...change };
    },
    /** A run begins anew: nothing is merged yet. @returns the run after */
    async restart(id: string, recordsBefore: number, definition: string): Promise<IngestionRunDoc> {
      const stored = await getOne(runs, id);
      if (stored === null) throw notThere('ingestion run', id);
      const change = nothingMerged(recordsBefore, definition);
      await runs.updateOne(byId(id), { $set: change });
      return { ...stored, ...change };
    },
    /** Records the merge; a run that is further already stays. @returns the run after */
    progress: (id: string, to: RunProgress): Promise<IngestionRunDoc> =>
      untilWon(id, async () => {
        const stored = await getOne(runs, id);
        if (stored === null) throw notThere('ingestion run', id);
        if (stored.mergedBatches > to.mergedBatches) return stored;
        const won = await changeWhere(runs, id, 'mergedBatches', stored.mergedBatches, to);
        return won ? { ...stored, ...to } : undefined;
      }),
    /** Ends the run; the same end again changes nothing. @returns the run after */
    async endRun(
      id: string,
      status: Exclude<IngestionRunDoc['status'], 'IN_PROGRESS'>,
      reason: string | null,
      at: Date,
    ): Promise<IngestionRunDoc> {
      const stored = await getOne(runs, id);
      if (stored === null) throw notThere('ingestion run', id);
      if (stored.status === status && stored.reason === reason) return stored;
      const change = { status, reason, endedAt: at };
      await runs.updateOne(byId(id), { $set: change });
      return { ...stored, ...change };
    },
    get: (id: string): Promise<IngestionRunDoc | null> => getOne(runs, id),
    /** Those that are there, in the order of the resources. */
    many: (sessionId: string, resources: readonly string[]): Promise<IngestionRunDoc[]> =>
      getMany(
        runs,
        resources.map((resource) => runId(sessionId, resource)),
      ),
    /** Those of several sessions in one read, without what the rows looked like; in the order of sessions. */
    ofSessions: (
      sessionIds: readonly string[],
      resources: readonly string[],
    ): Promise<Omit<IngestionRunDoc, 'fields'>[]> =>
      getMany(
        runs,
        sessionIds.flatMap((sessionId) => resources.map((resource) => runId(sessionId, resource))),
        { fields: 0 },
      ),
  };
}
