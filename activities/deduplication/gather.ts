import { setImmediate as nextTurn } from 'node:timers/promises';
import { acceptedRank, type Edge, edgesOf, mergedRank } from '../../domain/deduplication.ts';
import type { MergeGroupDoc } from '../../stores/model.ts';
import { partsFor, type Sharers, writeIndex } from './key-index.ts';
import { largestBlock, type NearPair, nearPairs } from './near.ts';
import type { Rule } from './rule.ts';
import { type CommonSample, createSeen, greatestSamples, type Seen } from './tally.ts';
import type { ShareElsewhere, Work } from './work.ts';

const recordsPerTurn = 250;
const recordsPerBeat = 10_000;

/** What a pass found. */
export interface Gathered {
  readonly edges: readonly Edge[];
  /** Keys of records that the app has, of all that are named here. */
  readonly live: { readonly has: (key: string) => boolean };
  /** Keys that groups had before: each is looked at again. */
  readonly before: Iterable<string>;
  readonly groups: ReadonlyMap<string, MergeGroupDoc>;
  readonly near: readonly NearPair[];
  readonly common: readonly CommonSample[];
  readonly seen: Seen;
  /** Keys that were looked at because they changed; missing: all were. */
  readonly dirty?: ReadonlySet<string>;
  readonly index: { readonly parts: number; readonly built: number; readonly entries: number };
}

/** Edges that are no match of values: what was merged stays merged, and what a person accepted is one. */
export function* standingEdges(
  groups: Iterable<MergeGroupDoc>,
  { same, forbidden }: Work['decided'],
  has: (key: string) => boolean,
): Generator<Edge> {
  for (const { keys } of groups) yield* edgesOf(keys.filter(has), mergedRank, forbidden);
  for (const { keys } of same) if (keys.every(has)) yield { a: keys[0], b: keys[1], rank: acceptedRank };
}

export const noneElsewhere: ReadonlyMap<string, ShareElsewhere> = new Map();

/** Makes what adds the edges of records that share a value, those of other connections among them. */
export function createJoin(
  { decided, elsewhere }: Pick<Work, 'decided' | 'elsewhere'>,
  { largestGroup }: Pick<Rule, 'largestGroup'>,
  edges: Edge[],
  samples: CommonSample[],
) {
  return (
    rank: number,
    keys: readonly string[],
    records: number,
    share: ShareElsewhere | undefined,
  ): void => {
    const all = records + (share?.records ?? 0);
    if (all > largestGroup) {
      samples.push({ rank, key: keys[0] ?? '', records: all });
      return;
    }
    const nodes = elsewhere === null ? keys : [...keys.map(elsewhere.node), ...(share?.nodes ?? [])];
    edges.push(...edgesOf(nodes, rank, decided.forbidden));
  };
}

/** Looks at all records, and writes the index of their keys anew. */
export async function gatherAll(work: Work, rule: Rule, partsBefore: number): Promise<Gathered> {
  const { merges, own, life, decided, elsewhere } = work;
  const groups = new Map<string, MergeGroupDoc>();
  for await (const group of merges.groups.stream()) groups.set(group._id, group);
  const before: string[] = [];
  for await (const { _id } of merges.members.stream({ _id: 1 })) before.push(_id);

  const live = new Set<string>();
  const names = new Map<string, string>();
  const single = new Map<string, string>();
  const shared = new Map<string, { keys: string[]; records: number; rank: number }>();
  const counts = createSeen(rule);
  const add = (hash: string, key: string, rank: number, most: number): void => {
    const entry = shared.get(hash);
    if (entry !== undefined) {
      entry.records += 1;
      if (entry.keys.length <= most) entry.keys.push(key);
      return;
    }
    const other = single.get(hash);
    if (other === undefined) single.set(hash, key);
    else {
      single.delete(hash);
      shared.set(hash, { keys: [other, key], records: 2, rank });
    }
  };
  let looked = 0;
  for await (const { _id, data } of own.stream({ data: 1 })) {
    looked += 1;
    if (looked % recordsPerTurn === 0) await nextTurn();
    if (looked % recordsPerBeat === 0) {
      await life.stopIfAsked();
      life.progressed({ resource: work.resource, records: looked });
    }
    live.add(_id);
    const found = rule.look(data ?? {});
    counts.add(found);
    if (found.name !== null && rule.suggest !== null) names.set(_id, found.name);
    for (const { hash, rank } of found.keys) add(hash, _id, rank, rule.largestGroup);
    for (const block of new Set(found.blocks)) add(block, _id, -1, largestBlock);
  }

  const found = (await elsewhere?.all((hash) => single.has(hash) || shared.has(hash))) ?? noneElsewhere;
  const edges: Edge[] = [];
  const samples: CommonSample[] = [];
  const blocks: [string, string[]][] = [];
  const join = createJoin(work, rule, edges, samples);
  for (const [hash, { keys, records, rank }] of shared) {
    keys.sort();
    if (rank >= 0) join(rank, keys, records, found.get(hash));
    else if (records <= largestBlock) blocks.push([hash, keys]);
  }
  for (const [hash, share] of found) {
    const key = single.get(hash);
    if (key !== undefined && share.rank >= 0) join(share.rank, [key], 1, share);
  }
  if (elsewhere === null) edges.push(...standingEdges(groups.values(), decided, (key) => live.has(key)));
  const near =
    rule.suggest === null ? [] : await nearPairs(blocks, (key) => names.get(key), rule.suggest.similarity);

  const entries = single.size + shared.size;
  const parts = partsFor(entries);
  await writeIndex(merges, allEntries(single, shared, rule), parts, partsBefore, async () => {
    await life.stopIfAsked();
    life.progressed({ resource: work.resource, records: looked });
  });
  return {
    ...{ edges, live, before, groups, near, common: greatestSamples(samples), seen: counts.seen() },
    index: { parts, built: entries, entries },
  };
}

function* allEntries(
  single: ReadonlyMap<string, string>,
  shared: ReadonlyMap<string, { keys: string[]; records: number; rank: number }>,
  { largestGroup }: Rule,
): Generator<readonly [string, Sharers]> {
  for (const [hash, key] of single) yield [hash, [key]];
  for (const [hash, { keys, records, rank }] of shared)
    yield [hash, records > (rank < 0 ? largestBlock : largestGroup) ? records : keys];
}
