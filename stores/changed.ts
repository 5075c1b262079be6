import type { Collection } from 'mongodb';
import { changeWhere, getOne, notThere, type TextId, untilWon } from './commands.ts';

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
