import { createHash } from 'node:crypto';
import type { Db, UpdateFilter } from 'mongodb';
import type { Figure } from '../domain/benchmark.ts';
import { byId, changeWhere, getMany, getOne, insertOnce, put } from './commands.ts';
import { grantId } from './grants.ts';
import type { BenchmarkGroupDoc, FiguresDoc } from './model.ts';
import { collections } from './names.ts';

/** `<connectionId>/<generation>` */
export const figuresId = grantId;

/** `<app>/all/<figure>/<grain>`, or `<app>/in=<hash of the segment>/<figure>/<grain>` */
export const benchmarkGroupId = (
  app: string,
  segment: string | null,
  { id, grain }: Pick<Figure, 'id' | 'grain'>,
): string => `${app}/${segment === null ? 'all' : `in=${hashOf(segment)}`}/${id}/${grain}`;

/** A segment is any text of any length. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** What companies are compared by, and the comparisons. */
export function createFigures(db: Db) {
  const figures = db.collection<FiguresDoc>(collections.figures);
  const groups = db.collection<BenchmarkGroupDoc>(collections.benchmarkGroups);
  return {
    put: (doc: FiguresDoc): Promise<void> => put(figures, doc),
    get: (connectionId: string, generation: number): Promise<FiguresDoc | null> =>
      getOne(figures, figuresId(connectionId, generation)),
    /** Those that are there, in the order of the ids. */
    getMany: (ids: readonly string[]): Promise<FiguresDoc[]> => getMany(figures, ids),
    /** Comparisons that are there, in the order of the ids. */
    groups: (ids: readonly string[]): Promise<BenchmarkGroupDoc[]> => getMany(groups, ids),
    /** Stores a comparison in the place of the one before; false: somebody else was first. */
    async putGroup(doc: BenchmarkGroupDoc): Promise<boolean> {
      if (doc.epoch === 1) return insertOnce(groups, doc);
      const { _id, ...change } = doc;
      return changeWhere(groups, _id, 'epoch', doc.epoch - 1, change);
    },
    /** Takes a company out of a comparison by the id of its figures; what the others were told stays. */
    async leaveGroup(id: string, ofFigures: string): Promise<void> {
      await groups.updateOne(byId<BenchmarkGroupDoc>(id), leaving(ofFigures));
    },
  };
}

/** Takes the company of these figures out of a comparison. */
export const leaving = (ofFigures: string) =>
  ({ $pull: { members: { figuresId: ofFigures } } }) as UpdateFilter<BenchmarkGroupDoc>;
