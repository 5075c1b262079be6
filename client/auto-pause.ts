import type { Logger } from 'pino';
import { autoPauseActor } from '../activities/lifecycle/auto-pause.ts';
import { TributaryError } from '../domain/errors.ts';
import type { AutoPause, ConnectionDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import { createPeriodic, type Periodic } from './periodic.ts';
import type { SessionsPort } from './sessions-port.ts';

const dayMs = 86_400_000;
/** Share of either bound at which the warning is due. */
const warningShare = 0.7;

/** When a connection is paused by itself unless it says otherwise. */
export const defaultAutoPause: AutoPause = { failures: 10, days: 7 };

/** What the job is made of. */
export interface AutoPauseOptions {
  readonly stores: Pick<Stores, 'connections' | 'events'>;
  readonly sessions: Pick<SessionsPort, 'procedure'>;
  readonly log: Logger;
  /** For connections that have none of their own. @default 10 failures and 7 days */
  readonly bounds?: AutoPause;
  /** Between two rounds. @default 600000 */
  readonly intervalMs?: number;
  readonly now?: () => Date;
}

/** The bounds that count for a connection; null: it is never paused by itself. */
export const autoPauseOf = (
  { autoPause }: Pick<ConnectionDoc, 'autoPause'>,
  bounds: AutoPause,
): AutoPause | null => (autoPause === undefined ? bounds : autoPause);

/**
 * Pauses connections whose sessions keep failing: so many times and for so long, both. A warning comes before, and a
 * day passes between the two at least. Of several processes that look, one pauses.
 */
export function createAutoPause(options: AutoPauseOptions): Periodic {
  const { stores, log, bounds = defaultAutoPause, intervalMs = 600_000, now = () => new Date() } = options;

  async function lookAt(connection: ConnectionDoc): Promise<void> {
    const limits = autoPauseOf(connection, bounds);
    const { failing } = connection;
    if (limits === null || !failing?.since) return;
    const { count, since } = failing;
    const days = (now().getTime() - since.getTime()) / dayMs;
    const near =
      count >= limits.failures * warningShare ||
      days >= Math.min(limits.days * warningShare, limits.days - 1);
    if (!near) return;
    const warnedAt = await warn(options, connection, { count, since, limits, at: now() });
    const due = count >= limits.failures && days >= limits.days;
    if (due && now().getTime() - warnedAt.getTime() >= dayMs) await pause(options, connection, count, since);
  }

  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not look at the connections that fail; it is tried again',
    work: async () => {
      for (const connection of await stores.connections.list())
        if (connection.status === 'STARTED' && connection.ownCode === null)
          await lookAt(connection).catch((error: unknown) =>
            log.warn({ connectionId: connection._id, err: error }, 'could not pause by itself; tried again'),
          );
    },
  });
}

/** Once for each time that it began to fail. @returns when it was written */
async function warn(
  { stores }: AutoPauseOptions,
  { _id: connectionId, generation, company, app }: ConnectionDoc,
  {
    count,
    since,
    limits,
    at,
  }: {
    readonly count: number;
    readonly since: Date;
    readonly limits: AutoPause;
    readonly at: Date;
  },
): Promise<Date> {
  const _id = `${connectionId}/${generation}/AutoPauseWarning/${since.toISOString()}`;
  const known = await stores.events.get(_id);
  if (known !== null) return known.at;
  await stores.events.put({
    ...{ _id, type: 'AutoPauseWarning', connectionId, company, app, at },
    ...{ sessionId: null, connectLink: null },
    data: {
      failures: count,
      since: since.toISOString(),
      pausesAtFailures: limits.failures,
      pausesAfterDays: limits.days,
    },
  });
  return at;
}

async function pause(
  { stores, sessions, log }: AutoPauseOptions,
  { _id }: ConnectionDoc,
  count: number,
  since: Date,
): Promise<void> {
  // It may have succeeded meanwhile.
  const connection = await stores.connections.get(_id);
  if (connection?.failing?.since?.getTime() !== since.getTime()) return;
  const note = `Its sessions failed ${count} times since ${since.toISOString()}, without a success between. Mend the cause, then resume it.`;
  try {
    await sessions.procedure(connection, { name: 'pause', by: autoPauseActor, note });
    log.warn({ connectionId: _id, failures: count, since }, 'paused by itself');
  } catch (error) {
    // A person, or another process of ours, was first.
    const others = ['PROCEDURE_RUNNING', 'PROCEDURE_REFUSED', 'PROCEDURE_TAKEN_OVER'];
    if (!(error instanceof TributaryError && others.includes(error.code))) throw error;
  }
}
