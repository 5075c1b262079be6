import type { Merges } from '../../stores/merges.ts';

/** What has a value: keys of records, or how many where they are too many to be told apart by it. */
export type Sharers = readonly string[] | number;

/** How far deduplication of a resource is. */
export interface DeduplicationState {
  readonly print: string;
  /** The last session that was looked at, how many of its change documents, and by which definition it was read. */
  readonly session: number;
  readonly changes: number;
  readonly definition: string | null;
  readonly records: number;
  /** Documents that the index lies in, and entries that it began with and has now. */
  readonly parts: number;
  readonly built: number;
  readonly entries: number;
  /** Suggestions that wait for an answer. */
  readonly waiting: number;
  /** Connections that it was compared with; missing: none. */
  readonly family?: readonly string[];
}

/** An index that grew to so many times what it was built with is made anew: old values stay in it. */
const mostGrowth = 3;
const fewEntries = 20_000;

const stateId = 'state';
const entriesPerPart = 1_500;
const partsPerRead = 50;
const partId = (number: number): string => `part/${number}`;

type Part = Record<string, readonly string[] | number>;

/** How far deduplication is; null before the first pass. */
export async function readState({ keys }: Pick<Merges, 'keys'>): Promise<DeduplicationState | null> {
  const doc = await keys.get(stateId);
  return doc === null ? null : (JSON.parse(doc.data) as DeduplicationState);
}

export const putState = ({ keys }: Pick<Merges, 'keys'>, state: DeduplicationState): Promise<void> =>
  keys.putMany([{ _id: stateId, data: JSON.stringify(state), at: new Date() }]);

/** From here on the next pass looks at everything. */
export const forgetState = ({ keys }: Pick<Merges, 'keys'>): Promise<void> => keys.remove([stateId]);

/** The documents that so many entries are spread over. */
export const partsFor = (entries: number): number =>
  2 ** Math.ceil(Math.log2(Math.max(1, entries / entriesPerPart)));

const partOf = (hash: string, parts: number): number => {
  let number = 0;
  // The last characters: the first one may say what kind of entry it is.
  for (const char of hash.slice(-6)) number = (number * 31 + char.charCodeAt(0)) % 1_000_003;
  return number % parts;
};

/** Writes the index anew. Until the state says so nobody reads it. */
export async function writeIndex(
  { keys }: Pick<Merges, 'keys'>,
  all: Iterable<readonly [hash: string, sharers: Sharers]>,
  parts: number,
  before: number,
  border: () => Promise<void>,
): Promise<void> {
  const filled = Array.from({ length: parts }, (): Part => ({}));
  for (const [hash, sharers] of all) {
    const part = filled[partOf(hash, parts)];
    if (part !== undefined) part[hash] = sharers;
  }
  for (let from = 0; from < parts; from += partsPerRead) {
    const docs = filled
      .slice(from, from + partsPerRead)
      .map((part, index) => ({ _id: partId(from + index), data: JSON.stringify(part), at: new Date() }));
    await keys.putMany(docs);
    await border();
  }
  const surplus = Array.from({ length: Math.max(0, before - parts) }, (_, index) => partId(parts + index));
  await keys.remove(surplus);
}

/** Reads and changes entries of the index. An entry may name records that no longer have the value: the reader checks. */
export async function changeIndex(
  { keys }: Pick<Merges, 'keys'>,
  hashes: Iterable<string>,
  parts: number,
  change: (found: ReadonlyMap<string, Sharers>) => Promise<ReadonlyMap<string, Sharers>>,
): Promise<void> {
  const byPart = new Map<number, string[]>();
  for (const hash of hashes) {
    const number = partOf(hash, parts);
    const listed = byPart.get(number);
    if (listed === undefined) byPart.set(number, [hash]);
    else listed.push(hash);
  }
  const numbers = [...byPart.keys()].sort((a, b) => a - b);
  for (let from = 0; from < numbers.length; from += partsPerRead) {
    const some = numbers.slice(from, from + partsPerRead);
    const docs = new Map((await keys.getMany(some.map(partId))).map((doc) => [doc._id, doc]));
    const read = new Map<number, Part>();
    const found = new Map<string, Sharers>();
    for (const number of some) {
      const part = JSON.parse(docs.get(partId(number))?.data ?? '{}') as Part;
      read.set(number, part);
      for (const hash of byPart.get(number) ?? []) found.set(hash, part[hash] ?? []);
    }
    const changed = new Set<number>();
    for (const [hash, sharers] of await change(found)) {
      const number = partOf(hash, parts);
      const part = read.get(number);
      if (part === undefined) continue;
      part[hash] = sharers;
      changed.add(number);
    }
    const writes = [...changed].map((number) => ({
      _id: partId(number),
      data: JSON.stringify(read.get(number) ?? {}),
      at: new Date(),
    }));
    if (writes.length > 0) await keys.putMany(writes);
  }
}

/** Entries of the index, without changing it. */
export async function readIndex(
  merges: Pick<Merges, 'keys'>,
  hashes: Iterable<string>,
  parts: number,
): Promise<ReadonlyMap<string, Sharers>> {
  const all = new Map<string, Sharers>();
  await changeIndex(merges, hashes, parts, async (found) => {
    for (const [hash, sharers] of found)
      if (typeof sharers === 'number' || sharers.length > 0) all.set(hash, sharers);
    return new Map();
  });
  return all;
}

/** The whole index. */
export async function* streamIndex(
  { keys }: Pick<Merges, 'keys'>,
  parts: number,
): AsyncGenerator<readonly [hash: string, sharers: Sharers]> {
  for (let from = 0; from < parts; from += partsPerRead) {
    const ids = Array.from({ length: Math.min(partsPerRead, parts - from) }, (_, index) =>
      partId(from + index),
    );
    for (const { data } of await keys.getMany(ids)) yield* Object.entries(JSON.parse(data) as Part);
  }
}

export const isGrown = ({ entries, built }: DeduplicationState): boolean =>
  entries > Math.max(fewEntries, built * mostGrowth);

/** What the change documents are read from on. */
export const sinceOf = ({ session, changes, definition, records }: DeduplicationState) => ({
  ...{ session, changes, definition, records },
  ...{ columnsPrint: '', metricsPrint: '', wide: [] },
});
