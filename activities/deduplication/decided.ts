import type { MergePairDoc } from '../../stores/model.ts';

/** What people decided is done; a decision that was withdrawn leaves nothing but a suggestion, if it was one. */
export async function forgetPending<D extends MergePairDoc>(
  pairs: {
    readonly getMany: (ids: readonly string[]) => Promise<D[]>;
    readonly putMany: (docs: readonly D[]) => Promise<void>;
    readonly remove: (ids: readonly string[]) => Promise<void>;
  },
  pending: readonly MergePairDoc[],
): Promise<void> {
  if (pending.length === 0) return;
  const done = new Map(pending.map(({ _id, at }) => [_id, at.getTime()]));
  // What was decided meanwhile waits for the next session.
  const now = (await pairs.getMany([...done.keys()])).filter(({ _id, at }) => done.get(_id) === at.getTime());
  const over = now.filter(({ decision, suggested }) => decision === null && suggested === null);
  const kept = now.filter((pair) => !over.includes(pair));
  if (kept.length > 0) await pairs.putMany(kept.map((pair): D => ({ ...pair, pending: false })));
  if (over.length > 0) await pairs.remove(over.map(({ _id }) => _id));
}
