import { sessionIdOf } from '../../domain/contracts.ts';
import { addLedgers, emptyLedger, type Ledger } from '../../domain/ledger.ts';
import { eventOfMove, eventOfStatus } from '../../domain/outbound.ts';
import type {
  ConnectionDoc,
  OutboundDoc,
  OutboundPlace,
  ProcedureDoc,
  SessionDoc,
  TimelineDoc,
} from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';

/** What events are found in. */
export type FoundStores = Pick<
  Stores,
  'sessions' | 'procedures' | 'receipts' | 'events' | 'loading' | 'structuring'
>;

/** What is known of an event before it has its number. */
export type FoundEvent = Pick<
  OutboundDoc,
  'source' | 'type' | 'sessionId' | 'code' | 'reason' | 'counts' | 'linkOf' | 'at'
>;

/** Something that happened: how far one has read with it, and the event, if others are told of it. */
export interface Happened {
  readonly at: Date;
  readonly place: Partial<OutboundPlace>;
  readonly event: FoundEvent | null;
}

const sessionsPerRead = 50;
const bare = { sessionId: null, code: null, reason: null, counts: {}, linkOf: null } as const;

/**
 * What happened to a connection after a place, as it is written already: timelines of its sessions, its procedures, its
 * receipts, its own revocation. Nothing else is remembered anywhere, so nothing is lost with whoever reads.
 * @param floor What happened before concerns nobody: it is passed over.
 */
export async function findHappened(
  stores: FoundStores,
  connection: ConnectionDoc,
  place: OutboundPlace,
  floor: Date,
): Promise<readonly Happened[]> {
  const own = await ofRevocation(stores, connection, place);
  // In the order of the table of each; between them the earlier one first.
  return merged([
    await ofSessions(stores, connection, place, floor),
    await ofProcedures(stores, connection, place),
    await ofReceipts(stores, connection, place),
    own,
  ]).map((one) => (one.at < floor ? { ...one, event: null } : one));
}

function merged(lists: readonly (readonly Happened[])[]): Happened[] {
  const rest = lists.map((list) => [...list]);
  const all: Happened[] = [];
  for (;;) {
    const heads = rest.filter((list) => list.length > 0);
    heads.sort((a, b) => (a[0]?.at.getTime() ?? 0) - (b[0]?.at.getTime() ?? 0));
    const next = heads[0]?.shift();
    if (next === undefined) return all;
    all.push(next);
  }
}

async function ofSessions(
  stores: FoundStores,
  connection: ConnectionDoc,
  place: OutboundPlace,
  floor: Date,
): Promise<Happened[]> {
  const { _id, latestSession } = connection;
  const first = place.session + 1;
  const last = Math.min(latestSession, first + sessionsPerRead - 1);
  const numbers = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const docs = await stores.sessions.getMany(numbers.map((number) => sessionIdOf(_id, number)));
  const found: Happened[] = [];
  for (const number of numbers) {
    const session = docs.find((doc) => doc.number === number);
    const from = number === first ? place : { seq: 0, windowOver: 0 };
    // Only the newest session of all can go on; before it was read, the newest one was known.
    const isOver = number < latestSession || (session?.closedBy != null && session.closedBy !== 'window');
    if (session !== undefined && !(session.closedAt !== null && session.closedAt < floor))
      found.push(...(await ofSession(stores, session, from)));
    const at = found.at(-1)?.at ?? new Date(0);
    if (isOver) found.push({ at, place: { session: number, seq: 0, windowOver: 0 }, event: null });
  }
  return found;
}

async function ofSession(
  stores: FoundStores,
  session: SessionDoc,
  from: Pick<OutboundPlace, 'seq' | 'windowOver'>,
): Promise<Happened[]> {
  const { _id, seq } = session;
  const windows = windowsOver(session).filter((one) => one.seq > from.windowOver && one.seq <= seq);
  if (seq <= from.seq && windows.length === 0) return [];
  const timeline = await stores.sessions.timeline(_id);
  const found: Happened[] = [];
  const tellWindows = (before: number): void => {
    for (let one = windows[0]; one !== undefined && one.seq < before; one = windows[0]) {
      windows.shift();
      const source = `${_id}/${one.seq}/Error/WINDOW_OVER`;
      const code = timeline.find((entry) => entry.seq === one.seq)?.to ?? session.status;
      const event = { ...bare, source, type: 'Error' as const, sessionId: _id, code, reason: 'WINDOW_OVER' };
      found.push({ at: one.at, place: { windowOver: one.seq }, event: { ...event, at: one.at } });
    }
  };
  // What is ahead of the session's own count may be taken back.
  for (const entry of timeline.filter((one) => one.seq > from.seq && one.seq <= seq)) {
    tellWindows(entry.seq);
    found.push({ at: entry.at, place: { seq: entry.seq }, event: await ofEntry(stores, session, entry) });
  }
  tellWindows(Number.POSITIVE_INFINITY);
  return found;
}

