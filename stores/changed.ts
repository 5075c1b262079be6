import { isDeepStrictEqual } from 'node:util';
import type { Collection } from 'mongodb';
import { changeWhere, getOne, notThere, type TextId, untilWon } from './commands.ts';
import type { FieldTimes } from './model.ts';

/** A document that is changed by compare-and-set on its `seq`. */
export interface Changeable extends TextId {
  readonly seq: number;
  readonly updatedAt: Date;
}

/** What a change may set; the rest is the repository's. */
export type ChangeOf<D extends Changeable> = Partial<Omit<D, '_id' | 'seq' | 'updatedAt'>>;

/**
 * Makes the change of a collection: reads, computes and writes by compare-and-set; on a conflict all of it again.
 * `compute` may run several times and must be pure; null leaves the document as it is.
 * @returns a function that gives the document after the change, and throws NOT_FOUND or STORE_CONFLICT
 */
export const createChange =
  <D extends Changeable>(collection: Collection<D>, what: string) =>
  (id: string, compute: (doc: D) => ChangeOf<D> | null): Promise<D> =>
    untilWon(id, async () => {
      const doc = await getOne(collection, id);
      if (doc === null) throw notThere(what, id);
      const change = compute(doc);
      if (change === null) return doc;
      const set = { ...change, seq: doc.seq + 1, updatedAt: new Date() } as unknown as Partial<D>;
      return (await changeWhere(collection, id, 'seq', doc.seq, set)) ? { ...doc, ...set } : undefined;
    });

/** A document that knows when each of its fields was changed. */
export interface Timed extends Changeable {
  readonly changedAt?: FieldTimes;
}

/** What the service notes for itself. */
const bookkeeping = ['unlogged', 'applied', 'since', 'changedAt'];

/** As {@link createChange}, and notes when each field was changed, unless the change says so itself. */
export function createTimedChange<D extends Timed>(collection: Collection<D>, what: string) {
  const change = createChange(collection, what);
  return (id: string, compute: (doc: D) => ChangeOf<D> | null): Promise<D> =>
    change(id, (doc) => {
      const wanted = compute(doc);
      if (wanted === null) return null;
      const at = new Date();
      const changed = Object.entries(wanted).filter(
        ([name, value]) =>
          !bookkeeping.includes(name) && !isDeepStrictEqual(doc[name as keyof D] as unknown, value),
      );
      const times = Object.fromEntries(changed.map(([name]) => [name, at]));
      const { changedAt } = wanted as { readonly changedAt?: FieldTimes };
      return { ...wanted, changedAt: { ...doc.changedAt, ...times, ...changedAt } };
    });
}
