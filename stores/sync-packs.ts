import { type Collection, type Filter, MongoServerError } from 'mongodb';
import { duplicateKey, insertDocuments } from '../platform/insert-documents.ts';
import { chunksOf, getMany, getOne, removeMany, untilWon } from './commands.ts';
import type { SyncRecordDoc } from './model.ts';

/** Fewer rows are as cheap each on its own. */
const leastRows = 50;
const mostRows = 1_000;
const packsPerRead = 20;

/** What is kept of a row that arrived for the first time and was not touched since. */
export type PackedRow = Pick<SyncRecordDoc, '_id' | 'delivered' | 'run' | 'at'>;

/** As stored: rows that one run delivered together, in the order of their keys. */
export interface StoredPack {
  /** The first key; it stays when its row is taken out. */
  readonly _id: string;
  /** The last key; it stays too. */
  readonly last: string;
  /** Raised by every change. */
  readonly version: number;
  readonly run: number;
  readonly at: Date;
  /** JSON: the keys, and the fingerprint of what was delivered of each. */
  readonly rows: string;
}

const rowsOf = ({ rows, run, at }: StoredPack): PackedRow[] => {
  const [keys, delivered] = JSON.parse(rows) as readonly [readonly string[], readonly string[]];
  return keys.map((_id, index) => ({ _id, delivered: delivered[index] ?? null, run, at }));
};

const textOf = (rows: readonly PackedRow[]): string =>
  JSON.stringify([rows.map(({ _id }) => _id), rows.map(({ delivered }) => delivered)]);

function packOf(rows: readonly PackedRow[]): StoredPack {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) throw new Error('A pack holds at least one row.');
  return { _id: first._id, last: last._id, version: 1, run: first.run, at: first.at, rows: textOf(rows) };
}

/**
 * Whether a key may be in a pack: packs are searched by their first and last key, so both the store and we must
 * find the same order. MongoDB compares bytes, JavaScript and the embedded store UTF-16 units; the two differ from
 * the first surrogate on, and below it they agree even on a key of this kind and one of the other.
 */
export const isPackable = (key: string): boolean => !/[\ud800-\uffff]/.test(key);

/**
 * Rows of a sync many to a document, for those of which nothing more is to be said than that they arrived: of a first
 * run nearly all. No two packs overlap. Takes a collection of its own.
 */
export function createSyncPacks(packs: Collection<StoredPack>) {
  /** Ends of packs, the nearest below a key first. */
  const endsBelow = (key: string) =>
    packs
      .find({ _id: { $lte: key } })
      .project<Pick<StoredPack, '_id' | 'last'>>({ last: 1 })
      .sort({ _id: -1 })
      .batchSize(packsPerRead);

  /** Ids of the packs between whose ends some of the keys lie. */
  async function around(keys: Iterable<string>): Promise<string[]> {
    const sorted = [...keys].sort();
    const [first, greatest] = [sorted[0], sorted.at(-1)];
    const ids: string[] = [];
    if (first === undefined || greatest === undefined) return ids;
    for await (const { _id, last } of endsBelow(greatest)) {
      if (last < first) break;
      while ((sorted.at(-1) ?? '') > last) sorted.pop();
      if ((sorted.at(-1) ?? '') >= _id) ids.push(_id);
    }
    return ids;
  }

  /** Takes rows out of a pack, whatever others take out in the same moment. */
  const takeOut = (id: string, keys: ReadonlySet<string>): Promise<true> =>
    untilWon(`the rows from ${id} on`, async () => {
      const pack = await getOne(packs, id);
      if (pack === null) return true;
      const { version } = pack;
      const rows = rowsOf(pack);
      const left = rows.filter(({ _id }) => !keys.has(_id));
      if (left.length === rows.length) return true;
      const same = { _id: id, version };
      const isDone =
        left.length === 0
          ? (await packs.deleteOne(same)).deletedCount === 1
          : (await packs.updateOne(same, { $set: { rows: textOf(left), version: version + 1 } }))
              .matchedCount === 1;
      return isDone ? true : undefined;
    });

  return {
    /** Whether rows from one key to another may be kept here: enough of them, and no other pack in between. */
    async takes(count: number, first: string, last: string): Promise<boolean> {
      if (count < leastRows) return false;
      const [below] = await endsBelow(last).limit(1).toArray();
      return below === undefined || below.last < first;
    },
    /**
     * Keeps rows of one run that it `takes`.
     * @param rows in the order of their keys, each `isPackable`
     * @returns whether it did; if not, because another kept rows between them meanwhile, it keeps none
     */
    async insert(rows: readonly PackedRow[]): Promise<boolean> {
      const [first, last] = [rows[0]?._id, rows.at(-1)?._id];
      if (first === undefined || last === undefined) return true;
      const made = [...chunksOf(rows, mostRows)].map(packOf);
      const refused = await insertDocuments(packs, made);
      const other = refused.find(({ code }) => code !== duplicateKey);
      if (other !== undefined) throw new MongoServerError({ code: other.code, message: other.errmsg ?? '' });
      // An attempt that is taken for dead may write still. Both look after their write, so one sees the other at least.
      const near = await endsBelow(last)
        .limit(made.length + 1)
        .toArray();
      const beyond = near[made.length];
      const isAlone =
        refused.length === 0 &&
        made.toReversed().every(({ _id }, index) => _id === near[index]?._id) &&
        (beyond === undefined || beyond.last < first);
      if (isAlone) return true;
      const theirs = new Set(refused.map(({ index }) => made[index]?._id));
      await removeMany(
        packs,
        made.map(({ _id }) => _id).filter((id) => !theirs.has(id)),
      );
      return false;
    },
    /** Those of the keys that are in a pack, in any order. */
    async find(keys: readonly string[]): Promise<PackedRow[]> {
      const wanted = new Set(keys.filter(isPackable));
      const found: PackedRow[] = [];
      for (const part of chunksOf(await around(wanted), packsPerRead))
        for (const pack of await getMany(packs, part))
          for (const row of rowsOf(pack)) if (wanted.has(row._id)) found.push(row);
      return found;
    },
    /** All, or those after a key, in the order of their keys; a pack at a time. */
    async *pages(after: string | null, run?: number): AsyncGenerator<PackedRow[]> {
      const [below] = after === null ? [] : await endsBelow(after).limit(1).toArray();
      const where: Filter<StoredPack> = {
        ...(run === undefined ? {} : { run }),
        ...(after === null ? {} : { _id: { $gte: below?._id ?? after } }),
      };
      for await (const pack of packs.find(where).sort({ _id: 1 }).batchSize(packsPerRead)) {
        const rows = rowsOf(pack).filter(({ _id }) => after === null || _id > after);
        if (rows.length > 0) yield rows;
      }
    },
    /** Keys that are in no pack are no error. */
    async remove(keys: readonly string[]): Promise<void> {
      const gone = new Set(keys.filter(isPackable));
      for (const id of await around(gone)) await takeOut(id, gone);
    },
    isEmpty: async (): Promise<boolean> => (await packs.findOne({}, { projection: { _id: 1 } })) === null,
  };
}
