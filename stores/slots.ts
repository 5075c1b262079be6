import type { Db } from 'mongodb';
import {
  type FullCap,
  fullCapOf,
  grantSlots,
  isOfLaterSession,
  isTakenAfter,
  type SessionCaps,
  type Turn,
} from '../domain/slots.ts';
import { changeWhere, getOne, insertOnce, type TextId, untilWon } from './commands.ts';
import { collections } from './names.ts';

/**
 * Who works and who waits for a turn: one document, `_id` "room", so that every decision is one compare-and-set.
 * A slot that becomes free is granted with the write that frees it.
 */
export interface SlotRoomDoc extends TextId {
  readonly seq: number;
  /** Place of the next one that comes. */
  readonly next: number;
  readonly turns: readonly Turn[];
}

/** Who asks for slots. */
export type SlotRequest = Omit<Turn, 'state' | 'since' | 'order' | 'cap'>;

/** Turns that end: those of a session that asked with a later status write stay, and those of a later session. */
export interface SlotReturn {
  readonly connectionId: string;
  readonly sessionId: string;
  /** Number of the status write after which it needs none any more. */
  readonly seq: number;
}

const roomId = 'room';
const empty: SlotRoomDoc = { _id: roomId, seq: 0, next: 1, turns: [] };

/** The room of slots. Every change names the turns that were granted by it: whose sessions have to be told. */
export function createSlots(db: Db) {
  const rooms = db.collection<SlotRoomDoc>(collections.slots);
  // Those of one process go one after the other: compare-and-set is left to settle it between processes.
  let last: Promise<unknown> = Promise.resolve();

  const read = async (): Promise<SlotRoomDoc> => (await getOne(rooms, roomId)) ?? empty;

  function change<T>(step: (room: SlotRoomDoc) => { next: SlotRoomDoc; result: T }): Promise<T> {
    const run = () =>
      untilWon('slots', async () => {
        const room = await getOne(rooms, roomId);
        if (room === null) {
          await insertOnce(rooms, empty);
          return undefined;
        }
        const { next, result } = step(room);
        if (next === room) return { result };
        const changed = { seq: room.seq + 1, next: next.next, turns: next.turns };
        return (await changeWhere(rooms, roomId, 'seq', room.seq, changed)) ? { result } : undefined;
      }).then(({ result }) => result);
    const mine = last.then(run, run);
    last = mine.catch(() => undefined);
    return mine;
  }

  return {
    /** Everybody who works or waits. */
    turns: async (): Promise<readonly Turn[]> => (await read()).turns,
    /** What a session of the connection waits for now; null: for nothing. */
    waitsFor: async (connectionId: string): Promise<FullCap | null> =>
      fullCapOf((await read()).turns, connectionId),

    /**
     * Takes a slot of each cap, or a place in the queue; asked again, it gives what there is.
     * @returns what it waits for, null if it may work
     */
    take(
      request: SlotRequest,
      caps: SessionCaps,
      at: Date,
    ): Promise<{ readonly waits: FullCap | null; readonly granted: readonly Turn[] }> {
      return change((room) => {
        const { connectionId } = request;
        const mine = room.turns.find((turn) => turn.connectionId === connectionId);
        // An attempt that comes late: the next session has begun.
        if (mine !== undefined && isOfLaterSession(mine, request))
          return { next: room, result: { waits: null, granted: [] } };
        const stays = mine?.pool === request.pool && mine.app === request.app;
        const others = room.turns.filter((turn) => turn !== mine);
        const before: Turn =
          mine !== undefined && stays
            ? { ...mine, ...request }
            : { ...request, state: 'waiting', since: at, order: room.next };
        const { turns, granted } = grantSlots([...others, before], caps, at);
        const after = turns.map((turn) =>
          turn.connectionId === connectionId && turn.state === 'granted'
            ? { ...turn, state: 'working' as const }
            : turn,
        );
        return {
          next: { ...room, next: stays ? room.next : room.next + 1, turns: after },
          result: {
            waits: fullCapOf(after, connectionId),
            granted: granted.filter((turn) => turn.connectionId !== connectionId),
          },
        };
      });
    },

    /** Ends turns, which may be over already, and grants what becomes free by it; without any it only grants. */
    give(
      returns: readonly SlotReturn[],
      caps: SessionCaps,
      at: Date,
    ): Promise<{ readonly granted: readonly Turn[] }> {
      return change((room) => {
        const ends = (turn: Turn) =>
          returns.some((one) => turn.connectionId === one.connectionId && !isTakenAfter(turn, one));
        const { turns, granted } = grantSlots(
          room.turns.filter((turn) => !ends(turn)),
          caps,
          at,
        );
        const same = granted.length === 0 && turns.length === room.turns.length;
        return { next: same ? room : { ...room, turns }, result: { granted } };
      });
    },
  };
}

export type Slots = ReturnType<typeof createSlots>;