/** Those that were over before the session went on too, so that none is passed over by who looks late. */
const windowsOver = ({ windowsOver, closedBy, closedAt, seq }: SessionDoc) =>
  windowsOver ?? (closedBy === 'window' && closedAt !== null ? [{ seq, at: closedAt }] : []);

async function ofEntry(
  stores: FoundStores,
  session: SessionDoc,
  { _id, to, reason, at }: TimelineDoc,
): Promise<FoundEvent | null> {
  const type = eventOfStatus(to);
  if (type === null) return null;
  const linkOf =
    type === 'Deauthorized' ? deauthorizedId(session.connectionId, session.generation, at) : null;
  const counts = await countsOf(stores, session, to);
  return { source: `${_id}/${type}`, type, sessionId: session._id, code: to, reason, counts, linkOf, at };
}

/** Rows and records, where the status means that they are known. */
async function countsOf(
  stores: FoundStores,
  { _id, resources }: SessionDoc,
  code: number,
): Promise<Readonly<Record<string, number>>> {
  if (code === 12) {
    const checkpoints = await stores.loading.checkpoints(_id, resources);
    return {
      resources: checkpoints.length,
      rows: checkpoints.reduce((sum, { rows }) => sum + rows, 0),
    };
  }
  if (code !== 15 && code !== 18 && code !== 19) return {};
  const runs = await stores.structuring.many(_id, resources);
  const total: Ledger = runs.reduce((sum, { ledger }) => addLedgers(sum, ledger), emptyLedger);
  return { resources: runs.length, ...total };
}

/** A procedure that has not ended yet is waited for, unless a later one took over. */
async function ofProcedures(
  { procedures }: FoundStores,
  { _id, fence = 0 }: ConnectionDoc,
  place: OutboundPlace,
): Promise<Happened[]> {
  if (fence <= place.procedure) return [];
  const limit = fence - place.procedure;
  const docs = await procedures.list(_id, { fence, limit, before: fence + 1 });
  const found: Happened[] = [];
  for (let number = place.procedure + 1; number <= fence; number++) {
    const doc = docs.find((one) => one.number === number);
    if (doc !== undefined && doc.endedAt === null && number === fence) break;
    const events = doc === undefined ? [] : movesOf(doc);
    found.push(...events);
    found.push({ at: events.at(-1)?.at ?? new Date(0), place: { procedure: number }, event: null });
  }
  return found;
}

const movesOf = ({ connectionId, generation, number, steps }: ProcedureDoc): Happened[] =>
  Object.entries(steps).flatMap(([step, at]) => {
    const type = eventOfMove(step);
    // The same id as in the connection's own list of events.
    const source = `${connectionId}/${generation}/${type}/${number}`;
    return type === null ? [] : [{ at, place: {}, event: { ...bare, source, type, at } }];
  });

async function ofReceipts(
  { receipts }: FoundStores,
  { _id, generation }: ConnectionDoc,
  place: OutboundPlace,
): Promise<Happened[]> {
  const found: Happened[] = [];
  for (let one = place.generation + 1; one <= generation; one++) {
    const receipt = await receipts.get(`${_id}/${one}`);
    const type = eventOfMove('disconnect');
    if (receipt === null && one === generation) break;
    const at = receipt?.at ?? new Date(0);
    const source = `${_id}/${one}/${type}`;
    const event = receipt === null || type === null ? null : { ...bare, source, type, code: 26, at };
    found.push({ at, place: { generation: one }, event });
  }
  return found;
}

const deauthorizedId = (connectionId: string, generation: number, at: Date): string =>
  `${connectionId}/${generation}/Deauthorized/${at.toISOString()}`;

/** A revocation that came while no session was open; what a session tells is on its timeline. */
async function ofRevocation(
  { events }: FoundStores,
  { _id, generation, ownCode, ownCodeSince }: ConnectionDoc,
  place: OutboundPlace,
): Promise<Happened[]> {
  if (ownCode !== 8 || ownCodeSince === null) return [];
  const since = ownCodeSince.toISOString();
  if (place.deauthorizedAt === since) return [];
  const linkOf = deauthorizedId(_id, generation, ownCodeSince);
  const known = await events.get(linkOf);
  // It is written right after the connection's change, and tells whether a session found it out.
  if (known === null) return [];
  const event = { ...bare, source: linkOf, type: 'Deauthorized' as const, code: 8, linkOf, at: ownCodeSince };
  return [
    {
      at: ownCodeSince,
      place: { deauthorizedAt: since },
      event: known.sessionId === null ? { ...event, reason: 'GRANT_REVOKED' } : null,
    },
  ];
}
