import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { getMany, getOne, insertOnce, put, type TextId } from './commands.ts';
import { createStoreClock } from './limiter/clock.ts';
import { createQueue } from './limiter/queue.ts';
import { collections } from './names.ts';
import { guarded } from './unavailable.ts';

/** A turn that somebody has: `_id` is `<name>/<slot>`. A lock-out: `_id` is the name. */
export interface TurnDoc extends TextId {
  /** When it is; of a lock-out, when it ends. */
  readonly at: Date;
  /** When it was given, and when its request was answered; absent until then. */
  readonly usedAt?: Date;
  readonly endedAt?: Date;
}

/** What came of waiting for a turn. */
export interface Turn {
  /** Nobody gets a turn of this name before so many milliseconds have passed: a lock-out was told. */
  lockOut(ms: number): Promise<void>;
  /** The request was answered, or failed: the server has counted it by now, and the next may come the sooner. */
  ended(): void;
}

/** The requests of one second are spread over so much more: 5 a second become 4.88, 0.976 of the limit. */
const marginMs = 25;
/** What clocks of processes may differ by. */
const cushionMs = 10;
/** A request is thought to be with the server after so long at most, if it was not answered sooner. */
const underwayMs = 300;
/** A turn that its owner comes to later than this is not used, because others do not reckon with it. */
const latestMs = 100;
/** What stands against a turn is looked up so long before it, so that looking does not make it late. */
const lookMs = 15;
/** Used turns are forgotten after this. */
const keptMs = 60_000;

const never = new Date(0);

const everyMsOf = (perSecond: number): number => (1_000 + marginMs) / perSecond;

/**
 * Turns of shared limits, over all processes that share the store. Time is cut into slots of one request each; a slot
 * belongs to who inserts its document first. Only inserts decide, which is what every store does without a race.
 *
 * A server sees requests later than they were sent, and not all of them by as much. So a slot waits for the one that is
 * a second's requests before it: until a second after its answer came. No second can hold two of them, hence none
 * holds more than it may.
 */
export function createLimiter(db: Db) {
  const turns = db.collection<TurnDoc>(collections.turns);
  const now = createStoreClock(db);
  const inOrder = createQueue();
  let sweptAt = 0;

  /** Turns of processes that died are found by their time; there are never more than of two minutes. */
  const sweep = async (at: number): Promise<void> => {
    if (at - sweptAt < keptMs) return;
    sweptAt = at;
    await turns.deleteMany({ at: { $lt: new Date(at - keptMs) } });
  };

  const lockOut = async (name: string, ms: number): Promise<void> => {
    const until = Math.ceil((await now()) + ms);
    const known = await getOne(turns, name);
    // Of two lock-outs told at once either may win: they end at nearly the same time.
    if (until > (known?.at.getTime() ?? 0)) await put(turns, { _id: name, at: new Date(until) });
  };

  /** Makes the next free slot ours. */
  const reserve = async (name: string, everyMs: number, notBefore: number): Promise<number> => {
    for (let slot = Math.ceil(notBefore / everyMs); ; slot++)
      if (await insertOnce(turns, { _id: `${name}/${slot}`, at: new Date(slot * everyMs) })) return slot;
  };

  const pause = async (until: number, signal: AbortSignal): Promise<void> => {
    const ms = until - (await now());
    if (ms > 0) await sleep(Math.ceil(ms), undefined, { signal });
  };

  /** When a slot may be used at the earliest, in the store's time. */
  const freeAt = async (name: string, slot: number, perSecond: number): Promise<number> => {
    const before = `${name}/${slot - perSecond}`;
    const everyMs = everyMsOf(perSecond);
    let earliest = 0;
    for (const { _id, at, usedAt, endedAt } of await getMany(turns, [name, before])) {
      // Without a word of its use it was given as late as it may have been, or its owner died.
      const used = usedAt?.getTime() ?? at.getTime() + everyMs + latestMs;
      const counted = Math.min(endedAt?.getTime() ?? Number.POSITIVE_INFINITY, used + underwayMs);
      earliest = Math.max(earliest, _id === name ? at.getTime() : counted + 1_000 + cushionMs);
    }
    return earliest;
  };

  /** Told to those who wait; nobody waits for it. Without it the turns after this one come later than they could. */
  const note = (id: string, field: 'usedAt' | 'endedAt'): void => {
    now()
      .then((time) => turns.updateOne({ _id: id }, { $set: { [field]: new Date(time) } }))
      .catch(() => undefined);
  };

  /** Nobody is to wait for the request of a slot that was given up. */
  const giveUp = async (id: string): Promise<void> => {
    await turns.updateOne({ _id: id }, { $set: { usedAt: never } });
  };

  /** Only one turn at a time is reserved by a process, so that the others get theirs and an abort wastes little. */
  const next = async (name: string, perSecond: number, signal: AbortSignal): Promise<string> => {
    const everyMs = everyMsOf(perSecond);
    let earliest = 0;
    for (;;) {
      const slot = await reserve(name, everyMs, Math.max(await now(), earliest));
      const id = `${name}/${slot}`;
      const at = slot * everyMs;
      try {
        await sweep(at);
        await pause(at - lookMs, signal);
        earliest = Math.max(at, await freeAt(name, slot, perSecond));
        if (earliest <= at + everyMs) {
          await pause(earliest, signal);
          if ((await now()) - earliest <= latestMs) return id;
        }
      } catch (error) {
        giveUp(id).catch(() => undefined);
        throw error;
      }
      await giveUp(id);
      // A lock-out, as a rule. The next one is reserved in its last moments only.
      await pause(earliest - everyMs, signal);
    }
  };

  /**
   * Waits for the next turn of a limit; within a process in the order of the calls.
   * @param name of the limit, such as `airtable/<base>`
   * @throws the reason of the signal; {TributaryError} STORE_UNAVAILABLE
   */
  async function takeTurn(name: string, perSecond: number, signal: AbortSignal): Promise<Turn> {
    signal.throwIfAborted();
    const id = await inOrder(name, signal, () => next(name, perSecond, signal));
    note(id, 'usedAt');
    return guarded({
      lockOut: (ms: number) => lockOut(name, ms),
      ended: () => note(id, 'endedAt'),
    });
  }

  return { takeTurn };
}
