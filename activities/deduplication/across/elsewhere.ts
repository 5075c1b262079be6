import { setImmediate as nextTurn } from 'node:timers/promises';
import { nodeOf } from '../../../domain/across.ts';
import { chunksOf } from '../../../stores/commands.ts';
import { createRecordsOfApp } from '../../../stores/own-records.ts';
import { type DeduplicationState, readIndex, readState, type Sharers, streamIndex } from '../key-index.ts';
import type { Rule } from '../rule.ts';
import type { Elsewhere, ShareElsewhere } from '../work.ts';
import type { Family, Place } from './family.ts';

const recordsPerRead = 500;

/**
 * Finds records of the company's other connections by the index that their own sessions wrote. One whose index was made
 * by another rule is left out: its next session looks at everything, and finds ours.
 */
export function createElsewhere(family: Family, rule: Rule): Elsewhere {
  const others = [...family.members].filter((id) => id !== family.self);

  async function usable(id: string): Promise<{ place: Place; state: DeduplicationState } | null> {
    const place = family.place(id);
    const state = place === null ? null : await readState(place.merges);
    return place === null || state === null || state.print !== rule.print ? null : { place, state };
  }

  /** Keeps what the record really has: an entry may name records that no longer have the value. */
  async function check(
    id: string,
    place: Place,
    found: Iterable<readonly [string, Sharers]>,
    into: Map<string, { rank: number; nodes: string[]; records: number }>,
  ): Promise<void> {
    const add = (hash: string, rank: number, records: number, node: string | null): void => {
      const known = into.get(hash) ?? { rank: -1, nodes: [], records: 0 };
      if (node !== null) known.nodes.push(node);
      into.set(hash, { ...known, rank: Math.max(rank, known.rank), records: known.records + records });
    };
    const wanted = new Map<string, string[]>();
    for (const [hash, sharers] of found) {
      if (typeof sharers === 'number') add(hash, -1, sharers, null);
      else
        for (const key of sharers) {
          const hashes = wanted.get(key);
          if (hashes === undefined) wanted.set(key, [hash]);
          else hashes.push(hash);
        }
    }
    const own = createRecordsOfApp(place.records, place.merges.members);
    for (const keys of chunksOf([...wanted.keys()], recordsPerRead)) {
      for (const { _id: key, data } of await own.getMany(keys)) {
        const has = new Map(rule.look(data ?? {}).keys.map(({ hash, rank }) => [hash, rank]));
        for (const hash of wanted.get(key) ?? []) {
          const rank = has.get(hash);
          if (rank !== undefined) add(hash, rank, 1, nodeOf(id, key));
        }
      }
      await nextTurn();
    }
  }

  async function gather(
    find: (place: Place, state: DeduplicationState) => Promise<Iterable<readonly [string, Sharers]>>,
  ): Promise<ReadonlyMap<string, ShareElsewhere>> {
    const into = new Map<string, { rank: number; nodes: string[]; records: number }>();
    for (const id of others) {
      const other = await usable(id);
      if (other !== null) await check(id, other.place, await find(other.place, other.state), into);
    }
    for (const { nodes } of into.values()) nodes.sort();
    return into;
  }

  return {
    node: (key) => nodeOf(family.self, key),
    some: (hashes) => {
      const asked = [...hashes];
      return gather(({ merges }, { parts }) => readIndex(merges, asked, parts));
    },
    all: (isOurs) =>
      gather(async ({ merges }, { parts }) => {
        const found: (readonly [string, Sharers])[] = [];
        for await (const entry of streamIndex(merges, parts)) if (isOurs(entry[0])) found.push(entry);
        // Groups of near names begin otherwise than match keys do.
        return found.filter(([hash]) => !/^[~@]/.test(hash));
      }),
  };
}
