import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Edge } from '../../domain/deduplication.ts';
import type { MergeGroupDoc, RecordDoc } from '../../stores/model.ts';
import { createJoin, type Gathered, noneElsewhere, standingEdges } from './gather.ts';
import { changeIndex, type DeduplicationState, type Sharers } from './key-index.ts';
import { largestBlock, nearPairs } from './near.ts';
import type { Looked, Rule } from './rule.ts';
import { type CommonSample, createSeen, greatestSamples } from './tally.ts';
import type { Work } from './work.ts';

const recordsPerTurn = 250;

/**
 * Looks at the records of these keys, and by the index at those that share a value with them. The index may name records
 * that no longer have the value: each is read and judged again.
 */
export async function gatherChanged(
  work: Work,
  rule: Rule,
  changed: ReadonlySet<string>,
  state: DeduplicationState,
): Promise<Gathered> {
  const { merges, own, life, decided, elsewhere } = work;
  const groups = new Map<string, MergeGroupDoc>();
  const looked = new Map<string, Looked>();
  const missing = new Set<string>();

  /** Reads records that were not read yet. */
  async function look(keys: Iterable<string>): Promise<void> {
    const wanted = [...keys].filter((key) => !looked.has(key) && !missing.has(key));
    for (let start = 0; start < wanted.length; start += recordsPerTurn) {
      const part = wanted.slice(start, start + recordsPerTurn);
      const found = new Map((await own.getMany(part)).map((one: RecordDoc) => [one._id, one]));
      for (const key of part) {
        const record = found.get(key);
        if (record === undefined) missing.add(key);
        else looked.set(key, rule.look(record.data));
      }
      await nextTurn();
    }
  }

  /** Reads the groups that these keys belong to, or belonged to. @returns keys of the groups */
  async function readGroups(keys: Iterable<string>): Promise<string[]> {
    const asked = [...keys];
    const members = await merges.members.getMany(asked, { survivor: 1 });
    const ids = [...new Set([...asked, ...members.map(({ survivor }) => survivor)])];
    const found = (await merges.groups.getMany(ids.filter((id) => !groups.has(id)))) as MergeGroupDoc[];
    for (const group of found) groups.set(group._id, group);
    return [...members.map(({ _id }) => _id), ...found.flatMap((group) => group.keys)];
  }

  // Of a merged record it is not told which of its keys changed.
  const dirty = new Set([...changed, ...(await readGroups(changed))]);
  await look(dirty);
  const counts = createSeen(rule);
  const wanted = new Map<string, { rank: number; keys: string[] }>();
  for (const key of dirty) {
    const found = looked.get(key);
    if (found === undefined) continue;
    counts.add(found);
    const all = [
      ...found.keys,
      ...(rule.suggest === null ? [] : [...new Set(found.blocks)].map((hash) => ({ hash, rank: -1 }))),
    ];
    for (const { hash, rank } of all) {
      const known = wanted.get(hash);
      if (known === undefined) wanted.set(hash, { rank, keys: [key] });
      else known.keys.push(key);
    }
  }

  const edges: Edge[] = [];
  const samples: CommonSample[] = [];
  const blocks: [string, string[]][] = [];
  const join = createJoin(work, rule, edges, samples);
  const shared = new Map<string, { readonly rank: number; readonly keys: readonly string[] }>();
  let entries = state.entries;
  await changeIndex(merges, wanted.keys(), state.parts, async (found) => {
    await look([...found.values()].flatMap((sharers) => (typeof sharers === 'number' ? [] : sharers)));
    const changes = new Map<string, Sharers>();
    for (const [hash, before] of found) {
      const { rank, keys } = wanted.get(hash) ?? { rank: -1, keys: [] };
      const most = rank < 0 ? largestBlock : rule.largestGroup;
      if (typeof before === 'number') {
        if (rank >= 0) samples.push({ rank, key: keys[0] ?? '', records: before });
        continue;
      }
      const has = (key: string): boolean => {
        const of = looked.get(key);
        return rank < 0
          ? of?.blocks.includes(hash) === true
          : of?.keys.some((one) => one.hash === hash) === true;
      };
      const now = [...new Set([...before, ...keys])].filter(has).sort();
      if (before.length === 0) entries += 1;
      const sharers = now.length > most ? now.length : now;
      if (typeof sharers === 'number' || !isSame(before, now)) changes.set(hash, sharers);
      if (typeof sharers === 'number') {
        if (rank >= 0) samples.push({ rank, key: keys[0] ?? '', records: sharers });
      } else if (rank >= 0) shared.set(hash, { rank, keys: now });
      else blocks.push([hash, now]);
    }
    await life.stopIfAsked();
    life.progressed({ resource: work.resource, values: changes.size });
    return changes;
  });

  const found = (await elsewhere?.some(shared.keys())) ?? noneElsewhere;
  for (const [hash, { rank, keys }] of shared) join(rank, keys, keys.length, found.get(hash));
  const near =
    rule.suggest === null
      ? []
      : await nearPairs(blocks, (key) => looked.get(key)?.name, rule.suggest.similarity, dirty);
  const told = {
    ...{ edges, groups, near, dirty, common: greatestSamples(samples), seen: counts.seen() },
    index: { parts: state.parts, built: state.built, entries },
  };
  if (elsewhere !== null) return { ...told, live: looked, before: [] };

  const accepted = decided.same.filter(({ keys }) => keys.some((key) => dirty.has(key)));
  const named = new Set([...edges.flatMap(({ a, b }) => [a, b]), ...accepted.flatMap(({ keys }) => keys)]);
  const before = new Set(await readGroups(new Set([...dirty, ...named])));
  await look([...named, ...before]);
  const live = { has: (key: string) => looked.has(key) };
  edges.push(...standingEdges(groups.values(), { ...decided, same: accepted }, live.has));
  return { ...told, live, before };
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((key, index) => key === b[index]);
