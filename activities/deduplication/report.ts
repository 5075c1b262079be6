import type { Merges } from '../../stores/merges.ts';
import type { CommonValue, Seen } from './tally.ts';

/** What deduplication did to one resource in one session. */
export interface DeduplicationReport {
  /** `all` records, or those that `changed` and what shares a value with them. `off`: what was merged was parted. */
  readonly looked: 'all' | 'changed' | 'off';
  /** Records that were looked at, and what of them says nothing. */
  readonly seen: Seen;
  /** Records that were merged away in this session. */
  readonly merged: number;
  /** Groups that they went into or that changed otherwise. */
  readonly groups: number;
  /** Records that came back by an undo. */
  readonly parted: number;
  /** Values that too many records share: they merge nothing. The greatest ones. */
  readonly common: readonly CommonValue[];
  /** Suggestions that wait for an answer. */
  readonly suggestions: number;
  readonly at: string;
}

const reportId = (sessionId: string): string => `report/${sessionId}`;

export const putReport = (
  { keys }: Pick<Merges, 'keys'>,
  sessionId: string,
  report: DeduplicationReport,
): Promise<void> =>
  keys.putMany([{ _id: reportId(sessionId), data: JSON.stringify(report), at: new Date(report.at) }]);

/** What a session did; null where it has not deduplicated the resource. */
export async function readReport(
  { keys }: Pick<Merges, 'keys'>,
  sessionId: string,
): Promise<DeduplicationReport | null> {
  const doc = await keys.get(reportId(sessionId));
  return doc === null ? null : (JSON.parse(doc.data) as DeduplicationReport);
}

/** What a session merged: records that went away, and groups that they went into. @param isIdle It looked at nothing */
export async function countMerged(
  { members }: Pick<Merges, 'members'>,
  sessionId: string,
  isIdle: boolean,
): Promise<Pick<DeduplicationReport, 'merged' | 'groups'>> {
  let merged = 0;
  const groups = new Set<string>();
  if (isIdle) return { merged, groups: 0 };
  for await (const { _id, survivor, away, mergedIn } of members.stream({
    survivor: 1,
    away: 1,
    mergedIn: 1,
  })) {
    if (mergedIn !== sessionId) continue;
    groups.add(survivor);
    if (_id !== survivor || away === true) merged += 1;
  }
  return { merged, groups: groups.size };
}
