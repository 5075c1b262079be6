import type { Collection } from 'mongodb';
import { chunksOf } from './commands.ts';
import { type Count, createKeyed, type Projection } from './keyed.ts';
import type { SeriesDoc } from './model.ts';

/**
 * Series that are read at a time. One of years of days takes milliseconds to decode, and some megabytes of the
 * embedded store, which holds all that a command answers at once.
 */
const perRead = 10;

/** The series of one connection and generation. */
export function createSeries(collection: Collection<SeriesDoc>, count: Count) {
  const { get, getMany, putMany, remove, count: countAll, stream, drop } = createKeyed(collection, count);

  async function* inParts(ids: readonly string[]): AsyncGenerator<SeriesDoc> {
    for (const part of chunksOf(ids, perRead)) yield* await getMany(part);
  }

  async function* whole(): AsyncGenerator<SeriesDoc> {
    const ids: string[] = [];
    for await (const { _id } of stream({ _id: 1 })) ids.push(_id);
    yield* inParts(ids);
  }

  return {
    ...{ get, getMany, putMany, remove, drop },
    count: countAll,
    /** Those that are there, in the order of the ids, a few at a time. */
    inParts,
    /** All, in the order of their keys, a few at a time; with a projection (without the points), as one answer. */
    stream: (projection?: Projection): AsyncIterable<SeriesDoc> =>
      projection === undefined ? whole() : stream(projection),
    /** Those of all records, one for each metric and currency. */
    async *totals(): AsyncGenerator<SeriesDoc> {
      const ids: string[] = [];
      for await (const { _id, dimension } of stream({ dimension: 1 })) if (dimension === null) ids.push(_id);
      yield* inParts(ids);
    },
  };
}
