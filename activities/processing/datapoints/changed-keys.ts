import { sessionIdOf } from '../../../domain/contracts.ts';
import { changeId } from '../../../stores/feed.ts';
import type { IngestionRunDoc, SessionDoc } from '../../../stores/model.ts';
import type { Stores } from '../../../stores/open.ts';
import type { ResourceState } from './state.ts';

const docsPerRead = 20;
/** More sessions than this to catch up with: reading all records is quicker. */
const mostSessions = 500;
/** More keys are not held at once. */
const mostKeys = 200_000;
const fewKeys = 10_000;

/** Which keys of a resource changed since its facts were brought up to date, and how far they are with them. */
export interface ChangedKeys {
  /** Null: it cannot be told, or they are so many that reading all records is quicker. */
  readonly keys: ReadonlySet<string> | null;
  readonly changes: number;
  readonly definition: string | null;
}

/**
 * Collects them from the change documents of all sessions up to this one, sealed or not: one that failed or was canceled
 * changed records too. A merge that stopped half-way may have changed a record without a document that says so, and one
 * that began anew with another definition has taken records back: then all records are read.
 */
export async function changedKeys(
  { sessions, structuring, feed }: Pick<Stores, 'sessions' | 'structuring' | 'feed'>,
  { connectionId, generation, number: last }: Pick<SessionDoc, 'connectionId' | 'generation' | 'number'>,
  resource: string,
  since: ResourceState | null,
): Promise<ChangedKeys> {
  const first = since === null ? last : since.session;
  const numbers = Array.from(
    { length: Math.min(mostSessions, last - first) + 1 },
    (_, index) => last - index,
  );
  const ids = numbers.map((number) => sessionIdOf(connectionId, number)).reverse();
  const found = (await sessions.getMany(ids)).filter((session) => session.generation === generation);
  const keys = new Set<string>();
  let known = since !== null && last - first < mostSessions;
  let changes = 0;
  let definition = since?.definition ?? null;
  for (const session of found) {
    const isSeen = session.number === since?.session;
    const [run] = await structuring.many(session._id, [resource]);
    if (run === undefined) {
      changes = 0;
      continue;
    }
    const isHalf = run.status !== 'COMPLETED';
    // Taken in half-way in this very session: nothing is merged while it is processed.
    const isSettled = isHalf && isSeen && since.changes < 0 && session.number === last;
    if (isSettled) return { keys: known ? keys : null, changes: -1, definition: run.definition };
    if (isHalf || (isSeen && since.changes < 0)) known = false;
    if (definition !== null && definition !== run.definition) known = false;
    definition = run.definition;
    const end = await collect(session._id, run, isSeen && since !== null ? Math.max(0, since.changes) : 0);
    changes = isHalf ? -1 : end;
  }
  const few = Math.max(fewKeys, (since?.records ?? 0) / 3);
  return { keys: known && keys.size <= few ? keys : null, changes, definition };

  /** @returns how many change documents there are */
  async function collect(sessionId: string, run: IngestionRunDoc, from: number): Promise<number> {
    for (let n = from; ; n += docsPerRead) {
      const ids = Array.from({ length: docsPerRead }, (_, index) => changeId(sessionId, resource, n + index));
      const docs = new Map((await feed.changes(ids)).map((doc) => [doc._id, doc]));
      for (const [index, id] of ids.entries()) {
        const doc = docs.get(id);
        if (doc !== undefined && keys.size <= mostKeys)
          for (const key of [...doc.added, ...doc.updated, ...doc.deleted, ...(doc.away ?? [])])
            keys.add(key);
        if (doc !== undefined && keys.size <= mostKeys) continue;
        if (doc !== undefined) known = false;
        else if (n + index < run.mergedBatches) known = false;
        else return n + index;
      }
    }
  }
}
