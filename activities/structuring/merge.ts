import { compareCursors } from '../../domain/cursor.ts';
import type { Place, RecordDoc, TombstoneDoc } from '../../stores/model.ts';
import {
  compareSources,
  isFromOrAfter,
  isOutdated,
  isReadSince,
  type Replayed,
  sourceOf,
} from '../quarantine/origin.ts';
import type { FitRow } from './shape.ts';

/** Earlier sources that a record keeps. */
const keptVersions = 20;

/** How the rows of one key in one batch are counted, and what is to be written for them. */
export interface MergedKey {
  readonly outcome: 'inserted' | 'updated' | 'unchanged' | 'duplicate';
  readonly write?: RecordDoc;
}

export interface MergeContext {
  readonly sessionId: string;
  readonly batchId: string;
  readonly batch: number;
  readonly at: Date;
  /** The rows come from quarantine. */
  readonly replayed?: Replayed | undefined;
}

/** Where a row was read, which is not in this batch when it is replayed. */
export const originOf = ({ batchId, replayed }: MergeContext, index: number): RecordDoc['source'] =>
  replayed === undefined ? [batchId, index] : sourceOf(replayed.origins[index] ?? '');

/**
 * Of two versions of one key the greater cursor value wins, equal ones by the later place in the stream
 * (states.md section 1). True when `later`, which comes later, takes the place of `earlier`.
 */
export const supersedes = (later: { cursor: string | null }, earlier: { cursor: string | null }): boolean =>
  compareCursors(later.cursor, earlier.cursor) >= 0;

/**
 * Merges the winning row of a key in a batch into what is stored. A repeated merge gives the same outcome: a key is
 * counted once in a session, at the place that its record remembers, every other row of it is a duplicate. A row
 * that equals what an earlier session stored is unchanged, whatever comes after it: it leaves no mark to be found by.
 * An object that was deleted comes back only by a version that is not older than its tombstone.
 */
export function mergeKey(
  stored: RecordDoc | undefined,
  row: FitRow,
  index: number,
  context: MergeContext,
  tombstone?: TombstoneDoc,
): MergedKey {
  const { sessionId, batch, at, replayed } = context;
  const place: Place = [batch, index];
  const source = originOf(context, index);
  const fresh = {
    _id: row.key,
    data: row.data,
    fingerprint: row.fingerprint,
    cursor: row.cursor,
    source,
    updatedAt: at,
  };
  if (stored === undefined && tombstone !== undefined && !supersedes(row, tombstone))
    return { outcome: 'duplicate' };
  if (stored === undefined && replayed !== undefined && isGone(row, source, replayed, tombstone))
    return { outcome: 'duplicate' };
  if (stored === undefined)
    return {
      outcome: 'inserted',
      write: { ...fresh, createdIn: sessionId, changedIn: sessionId, countedAt: place, versions: [] },
    };

  if (stored.changedIn === sessionId) {
    const countedHere = stored.countedAt[0] === batch && stored.countedAt[1] === index;
    const outcome = !countedHere ? 'duplicate' : stored.createdIn === sessionId ? 'inserted' : 'updated';
    const isSource = stored.source[0] === source[0] && stored.source[1] === source[1];
    const comesLater =
      replayed === undefined
        ? comesAfter(row, place, stored)
        : compareCursors(row.cursor, stored.cursor) > 0 ||
          (compareCursors(row.cursor, stored.cursor) === 0 && compareSources(source, stored.source) > 0);
    // The row that the data come from is written again only if a mended definition reads it differently.
    if (isSource ? row.fingerprint === stored.fingerprint : !comesLater) return { outcome };
    return { outcome, write: { ...stored, ...fresh } };
  }

  if (stored.fingerprint === row.fingerprint) return { outcome: 'unchanged' };
  if (!supersedes(row, stored)) return { outcome: 'duplicate' };
  if (replayed !== undefined && isOutdated(replayed, { cursor: row.cursor, source }, stored))
    return { outcome: 'duplicate' };
  const { changedIn: session, fingerprint } = stored;
  const version = { session, source: stored.source, fingerprint };
  const versions = [version, ...stored.versions].slice(0, keptVersions);
  return {
    outcome: 'updated',
    write: { ...fresh, createdIn: stored.createdIn, changedIn: sessionId, countedAt: place, versions },
  };
}

/** Whether the object of a replayed row was deleted since the row was read. */
const isGone = (
  row: Pick<FitRow, 'cursor'>,
  source: RecordDoc['source'],
  replayed: Replayed,
  tombstone: TombstoneDoc | undefined,
): boolean =>
  (replayed.deletesAbsent && isReadSince(replayed, source)) ||
  (tombstone !== undefined &&
    compareCursors(row.cursor, tombstone.cursor) === 0 &&
    isFromOrAfter(tombstone.sessionId, source));

/** Whether a row supersedes what an earlier or later batch of the same session stored. */
function comesAfter(row: FitRow, [batch, index]: Place, stored: RecordDoc): boolean {
  const byCursor = compareCursors(row.cursor, stored.cursor);
  if (byCursor !== 0) return byCursor > 0;
  const storedBatch = Number(stored.source[0].split('/').at(-1));
  return batch > storedBatch || (batch === storedBatch && index > stored.source[1]);
}
