import { isDeepStrictEqual } from 'node:util';
import { type Collection, type Filter, MongoServerError, type OptionalUnlessRequiredId } from 'mongodb';
import { TributaryError } from '../domain/errors.ts';

/** A document whose `_id` is text. All of ours are. */
export interface TextId {
  readonly _id: string;
}

/** More ids in one `$in` are slower on the embedded store than several commands. */
export const idsPerRead = 500;

/** Whether a write was refused because its `_id` (or another unique value) is there already. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === 11000;

/** Cuts a list into parts of at most `size`. */
export function* chunksOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

export const byId = <D extends TextId>(id: string): Filter<D> => ({ _id: id }) as Filter<D>;

const byIds = <D extends TextId>(ids: readonly string[]): Filter<D> => ({ _id: { $in: ids } }) as Filter<D>;

/** Inserts, and says whether this call was the one that did: of several at once exactly one gets true. */
export async function insertOnce<D extends TextId>(collection: Collection<D>, doc: D): Promise<boolean> {
  try {
    await collection.insertOne(doc as OptionalUnlessRequiredId<D>);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** Inserts, or finds the very same document there. @throws {TributaryError} STORE_CONFLICT if another is there. */
export async function insertSame<D extends TextId>(collection: Collection<D>, doc: D): Promise<void> {
  if (await insertOnce(collection, doc)) return;
  const stored = await getOne(collection, doc._id);
  if (!isDeepStrictEqual(stored, withoutUndefined(doc)))
    throw new TributaryError('STORE_CONFLICT', `"${doc._id}" is there already with other content.`);
}

const withoutUndefined = <D extends object>(doc: D): object =>
  Object.fromEntries(Object.entries(doc).filter(([, value]) => value !== undefined));

/** Replaces the document of that `_id`, or inserts it. */
export async function put<D extends TextId>(collection: Collection<D>, doc: D): Promise<void> {
  const { _id, ...rest } = doc;
  try {
    await collection.replaceOne(byId(_id), rest as never, { upsert: true });
  } catch (error) {
    // Two upserts of one new id at once: the second one finds it now.
    if (!isDuplicate(error)) throw error;
    await collection.replaceOne(byId(_id), rest as never, { upsert: true });
  }
}

/** The document of that `_id`, or null. */
export async function getOne<D extends TextId>(collection: Collection<D>, id: string): Promise<D | null> {
  return (await collection.findOne(byId(id))) as D | null;
}

/** The documents of these ids that are there, in the order of `ids`. */
export async function getMany<D extends TextId>(
  collection: Collection<D>,
  ids: readonly string[],
  projection?: Readonly<Record<string, 0 | 1>>,
): Promise<D[]> {
  const found = new Map<string, D>();
  for (const part of chunksOf([...new Set(ids)], idsPerRead)) {
    const docs = await collection
      .find(byIds<D>(part), projection === undefined ? {} : { projection })
      .toArray();
    for (const doc of docs as D[]) found.set(doc._id, doc);
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** The ids of all documents, in order. */
export async function idsOf<D extends TextId>(collection: Collection<D>): Promise<string[]> {
  const docs = await collection.find({}, { projection: { _id: 1 } }).toArray();
  return docs.map(({ _id }) => String(_id)).sort();
}

/** Deletes the documents of these ids; those that are not there are no error. */
export async function removeMany<D extends TextId>(
  collection: Collection<D>,
  ids: readonly string[],
): Promise<void> {
  for (const part of chunksOf(ids, idsPerRead)) await collection.deleteMany(byIds<D>(part));
}

/**
 * Compare-and-set on a number: sets `change` where the document still has `field` = `was`.
 * Needs a unique index on exactly (_id, field), else the embedded store scans.
 */
export async function changeWhere<D extends TextId>(
  collection: Collection<D>,
  id: string,
  field: keyof D & string,
  was: number,
  change: Partial<D>,
): Promise<boolean> {
  const result = await collection.updateOne({ _id: id, [field]: was } as Filter<D>, { $set: change });
  return result.matchedCount === 1;
}

const attempts = 20;

/**
 * Repeats a step that lost a compare-and-set, with a little jitter between. The step returns undefined when it lost.
 * @throws {TributaryError} STORE_CONFLICT after 20 losses in a row
 */
export async function untilWon<T>(what: string, step: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const result = await step();
    if (result !== undefined) return result;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * attempt));
  }
  throw new TributaryError('STORE_CONFLICT', `"${what}" was changed by others ${attempts} times in a row.`);
}

export const notThere = (what: string, id: string): TributaryError =>
  new TributaryError('NOT_FOUND', `There is no ${what} "${id}".`);
