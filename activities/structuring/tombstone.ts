import type { ResourceDefinition } from '../../connectors/definition.ts';
import { fieldAt } from '../../connectors/pointer.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RecordDoc, TombstoneDoc } from '../../stores/model.ts';
import { isOutdated } from '../quarantine/origin.ts';
import { type MergeContext, originOf, supersedes } from './merge.ts';

/** Tells the rows that say of themselves that they are deleted. */
export function tombstoneTest({
  deletes,
}: Pick<ResourceDefinition, 'deletes'>): (row: JsonObject) => boolean {
  if (deletes?.kind !== 'tombstone') return () => false;
  const { field, equals } = deletes;
  return (row) => {
    const value = fieldAt(row, field);
    if (equals !== undefined) return value === equals;
    return value !== undefined && value !== null && value !== false && value !== 0 && value !== '';
  };
}

/** How a tombstone row is counted, and what is to be written for it: the tombstone first, then the record removed. */
export interface MergedTombstone {
  /** `filtered`: there is nothing to be removed. `duplicate`: the record is of a later version. */
  readonly outcome: 'tombstoned' | 'filtered' | 'duplicate';
  readonly tombstone?: TombstoneDoc;
  readonly remove?: true;
}

/**
 * Merges a tombstone row that is the winner of its key in a batch. What it removes leaves a tombstone with the row's
 * place: by it a repeated merge, which finds no record any more, counts the row as it was counted first. An object
 * that comes back in a later batch is inserted, and may be deleted again: each is counted, and the sums balance.
 */
export function mergeTombstone(
  stored: RecordDoc | undefined,
  before: TombstoneDoc | undefined,
  row: { readonly key: string; readonly cursor: string | null },
  index: number,
  context: MergeContext,
): MergedTombstone {
  const { sessionId, batch, replayed } = context;
  const own = before?.sessionId === sessionId ? before : undefined;
  if (stored !== undefined) {
    if (!supersedes(row, stored)) return { outcome: 'duplicate' };
    const source = originOf(context, index);
    if (replayed !== undefined && isOutdated(replayed, { cursor: row.cursor, source }, stored))
      return { outcome: 'duplicate' };
    const tombstone: TombstoneDoc = {
      _id: row.key,
      cursor: row.cursor,
      sessionId,
      countedAt: [batch, index],
      // Of an object that this session removed twice the first one is what was there before it.
      record: own?.record ?? (stored.createdIn === sessionId ? null : stored),
    };
    return { outcome: 'tombstoned', tombstone, remove: true };
  }
  if (own?.countedAt?.[0] === batch && own.countedAt[1] === index) return { outcome: 'tombstoned' };
  if (before !== undefined && !supersedes(row, before)) return { outcome: 'filtered' };
  return {
    outcome: 'filtered',
    tombstone: {
      _id: row.key,
      cursor: row.cursor,
      sessionId,
      countedAt: own?.countedAt ?? null,
      record: own?.record ?? null,
    },
  };
}
