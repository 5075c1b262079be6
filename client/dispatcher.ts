import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { InboxEntry } from '../stores/inbox.ts';
import type { Stores } from '../stores/open.ts';
import { tidyInbox } from './inbox-tidy.ts';
import type { SessionsPort } from './sessions-port.ts';
import type { SlotKeeper } from './slots.ts';

/** What the dispatcher is made of. */
export interface DispatcherOptions {
  readonly stores: Pick<Stores, 'inbox' | 'connections' | 'sessions' | 'exchanges' | 'statistics'>;
  readonly sessions: Pick<SessionsPort, 'tell'>;
  /** Looks after queues of sessions that wait for their turn; none: they rely on the signals. */
  readonly slots?: SlotKeeper;
  readonly log: Logger;
  /** Between two rounds that nobody asked for. @default 10000 */
  readonly intervalMs?: number;
  /** Statistics are deleted after so many days. @default 365 */
  readonly statisticsDays?: number;
}

/** Tells sessions of what lies in the inbox. */
export interface Dispatcher {
  /** Begins with a round at once. */
  start(): void;
  /** Ends after the round that runs. */
  stop(): Promise<void>;
  /** Something was stored: a round now, or one more after the one that runs. Returns at once. */
  nudge(connectionId?: string): void;
}

const entriesPerRound = 500;
/** Between two rounds at a time when much comes: what comes meanwhile is told together. */
const pauseMs = 100;
const tidyEveryMs = 3_600_000;
const dayMs = 86_400_000;
const exchangesKeptMs = 7 * dayMs;

/**
 * Makes a dispatcher. An entry is marked told only after its session was signaled, so what fails is told again in the
 * next round. Once an hour it tidies the store. Two dispatchers tell an entry twice at worst, which sessions take as once.
 */
export function createDispatcher({
  stores,
  sessions,
  slots,
  log,
  intervalMs = 10_000,
  statisticsDays = 365,
}: DispatcherOptions): Dispatcher {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let tidiedAt = 0;

  async function tidy(): Promise<void> {
    if (Date.now() - tidiedAt < tidyEveryMs) return;
    tidiedAt = Date.now();
    await tidyInbox({ stores, sessions }, new Date());
    await stores.exchanges.expire(new Date(Date.now() - exchangesKeptMs));
    await stores.statistics.expire(new Date(Date.now() - statisticsDays * dayMs));
  }

  async function tellAll(): Promise<void> {
    const untold = await stores.inbox.untold(entriesPerRound);
    for (const connectionId of new Set(untold.map((entry) => entry.connectionId))) {
      const entries = untold.filter((entry) => entry.connectionId === connectionId);
      try {
        await tellOne(connectionId, entries);
      } catch (error) {
        log.warn({ connectionId, err: error }, 'could not tell the session; it is tried again');
      }
    }
  }

  async function tellOne(connectionId: string, entries: readonly InboxEntry[]): Promise<void> {
    const connection = await stores.connections.get(connectionId);
    // Nobody is there any more to be told.
    if (connection !== null && connection.status !== 'DISCONNECTED') await sessions.tell(connection);
    const at = new Date();
    await stores.inbox.markAllTold(
      entries.map(({ _id }) => _id),
      at,
    );
  }

  async function rounds(): Promise<void> {
    do {
      if (again) await delay(pauseMs);
      again = false;
      try {
        await tellAll();
        await tidy();
      } catch (error) {
        log.warn({ err: error }, 'could not read the inbox; it is tried again');
      }
      try {
        await slots?.look();
      } catch (error) {
        log.warn({ err: error }, 'could not look after the slots; it is tried again');
      }
    } while (again);
  }

  function round(): void {
    again = running !== undefined;
    running ??= rounds().finally(() => {
      running = undefined;
    });
  }

  return {
    start() {
      timer ??= setInterval(round, intervalMs);
      round();
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      again = false;
      await running;
    },
    nudge: round,
  };
}
