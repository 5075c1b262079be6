import { setTimeout as delay } from 'node:timers/promises';
import { TributaryError } from '../../domain/errors.ts';
import type { Pass, PassBody, Session } from '../api/schemas/sessions.ts';
import type { TributaryClient } from '../tributary-client.ts';
import { createLive, type Live } from './output/live.ts';
import { isSettled, sessionLine } from './session-line.ts';

/** A session and what it is called in the output. */
export interface Watched {
  readonly name: string;
  readonly id: string;
}

export interface WatchOptions {
  /** Where the lines go; none shows nothing. */
  readonly live?: Live | null;
  readonly everyMs?: number;
  /** When to stop looking. @default isSettled */
  readonly until?: (session: Session) => boolean;
}

/** Follows sessions until each has ended or waits in an error status. @returns them as they stand then */
export async function watchSessions(
  api: TributaryClient,
  watched: readonly Watched[],
  { live = createLive(), everyMs = 300, until = isSettled }: WatchOptions = {},
): Promise<Session[]> {
  const width = Math.max(0, ...watched.map(({ name }) => name.length));
  for (;;) {
    const sessions = await Promise.all(watched.map(({ id }) => api.getSession(id)));
    live?.show(sessions.map((session, at) => sessionLine((watched[at]?.name ?? '').padEnd(width), session)));
    if (sessions.every(until)) {
      live?.done();
      return sessions;
    }
    await delay(everyMs);
  }
}

const beginsWithinMs = 30_000;

/**
 * Starts a pass of a connection.
 * @returns the id of its session
 * @throws {TributaryError} SESSION_OPEN, CONNECTION_NOT_READY, ...
 */
export async function startPass(
  api: TributaryClient,
  connectionId: string,
  body: PassBody = {},
): Promise<string> {
  const until = Date.now() + beginsWithinMs;
  const before = await api.getConnection(connectionId);
  const pass = await postPass(api, connectionId, body, until);
  if (pass.sessionId !== null) return pass.sessionId;
  for (;;) {
    const { latestSession: latest } = await api.getConnection(connectionId);
    // A session that was closed in an error goes on under its own number.
    if (latest && (latest.number !== before.latestSession?.number || !isSettled(latest))) return latest.id;
    if (Date.now() > until)
      throw new Error(
        `${connectionId}: no session began within ${beginsWithinMs / 1000} s. Does a worker run?`,
      );
    await delay(200);
  }
}

/** The run of a session outlives its last status by a moment: then there is no open session to be named. */
async function postPass(
  api: TributaryClient,
  connectionId: string,
  body: PassBody,
  until: number,
): Promise<Pass> {
  for (;;) {
    try {
      return await api.startSession(connectionId, body);
    } catch (error) {
      const ending =
        error instanceof TributaryError && error.code === 'SESSION_OPEN' && error.details.sessionId === null;
      if (!ending || Date.now() > until) throw error;
      await delay(200);
    }
  }
}
