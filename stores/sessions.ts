import type { Db } from 'mongodb';
import { type Actor, parseSessionId, type Scope, sessionIdOf } from '../domain/contracts.ts';
import { TributaryError } from '../domain/errors.ts';
import type { Substage } from '../domain/session.ts';
import { byId, getMany, getOne, insertOnce, notThere, removeMany } from './commands.ts';
import type { Connections } from './connections.ts';
import type { ConnectionDoc, SessionDoc, SubstageState, TimelineDoc } from './model.ts';
import { collections } from './names.ts';
import { createStatusWriter } from './status.ts';

/** What a new session starts from. */
export interface NewSession {
  readonly connection: ConnectionDoc;
  /** Run of the workflow that opens it: the same run gets the same session, however often it asks. */
  readonly runId: string;
  readonly openedBy: Actor;
  readonly scope: Scope;
  readonly resources: readonly string[];
  readonly at: Date;
}

/** A page of the sessions of a connection. */
export interface SessionPage {
  readonly connectionId: string;
  readonly limit: number;
  /** Only sessions with a smaller number. */
  readonly before?: number;
}

type ClosedBy = NonNullable<SessionDoc['closedBy']>;

/** A run that died between a timeline entry and its status leaves entries this far ahead at most. */
const mostStepsAhead = 10;
/** Windows that were over, the newest ones. */
const mostWindows = 50;

