import type { Collection } from 'mongodb';
import { getMany, idsPerRead, type TextId } from './commands.ts';

const firstLook = 4;

/**
 * Ids of the documents `<prefix>/0`, `<prefix>/1` ... that are there, found by asking for ids and never by a scan.
 * Numbers have no gap as long as `firstLook` and then 500.
 */
export async function batchIds<D extends TextId>(
  collection: Collection<D>,
  prefixes: readonly string[],
): Promise<string[]> {
  const look = async (ids: readonly string[]) =>
    (await getMany(collection, ids, { _id: 1 })).map((doc) => doc._id);
  const from = (prefix: string, start: number, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}/${start + index}`);
  const found = await look(prefixes.flatMap((prefix) => from(prefix, 0, firstLook)));
  const some = new Set(found.map((id) => id.slice(0, id.lastIndexOf('/'))));
  for (const prefix of prefixes.filter((one) => some.has(one))) {
    for (let start = firstLook; ; start += idsPerRead) {
      const more = await look(from(prefix, start, idsPerRead));
      found.push(...more);
      if (more.length === 0) break;
    }
  }
  return found;
}
