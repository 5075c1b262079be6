import type { Db } from 'mongodb';
import type { JsonValue } from '../domain/json.ts';
import {
  byId,
  changeWhere,
  getMany,
  getOne,
  insertOnce,
  notThere,
  removeMany,
  untilWon,
} from './commands.ts';
import { batchIds } from './ids.ts';
import type { BatchDoc, CheckpointDoc, ReadPlan } from './model.ts';
import { collections } from './names.ts';

/** A batch without its rows. */
export type BatchSummary = Omit<BatchDoc, 'rows'>;

/** Each row as JSON text: names and depth that a document may not have, and numbers, come back as they came. */
type StoredBatch = BatchSummary & { readonly rows: readonly string[] };

/** What is loaded. */
export interface LoadingBegin {
  readonly sessionId: string;
  readonly resource: string;
  /** Counts only at the first begin. @default everything */
  readonly read?: ReadPlan;
  readonly at: Date;
}

/** The rows of one batch and the place after them. */
export interface NewBatch {
  readonly sessionId: string;
  readonly resource: string;
  /** From 0. */
  readonly number: number;
  readonly attempt: number;
  readonly rows: readonly JsonValue[];
  /** The same as JSON texts, where they are known: then `rows` is empty. */
  readonly texts?: readonly string[];
  readonly bytes: number;
  /** @default 0 */
  readonly filtered?: number;
  readonly next: JsonValue;
  readonly cursor: string | null;
  readonly total: number | null;
  readonly last: boolean;
  readonly replaces?: true;
  readonly again?: NonNullable<BatchDoc['again']>;
  readonly origins?: readonly string[];
}

/** Where loading is after a batch; sums over all batches. */
export interface Advance {
  readonly batches: number;
  readonly rows: number;
  readonly bytes: number;
  readonly next: JsonValue;
  readonly cursor: string | null;
  readonly total: number | null;
  readonly done: boolean;
  readonly replaces?: true;
  readonly again?: true;
  readonly at: Date;
}

/** Checkpoints and raw batches. The batches of a resource are a log: each number has exactly one winner. */
export function createLoading(db: Db) {
  const checkpoints = db.collection<CheckpointDoc>(collections.checkpoints);
  const batches = db.collection<StoredBatch>(collections.batches);
  const idOf = (sessionId: string, resource: string): string => `${sessionId}/${resource}`;
  const summary = async (id: string): Promise<BatchSummary | null> =>
    (await getMany(batches, [id], { rows: 0 }))[0] ?? null;

  return {
    checkpoint: (sessionId: string, resource: string): Promise<CheckpointDoc | null> =>
      getOne(checkpoints, idOf(sessionId, resource)),
    /** Those that are there, in the order of the resources. */
    checkpoints: (sessionId: string, resources: readonly string[]): Promise<CheckpointDoc[]> =>
      getMany(
        checkpoints,
        resources.map((resource) => idOf(sessionId, resource)),
      ),

    /** Those of several sessions in one read; in the order of sessions. */
    checkpointsOf: (sessionIds: readonly string[], resources: readonly string[]): Promise<CheckpointDoc[]> =>
      getMany(
        checkpoints,
        sessionIds.flatMap((sessionId) => resources.map((resource) => idOf(sessionId, resource))),
      ),

    /** The checkpoint where it stands; the first call makes it. */
    async begin({ sessionId, resource, read = everything, at }: LoadingBegin): Promise<CheckpointDoc> {
      const id = idOf(sessionId, resource);
      const fresh = newCheckpoint(id, read, at);
      if (await insertOnce(checkpoints, fresh)) return fresh;
      const stored = await getOne(checkpoints, id);
      if (stored === null) throw notThere('checkpoint', id);
      return stored;
    },

    /**
     * Stores a batch by its number. If that number is stored already, what is stored counts: the caller goes on from
     * the returned `next`, `cursor`, `total` and `last`, whatever it has read itself.
     */
    async appendBatch(batch: NewBatch): Promise<BatchSummary> {
      const {
        sessionId,
        resource,
        number,
        rows,
        texts = rows.map((row) => JSON.stringify(row)),
        ...rest
      } = batch;
      const _id = `${idOf(sessionId, resource)}/${number}`;
      const doc: BatchSummary = { _id, filtered: 0, ...rest, rowCount: texts.length, storedAt: new Date() };
      const stored = { ...doc, rows: texts };
      if (await insertOnce(batches, stored)) return doc;
      const winner = await summary(_id);
      if (winner === null) throw notThere('batch', _id);
      return winner;
    },

    /** Moves the checkpoint; one that is further already stays. @returns the checkpoint after */
    advance(sessionId: string, resource: string, { at, ...to }: Advance): Promise<CheckpointDoc> {
      const id = idOf(sessionId, resource);
      return untilWon(id, async () => {
        const stored = await getOne(checkpoints, id);
        if (stored === null) throw notThere('checkpoint', id);
        if (stored.batches > to.batches || (stored.batches === to.batches && stored.done)) return stored;
        const change = { ...to, lastBatchAt: stored.batches === to.batches ? stored.lastBatchAt : at };
        const won = await changeWhere(checkpoints, id, 'batches', stored.batches, change);
        return won ? { ...stored, ...change } : undefined;
      });
    },

    async readBatch(sessionId: string, resource: string, number: number): Promise<BatchDoc | null> {
      const stored = await getOne(batches, `${idOf(sessionId, resource)}/${number}`);
      return stored === null
        ? null
        : { ...stored, rows: stored.rows.map((row) => JSON.parse(row) as JsonValue) };
    },
    batchSummary: (sessionId: string, resource: string, number: number): Promise<BatchSummary | null> =>
      summary(`${idOf(sessionId, resource)}/${number}`),
    /** How many batches these resources have. */
    countBatches: async (sessionId: string, resources: readonly string[]): Promise<number> =>
      (
        await batchIds(
          batches,
          resources.map((resource) => idOf(sessionId, resource)),
        )
      ).length,
    /** What the stored batches of these resources hold; no row is read out. */
    async sizeOfBatches(
      sessionId: string,
      resources: readonly string[],
    ): Promise<{ readonly batches: number; readonly rows: number; readonly bytes: number }> {
      const ids = await batchIds(
        batches,
        resources.map((resource) => idOf(sessionId, resource)),
      );
      const docs = await getMany(batches, ids, { rowCount: 1, bytes: 1 });
      const sum = (of: (doc: BatchSummary) => number) => docs.reduce((total, doc) => total + of(doc), 0);
      return {
        batches: docs.length,
        rows: sum(({ rowCount }) => rowCount),
        bytes: sum(({ bytes }) => bytes),
      };
    },
    /** Deletes every batch of the resource. @returns how many */
    async dropBatches(sessionId: string, resource: string): Promise<number> {
      const ids = await batchIds(batches, [idOf(sessionId, resource)]);
      await removeMany(batches, ids);
      return ids.length;
    },
    async dropCheckpoint(sessionId: string, resource: string): Promise<void> {
      await checkpoints.deleteOne(byId(idOf(sessionId, resource)));
    },
  };
}

/** Reads all there is. */
export const everything: ReadPlan = { kind: 'full', since: null, until: null, from: null, to: null };

const newCheckpoint = (_id: string, read: ReadPlan, at: Date): CheckpointDoc => ({
  _id,
  batches: 0,
  rows: 0,
  bytes: 0,
  next: null,
  cursor: null,
  total: null,
  done: false,
  lastBatchAt: at,
  startedAt: at,
  read,
});
