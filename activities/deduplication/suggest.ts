import type { MergePairDoc } from '../../stores/model.ts';
import type { NearPair } from './near.ts';
import type { Rule } from './rule.ts';
import { pairOf, type Work } from './work.ts';

/**
 * Keeps what a person is asked about: near pairs of records that are there and not one, the nearest first, so many as
 * the rule allows. What was decided once is not asked again.
 * @returns how many wait for an answer
 */
export async function suggest(work: Work, rule: Rule, near: readonly NearPair[]): Promise<number> {
  const { merges, records, input } = work;
  const waiting: MergePairDoc[] = [];
  for await (const pair of merges.pairs.stream())
    if (pair.decision === null && pair.suggested !== null) waiting.push(pair);
  const there = await visibleKeys(
    work,
    waiting.flatMap(({ keys }) => keys),
  );
  const open = waiting.filter(({ keys }) => keys.every((key) => there.get(key) === key));
  const over = waiting.filter((pair) => !open.includes(pair)).map(({ _id }) => _id);
  if (over.length > 0) await merges.pairs.remove(over);
  const room = (rule.suggest?.most ?? 0) - open.length;
  if (room <= 0 || near.length === 0) return open.length;

  const first = near.slice(0, 4 * room);
  const survivors = await visibleKeys(
    work,
    first.flatMap(({ keys }) => keys),
  );
  const wanted = new Map<string, MergePairDoc>();
  for (const { keys, by, similarity } of first) {
    const [one, other] = keys.map((key) => survivors.get(key));
    if (one === undefined || other === undefined || one === other) continue;
    const pair = pairOf(one, other);
    if (wanted.has(pair._id)) continue;
    const suggested = { by, similarity, sessionId: input.sessionId };
    wanted.set(pair._id, { ...pair, suggested, decision: null, pending: false, at: new Date() });
  }
  const known = new Set((await merges.pairs.getMany([...wanted.keys()])).map(({ _id }) => _id));
  const fresh = [...wanted.values()].filter(({ _id }) => !known.has(_id)).slice(0, room);
  if (fresh.length > 0) await merges.pairs.putMany(fresh);
  return open.length + fresh.length;

  /** By key, the key under which readers find the record; without those that are gone. */
  async function visibleKeys(_: Work, keys: readonly string[]): Promise<Map<string, string>> {
    const all = [...new Set(keys)];
    const merged = new Map((await merges.members.getMany(all)).map((doc) => [doc._id, doc.survivor]));
    const found = new Set(
      (await records.getMany([...new Set(all.map((key) => merged.get(key) ?? key))], { _id: 1 })).map(
        ({ _id }) => _id,
      ),
    );
    return new Map(
      all.flatMap((key) => {
        const survivor = merged.get(key) ?? key;
        return found.has(survivor) ? [[key, survivor] as const] : [];
      }),
    );
  }
}
