import { changeId } from '../../stores/feed.ts';
import type { MergeGroupDoc, MergeMemberDoc, RecordDoc } from '../../stores/model.ts';
import type { Work } from './work.ts';

/** What is to be written for a part of the keys. */
export interface MergePlan {
  readonly members: readonly MergeMemberDoc[];
  readonly groups: readonly MergeGroupDoc[];
  readonly records: readonly RecordDoc[];
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  readonly formerMembers: readonly string[];
  readonly formerGroups: readonly string[];
}

/**
 * Writes a plan in the order in which it may be killed at any point: what an undo needs, what readers are told, what
 * they see, and then what goes.
 * @param n Number of its change document
 * @returns whether readers have to be told
 */
export async function writePlan(
  { ports, input, resource, records, merges }: Work,
  plan: MergePlan,
  n: number,
): Promise<boolean> {
  const { added, updated, deleted } = plan;
  if (plan.members.length > 0) await merges.members.putMany(plan.members);
  if (plan.groups.length > 0) await merges.groups.putMany(plan.groups);
  const isTold = added.length + updated.length + deleted.length > 0;
  if (isTold) {
    const _id = changeId(input.sessionId, resource, n);
    await ports.stores.feed.putChange({ _id, added, updated, deleted });
  }
  if (plan.records.length > 0) await records.putMany(plan.records);
  if (deleted.length > 0) await records.remove(deleted);
  if (plan.formerGroups.length > 0) await merges.groups.remove(plan.formerGroups);
  if (plan.formerMembers.length > 0) await merges.members.remove(plan.formerMembers);
  return isTold;
}
