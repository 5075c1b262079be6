import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { changeWhere, getMany, getOne, insertOnce, put, type TextId } from './commands.ts';
import { createStoreClock } from './limiter/clock.ts';
import { createQueue } from './limiter/queue.ts';
import { collections } from './names.ts';
import { guarded } from './unavailable.ts';

/** A place of a limit: `_id` is `<name>/<number>`, one for each request a second. A lock-out: `_id` is the name. */
export interface TurnDoc extends TextId {
  /** When it may be used, in ms since 1970 by the store's clock. Who changes it from what it was has the place. */
  readonly freeAt: number;
}

/** What came of waiting for a turn. */
export interface Turn {
  /** Nobody gets a turn of this name before so many milliseconds have passed: a lock-out was told. */
  lockOut(ms: number): Promise<void>;
  /** The request was answered, or failed: the server has counted it by now, and the next may come the sooner. */
  ended(): void;
}

/** A place is free again so long after its request: a second, and what clocks of processes may differ by. */
const restMs = 1_010;
/** A request is thought to be with the server after so long at most, if it was not answered sooner. */
const underwayMs = 1_000;
/** A turn that its owner comes to later than this is not used, because others do not reckon with it. */
const latestMs = 100;
/** A place is taken so long before it is free, so that taking it does not make it late. */
const aheadMs = 25;
/** Turns of one process are spread over so much of the second, and do not all come at its beginning. */
const spreadMs = 900;
/** No place is taken for longer: one that seems to be was left by a clock that has been set back since. */
const farMs = 60_000;
/** Places that nobody used for so long are forgotten. */
const keptMs = 600_000;

/** What this process knows of a limit. Others change it too, which shows when a place is taken. */
interface Room {
  places: readonly TurnDoc[];
  /** When its next turn may come. */
  nextAt: number;
}

/**
 * Turns of shared limits, over all processes that share the store. A limit of 5 a second has 5 places. Who takes one
 * has it until a second after its request was answered: no second can hold two requests of one place, hence none holds
 * more than there are places. A server sees requests later than they were sent, and not all of them by as much, which
 * is why the second is counted from the answer.
 */
export function createLimiter(db: Db) {
  const turns = db.collection<TurnDoc>(collections.turns);
  const now = createStoreClock(db);
  const inOrder = createQueue();
  const rooms = new Map<string, Room>();
  let sweptAt = 0;

  const sweep = async (time: number): Promise<void> => {
    if (time - sweptAt < keptMs) return;
    sweptAt = time;
    await turns.deleteMany({ freeAt: { $lt: time - keptMs } });
  };

  const lockOut = async (name: string, ms: number): Promise<void> => {
    const freeAt = Math.ceil((await now()) + ms);
    const known = await getOne(turns, name);
    // Of two lock-outs told at once either may win: they end at nearly the same time.
    if (freeAt > (known?.freeAt ?? 0)) await put(turns, { _id: name, freeAt });
  };

  const roomOf = (name: string, perSecond: number): Room => {
    const known = rooms.get(name);
    if (known !== undefined) return known;
    const places = Array.from({ length: perSecond }, (_, number) => ({
      _id: `${name}/${number}`,
      freeAt: 0,
    }));
    const room: Room = { places, nextAt: 0 };
    rooms.set(name, room);
    return room;
  };

  const remember = (room: Room, changed: TurnDoc): void => {
    room.places = room.places.map((place) => (place._id === changed._id ? changed : place));
  };

  /** @returns whether it was as it is known, and is now as it is to be */
  const change = async (room: Room, { _id, freeAt: was }: TurnDoc, freeAt: number): Promise<boolean> => {
    const changed =
      was === 0
        ? await insertOnce(turns, { _id, freeAt })
        : await changeWhere(turns, _id, 'freeAt', was, { freeAt });
    if (changed) remember(room, { _id, freeAt });
    return changed;
  };

  /** Learns how the places are. @returns when a lock-out ends, or ended */
  const look = async (name: string, room: Room, places: boolean): Promise<number> => {
    const ids = places ? room.places.map(({ _id }) => _id) : [];
    const found = new Map((await getMany(turns, [name, ...ids])).map((doc) => [doc._id, doc.freeAt]));
    if (places) room.places = room.places.map(({ _id }) => ({ _id, freeAt: found.get(_id) ?? 0 }));
    return found.get(name) ?? 0;
  };

  const pause = async (until: number, signal: AbortSignal): Promise<void> => {
    const ms = until - (await now());
    if (ms > 0) await sleep(Math.ceil(ms), undefined, { signal });
  };

  /** Only one turn at a time is taken by a process, so that the others get theirs and an abort wastes little. */
  const next = async (room: Room, name: string, perSecond: number, signal: AbortSignal) => {
    for (let stale = false; ; ) {
      await pause(room.nextAt - aheadMs, signal);
      const lockedUntil = await look(name, room, stale || freePlace(room.places, await now()) === undefined);
      const time = await now();
      const place = freePlace(room.places, time) ?? firstFree(room.places);
      const freeAt = place.freeAt > time + farMs ? time : place.freeAt;
      const at = Math.max(time, room.nextAt, lockedUntil, freeAt);
      stale = at > time + aheadMs;
      if (stale) {
        await pause(at - aheadMs, signal);
        continue;
      }
      // Without a word of its use it was used as late as it may be.
      const taken = { _id: place._id, freeAt: Math.ceil(at + latestMs + underwayMs + restMs) };
      stale = !(await change(room, place, taken.freeAt));
      if (stale) continue;
      const giveBack = (): Promise<boolean> => change(room, taken, Math.ceil(at));
      try {
        await pause(at, signal);
      } catch (error) {
        giveBack().catch(() => undefined);
        throw error;
      }
      const usedAt = await now();
      if (usedAt <= at + latestMs) {
        room.nextAt = usedAt + spreadMs / perSecond;
        return { taken, usedAt };
      }
      await giveBack();
    }
  };

  /** Told to those who wait; nobody waits for it. Without it the place is free later than it could be. */
  const ended = (room: Room, taken: TurnDoc, usedAt: number): void => {
    now()
      .then((time) => change(room, taken, Math.ceil(Math.min(time, usedAt + underwayMs) + restMs)))
      .catch(() => undefined);
  };

  /**
   * Waits for the next turn of a limit; within a process in the order of the calls.
   * @param name of the limit, such as `airtable/<base>`
   * @throws the reason of the signal; {TributaryError} STORE_UNAVAILABLE
   */
  async function takeTurn(name: string, perSecond: number, signal: AbortSignal): Promise<Turn> {
    signal.throwIfAborted();
    const room = roomOf(name, perSecond);
    const { taken, usedAt } = await inOrder(name, signal, () => next(room, name, perSecond, signal));
    void sweep(usedAt).catch(() => undefined);
    return guarded({
      lockOut: (ms: number) => lockOut(name, ms),
      ended: () => ended(room, taken, usedAt),
    });
  }

  return { takeTurn };
}

/** Any that is free: processes that all took the same one would be in each other's way. */
function freePlace(places: readonly TurnDoc[], time: number): TurnDoc | undefined {
  const free = places.filter(({ freeAt }) => freeAt <= time || freeAt > time + farMs);
  return free[Math.floor(Math.random() * free.length)];
}

const firstFree = (places: readonly TurnDoc[]): TurnDoc =>
  places.reduce((first, place) => (place.freeAt < first.freeAt ? place : first));