/** Sessions and their timeline. */
export function createSessions(db: Db, connections: Connections) {
  const sessions = db.collection<SessionDoc>(collections.sessions);
  const timeline = db.collection<TimelineDoc>(collections.timeline);

  const read = async (sessionId: string): Promise<SessionDoc> => {
    const doc = await getOne(sessions, sessionId);
    if (doc === null) throw notThere('session', sessionId);
    return doc;
  };
  const set = async (sessionId: string, change: Readonly<Record<string, unknown>>): Promise<void> => {
    const { matchedCount } = await sessions.updateOne(byId(sessionId), { $set: change });
    if (matchedCount === 0) throw notThere('session', sessionId);
  };

  return {
    ...createStatusWriter(sessions, timeline),

    /**
     * Makes the next session of a connection; status null, seq 0. Numbers are taken by insert: two runs at once get
     * two numbers. Then `latestSession` of the connection is raised.
     */
    async allocate(start: NewSession): Promise<SessionDoc> {
      const { connection, runId } = start;
      const latest = (await connections.get(connection._id))?.latestSession ?? connection.latestSession;
      const recent = await getMany(sessions, idsBelow(connection._id, latest + 1, 5));
      let doc = recent.find((one) => one.runIds.includes(runId));
      for (let number = latest + 1; doc === undefined; number++) {
        const fresh = newSession(start, number);
        if (await insertOnce(sessions, fresh)) doc = fresh;
        else {
          const taken = await getOne(sessions, fresh._id);
          if (taken?.runIds.includes(runId)) doc = taken;
        }
      }
      const { number } = doc;
      await connections.change(connection._id, (now) =>
        now.latestSession >= number ? null : { latestSession: number },
      );
      return doc;
    },

    /**
     * A later run continues the session: its id is added, the session is open again. Timeline entries whose status
     * was never written are removed, else the new run could not write these numbers.
     * @throws {TributaryError} NOT_FOUND; ILLEGAL_MOVE if the session is closed for good
     */
    async adopt(sessionId: string, runId: string): Promise<SessionDoc> {
      const doc = await read(sessionId);
      if (doc.runIds.includes(runId) && doc.closedAt === null) return doc;
      if (doc.closedBy !== null && doc.closedBy !== 'window')
        throw new TributaryError(
          'ILLEGAL_MOVE',
          `Session "${sessionId}" is ${doc.closedBy}: it cannot be continued.`,
          {
            code: doc.status,
          },
        );
      await removeMany(timeline, numbered(sessionId, doc.seq + 1, doc.seq + mostStepsAhead));
      await sessions.updateOne(byId(sessionId), {
        $addToSet: { runIds: runId },
        $set: { closedAt: null, closedBy: null },
      });
      return read(sessionId);
    },

    get: (sessionId: string): Promise<SessionDoc | null> => getOne(sessions, sessionId),
    /** Those that are there, in the order of the ids. */
    getMany: (sessionIds: readonly string[]): Promise<SessionDoc[]> => getMany(sessions, sessionIds),
    /** Newest first, by their ids: never a scan. */
    async list({ connectionId, limit, before }: SessionPage): Promise<SessionDoc[]> {
      const latest = (await connections.get(connectionId))?.latestSession ?? 0;
      return getMany(sessions, idsBelow(connectionId, Math.min(before ?? latest + 1, latest + 1), limit));
    },

    setHeld: (sessionId: string, held: SessionDoc['held']): Promise<void> => set(sessionId, { held }),
    setWaiting: (sessionId: string, waitingFor: SessionDoc['waitingFor']): Promise<void> =>
      set(sessionId, { waitingFor }),
    setResources: (sessionId: string, resources: SessionDoc['resources']): Promise<void> =>
      set(sessionId, { resources }),
    setUntil: (sessionId: string, until: Date | null): Promise<void> => set(sessionId, { until }),
    setQuarantineLeft: (sessionId: string, quarantineLeft: number | null): Promise<void> =>
      set(sessionId, { quarantineLeft }),
    setSubstage: (sessionId: string, substage: Substage, state: SubstageState): Promise<void> =>
      set(sessionId, { [`substages.${substage}`]: state }),

    /** The run ended. A session that is closed for good stays as it is; one whose window was over may still be. */
    async close(sessionId: string, closedBy: ClosedBy, at: Date): Promise<SessionDoc> {
      const doc = await read(sessionId);
      if (doc.closedBy !== null && (doc.closedBy !== 'window' || closedBy === 'window')) return doc;
      const windowsOver =
        closedBy === 'window'
          ? { windowsOver: [...(doc.windowsOver ?? []), { seq: doc.seq, at }].slice(-mostWindows) }
          : {};
      const change = { closedBy, closedAt: at, until: null, ...windowsOver };
      await set(sessionId, change);
      return { ...doc, ...change };
    },

    /** Every transition, first one first. */
    async timeline(sessionId: string): Promise<TimelineDoc[]> {
      const doc = await getOne(sessions, sessionId);
      return doc === null ? [] : getMany(timeline, numbered(sessionId, 1, doc.seq));
    },
  };
}

/** Ids of the `limit` sessions with a number below `before`, newest first. */
export function idsBelow(connectionId: string, before: number, limit: number): string[] {
  const count = Math.max(0, Math.min(limit, before - 1));
  return Array.from({ length: count }, (_, index) => sessionIdOf(connectionId, before - 1 - index));
}

const numbered = (prefix: string, first: number, last: number): string[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => `${prefix}/${first + index}`);

function newSession(
  { connection, runId, openedBy, scope, resources, at }: NewSession,
  number: number,
): SessionDoc {
  return {
    _id: sessionIdOf(connection._id, number),
    connectionId: connection._id,
    company: connection.company,
    app: connection.app,
    number,
    generation: connection.generation,
    runIds: [runId],
    openedBy,
    scope,
    resources,
    status: null,
    reason: null,
    detail: null,
    failedResources: [],
    since: at,
    seq: 0,
    held: null,
    until: null,
    substages: {},
    webhookPending: false,
    openedAt: at,
    closedAt: null,
    closedBy: null,
  };
}

/** The connection of a session id. @throws {TributaryError} NOT_FOUND if the id has not that form */
export function connectionOf(sessionId: string): string {
  const parsed = parseSessionId(sessionId);
  if (parsed === null) throw notThere('session', sessionId);
  return parsed.connectionId;
}
