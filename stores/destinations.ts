import type { Db } from 'mongodb';
import { TributaryError } from '../domain/errors.ts';
import { createChange } from './changed.ts';
import { getOne, insertOnce, removeMany } from './commands.ts';
import type { DestinationDoc, DestinationQueueDoc } from './model.ts';
import { collections } from './names.ts';

/** Where a run stands with a destination: 0 may deliver, more is its place in the queue. */
export interface DestinationTurn {
  readonly place: number;
  /** Syncs whose turn came by this change: their runs have to be told. */
  readonly granted: readonly string[];
}

/** Places where syncs deliver, and the queue before each. */
export function createDestinations(db: Db) {
  const destinations = db.collection<DestinationDoc>(collections.destinations);
  const queues = db.collection<DestinationQueueDoc>(collections.destinationQueues);
  const changeQueue = createChange(queues, 'queue of the destination');

  const placeIn = ({ holders, waiting }: DestinationQueueDoc, syncId: string): number | null => {
    if (holders.includes(syncId)) return 0;
    const index = waiting.indexOf(syncId);
    return index < 0 ? null : index + 1;
  };
  /** Whoever waits longest comes next. */
  const grant = (holders: readonly string[], waiting: readonly string[], slots: number) => {
    const free = Math.max(0, slots - holders.length);
    return { holders: [...holders, ...waiting.slice(0, free)], waiting: waiting.slice(free) };
  };
  /** Changes who is in the queue; told are those whose turn came, the asking one left out. */
  async function queue(
    destinationId: string,
    { joins = [], leaves = [] }: { joins?: readonly string[]; leaves?: readonly string[] },
  ): Promise<{ doc: DestinationQueueDoc; granted: readonly string[] }> {
    const slots = Math.max(1, (await getOne(destinations, destinationId))?.slots ?? 1);
    await insertOnce(queues, {
      _id: destinationId,
      seq: 0,
      holders: [],
      waiting: [],
      updatedAt: new Date(),
    });
    let granted: readonly string[] = [];
    const doc = await changeQueue(destinationId, (now) => {
      const stay = (syncId: string) => !leaves.includes(syncId);
      const known = [...now.holders, ...now.waiting];
      const waiting = [...now.waiting.filter(stay), ...joins.filter((id) => !known.includes(id))];
      const next = grant(now.holders.filter(stay), waiting, slots);
      granted = next.holders.filter((id) => !now.holders.includes(id) && !joins.includes(id));
      return next;
    });
    return { doc, granted };
  }

  return {
    /** @throws {TributaryError} INVALID_INPUT when the id is taken */
    async create(doc: DestinationDoc): Promise<DestinationDoc> {
      if (await insertOnce(destinations, doc)) return doc;
      throw new TributaryError('INVALID_INPUT', `There is a destination "${doc._id}" already.`);
    },
    get: (id: string): Promise<DestinationDoc | null> => getOne(destinations, id),
    /** Ordered by id. Looks at every destination. */
    list: (): Promise<DestinationDoc[]> => destinations.find({}).sort({ _id: 1 }).toArray(),
    /** See {@link createChange}. @throws {TributaryError} NOT_FOUND, STORE_CONFLICT */
    change: createChange(destinations, 'destination'),
    remove: async (id: string): Promise<void> => {
      await removeMany(destinations, [id]);
      await removeMany(queues, [id]);
    },

    /** Takes a slot, or a place in the queue; asked again, it gives what there is. */
    async join(destinationId: string, syncId: string): Promise<DestinationTurn> {
      const { doc, granted } = await queue(destinationId, { joins: [syncId] });
      return { place: placeIn(doc, syncId) ?? 0, granted };
    },
    /** Gives slots and places back, which may be done already. @returns whose turn came by it */
    leave: async (destinationId: string, syncIds: readonly string[]): Promise<readonly string[]> =>
      (await queue(destinationId, { leaves: syncIds })).granted,
    /** Who delivers now, in the order in which they came. */
    holders: async (destinationId: string): Promise<readonly string[]> =>
      (await getOne(queues, destinationId))?.holders ?? [],
    /** 0: it delivers; more: its place in the queue; null: it is not there. */
    async place(destinationId: string, syncId: string): Promise<number | null> {
      const doc = await getOne(queues, destinationId);
      return doc === null ? null : placeIn(doc, syncId);
    },
  };
}
