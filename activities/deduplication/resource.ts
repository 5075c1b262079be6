import { clusters, type Edge, mergedRank } from '../../domain/deduplication.ts';
import { runId } from '../../stores/structuring.ts';
import { nextChange } from '../changes.ts';
import { changedKeys } from '../processing/datapoints/changed-keys.ts';
import { forgetPending } from './decided.ts';
import { type Gathered, gatherAll } from './gather.ts';
import { gatherChanged } from './gather-changed.ts';
import { forgetState, isGrown, putState, readState, sinceOf } from './key-index.ts';
import { countMerged, type DeduplicationReport, putReport, readReport } from './report.ts';
import type { Rule } from './rule.ts';
import { settle, type Wanted } from './settle.ts';
import { suggest } from './suggest.ts';
import { commonValues } from './tally.ts';
import type { Work } from './work.ts';

/**
 * Deduplicates one resource in one session. May be killed and repeated at any point.
 * @returns how many records the session merged away
 */
export async function deduplicateResource(work: Work, number: number): Promise<number> {
  return work.rule === null ? partAll(work) : mergeAll(work, work.rule, number);
}

async function mergeAll(work: Work, rule: Rule, number: number): Promise<number> {
  const { ports, input, resource, merges, own, decided } = work;
  const state = await readState(merges);
  const isUsable =
    state !== null &&
    state.print === rule.print &&
    // Compared with other connections before: what is one by their values comes apart.
    state.family === undefined &&
    !isGrown(state);
  const session = { connectionId: input.connectionId, generation: input.generation, number };
  const { keys, definition } = await changedKeys(
    ports.stores,
    session,
    resource,
    isUsable ? sinceOf(state) : null,
  );
  const changed = keys === null ? null : new Set([...keys, ...decided.pending.flatMap((pair) => pair.keys)]);
  const gathered =
    changed === null || !isUsable
      ? await gatherAll(work, rule, state?.parts ?? 0)
      : await gatherChanged(work, rule, changed, state);
  const before = await readReport(merges, input.sessionId);
  const { wanted, parted } = planOf(rule, gathered, work);
  const back = parted.filter((key) => gathered.live.has(key));
  const comingBack = back.length - (await work.records.getMany(back, { _id: 1 })).length;
  const common = gathered.common.map(({ key }) => key);
  const dataOf = new Map((await own.getMany(common)).map(({ _id, data }) => [_id, data]));
  const report: DeduplicationReport = {
    looked: changed === null || !isUsable ? 'all' : 'changed',
    seen: gathered.seen,
    ...{ merged: 0, groups: 0, suggestions: 0 },
    // A repeated attempt finds records back that the one before brought.
    parted: Math.max(comingBack, before?.parted ?? 0),
    common: commonValues(rule, gathered.common, dataOf),
    at: new Date().toISOString(),
  };
  if (comingBack > 0) await putReport(merges, input.sessionId, report);

  await settle(work, wanted, parted, rule.survivorship);
  const isIdle = wanted.length === 0 && parted.length === 0 && changed?.size === 0;
  // An attempt that was killed after its last write is repeated, and finds nothing left: its report stands.
  const told =
    isIdle && before !== null
      ? before
      : { ...report, ...(await countMerged(merges, input.sessionId, isIdle)) };
  const suggestions =
    rule.suggest === null || isIdle
      ? (before ?? { suggestions: state?.waiting ?? 0 }).suggestions
      : await suggest(work, rule, gathered.near);
  await putReport(merges, input.sessionId, { ...told, suggestions });
  await forgetPending(merges.pairs, decided.pending);
  const run = await ports.stores.structuring.get(runId(input.sessionId, resource));
  await putState(merges, {
    ...gathered.index,
    print: rule.print,
    session: number,
    changes: await nextChange(ports, input.sessionId, resource, run?.mergedBatches ?? 0),
    definition,
    records: isIdle && state !== null ? state.records : await own.count(),
    waiting: suggestions,
  });
  return told.merged;
}

/** Groups that are to be, and keys that belong to none any more. */
function planOf(rule: Rule, { edges, live, before, groups }: Gathered, { decided }: Work) {
  const found = clusters(edges, decided.forbidden);
  const groupOf = new Map<string, number>();
  for (const [index, keys] of found.entries()) for (const key of keys) groupOf.set(key, index);
  const labels = found.map((): Set<string> => new Set());
  const label = ({ a, b, rank }: Edge): void => {
    const index = groupOf.get(a);
    if (index === undefined || index !== groupOf.get(b) || rank === mergedRank) return;
    labels[index]?.add(rule.labels[rank] ?? 'accepted by a person');
  };
  for (const edge of edges) label(edge);
  for (const { keys, matchedBy } of groups.values())
    for (const key of keys) {
      const index = groupOf.get(key);
      if (index !== undefined) for (const by of matchedBy) labels[index]?.add(by);
    }
  const wanted = found.map((keys, index): Wanted => ({ keys, matchedBy: [...(labels[index] ?? [])].sort() }));
  const parted = [...new Set(before)].filter((key) => !groupOf.has(key) || !live.has(key)).sort();
  return { wanted, parted };
}

/** Switched off, or no longer in the definition: every record comes back as the app has it. */
async function partAll(work: Work): Promise<number> {
  const { merges, input, own } = work;
  const keys: string[] = [];
  const away: string[] = [];
  for await (const { _id, survivor } of merges.members.stream({ survivor: 1 })) {
    keys.push(_id);
    if (_id !== survivor) away.push(_id);
  }
  await forgetState(merges);
  if (keys.length === 0) return 0;
  const before = await readReport(merges, input.sessionId);
  const live = (await own.getMany(away, { _id: 1 })).length;
  const seen = { records: 0, withoutKey: 0, alternatives: [] };
  await putReport(merges, input.sessionId, {
    ...{ looked: 'off', seen, merged: 0, groups: 0, common: [], suggestions: 0 },
    parted: Math.max(live, before?.parted ?? 0),
    at: new Date().toISOString(),
  });
  await settle(work, [], keys, { default: 'newest', fields: {}, own: [] });
  return 0;
}
