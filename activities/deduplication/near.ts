import { setImmediate as nextTurn } from 'node:timers/promises';
import { distance } from 'fastest-levenshtein';
import { pairOf } from './work.ts';

/** More records with one block are not compared with each other. */
export const largestBlock = 20;
/** More pairs than that are not kept at once. */
const mostPairs = 50_000;
const blocksPerTurn = 500;

/** Two records that are nearly equal. */
export interface NearPair {
  readonly keys: readonly [string, string];
  readonly by: 'name' | 'address';
  readonly similarity: number;
}

/** 1 for equal texts, 0 for texts that have nothing in common: the share of letters that need not be changed. */
export function similarityOf(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 0 : 1 - distance(a, b) / longest;
}

/** Finds near pairs within blocks. @param only Pairs with one of these keys; all pairs unless given */
export async function nearPairs(
  blocks: Iterable<readonly [block: string, keys: readonly string[]]>,
  nameOf: (key: string) => string | null | undefined,
  similarity: number,
  only?: ReadonlySet<string>,
): Promise<NearPair[]> {
  const found = new Map<string, NearPair>();
  let looked = 0;
  for (const [block, keys] of blocks) {
    looked += 1;
    if (looked % blocksPerTurn === 0) await nextTurn();
    const isAddress = block.startsWith('@');
    for (const [index, one] of keys.entries())
      for (const other of keys.slice(index + 1)) {
        if (only !== undefined && !only.has(one) && !only.has(other)) continue;
        const near = isAddress ? 1 : nearNames(nameOf(one), nameOf(other), similarity);
        if (near === null) continue;
        const { _id, keys: pair } = pairOf(one, other);
        const known = found.get(_id);
        if (known !== undefined && (known.by === 'name' || isAddress)) continue;
        if (known === undefined && found.size >= mostPairs) continue;
        found.set(_id, { keys: pair, by: isAddress ? 'address' : 'name', similarity: near });
      }
  }
  return [...found.values()].sort(
    (a, b) =>
      b.similarity - a.similarity ||
      Number(a.by === 'address') - Number(b.by === 'address') ||
      (JSON.stringify(a.keys) < JSON.stringify(b.keys) ? -1 : 1),
  );
}

function nearNames(a: string | null | undefined, b: string | null | undefined, least: number): number | null {
  if (a === null || a === undefined || b === null || b === undefined) return null;
  const longest = Math.max(a.length, b.length);
  if (Math.min(a.length, b.length) < least * longest) return null;
  const similarity = similarityOf(a, b);
  return similarity >= least ? Math.round(similarity * 1_000) / 1_000 : null;
}
