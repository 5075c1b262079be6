import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Logger } from 'pino';
import { sessionMessages, sessionWorkflowId } from '../domain/contracts.ts';
import { needsSlots } from '../domain/session.ts';
import type { SessionCaps, Turn } from '../domain/slots.ts';
import type { Stores } from '../stores/open.ts';
import type { SlotReturn } from '../stores/slots.ts';

/** What the keeper is made of. */
export interface SlotKeeperOptions {
  readonly client: Client;
  readonly stores: Pick<Stores, 'slots' | 'sessions'>;
  readonly caps: SessionCaps;
  readonly log: Logger;
  /** How long an answer of the engine is waited for. @default 5000 */
  readonly answerMs?: number;
}

/** Looks after the room of slots; the dispatcher asks it in every round. */
export interface SlotKeeper {
  /** Frees what ended sessions left, grants what is free, and tells those whose turn it is and who were not heard of. */
  look(): Promise<void>;
}

/**
 * Makes a keeper. It mends what a lost signal, a session that was ended from outside, or a changed setting leaves
 * behind; without one of these it only reads the room. Several keepers harm nothing.
 */
export function createSlotKeeper({
  client,
  stores,
  caps,
  log,
  answerMs = 5_000,
}: SlotKeeperOptions): SlotKeeper {
  const sessionOf = ({ connectionId }: Turn) => client.workflow.getHandle(sessionWorkflowId(connectionId));
  const asked = <T>(ask: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + answerMs, ask);

  async function isOpen(turn: Turn): Promise<boolean> {
    try {
      const { status } = await asked(() => sessionOf(turn).describe());
      return status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  /** Turns of sessions that stand, by the store, or whose workflow has ended. */
  async function leftBehind(turns: readonly Turn[]): Promise<SlotReturn[]> {
    const sessions = await stores.sessions.getMany(turns.map(({ sessionId }) => sessionId));
    const left: SlotReturn[] = [];
    for (const turn of turns) {
      const session = sessions.find(({ _id }) => _id === turn.sessionId);
      // A turn is taken before the status is written that it is for.
      const known = session !== undefined && session.seq >= turn.seq;
      const stands = known && (!needsSlots(session.status) || session.held !== null);
      // A waiting one that has ended is found when it is its turn: only those that hold slots are looked for.
      if (stands || (turn.state !== 'waiting' && !(await isOpen(turn)))) left.push(turn);
    }
    return left;
  }

  async function tell(turn: Turn): Promise<void> {
    const { connectionId } = turn;
    await asked(() => sessionOf(turn).signal(sessionMessages.slotsFree)).catch((error: unknown) =>
      log.warn({ connectionId, err: error }, 'could not tell a session its turn; it is tried again'),
    );
  }

  return {
    async look() {
      const turns = await stores.slots.turns();
      // Nobody waits: then nobody misses what is left behind.
      if (turns.every(({ state }) => state === 'working')) return;
      const unheard = turns.filter(({ state }) => state === 'granted');
      const left = await leftBehind(turns);
      if (left.length > 0) log.info({ sessions: left.length }, 'slots of sessions that ended are free again');
      const { granted } = await stores.slots.give(left, caps, new Date());
      const open = unheard.filter((turn) => !left.some((one) => one.connectionId === turn.connectionId));
      for (const turn of [...open, ...granted]) await tell(turn);
    },
  };
}
