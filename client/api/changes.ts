import { sessionIdOf } from '../../domain/contracts.ts';
import { changeId } from '../../stores/feed.ts';
import type { ChangeDoc, ConnectionDoc, FeedDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { invalid } from './problem.ts';
import type { ChangeItem, Changes } from './schemas/records.ts';
import { recordView } from './views/record.ts';

/** Place in the feed of a connection: number of the session, part of its seal, change document, key in it. */
type Place = readonly [session: number, part: number, n: number, key: number];

const start: Place = [1, 0, 0, 0];
const sessionsPerRead = 100;

/** A cursor names its connection: taken to another one it would pass over changes in silence. */
const written = (connectionId: string, place: Place): string =>
  Buffer.from(JSON.stringify([connectionId, ...place])).toString('base64url');

/** @throws {TributaryError} INVALID_INPUT */
function parsed(cursor: string, { _id, sealedSession }: ConnectionDoc): Place {
  try {
    const [connectionId, ...place]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (
      connectionId === _id &&
      place.length === 4 &&
      place.every((part) => Number.isSafeInteger(part) && Number(part) >= 0) &&
      Number(place[0]) <= sealedSession + 1
    )
      return place as unknown as Place;
  } catch {
    // Not one of ours: said below.
  }
  throw invalid({ path: 'querystring.cursor', message: 'is not a cursor of this connection' });
}

type Found = Omit<ChangeItem, 'record'>;

/**
 * Reads the change feed of a connection from a cursor on: sealed sessions in their order, by ids only. What a session
 * changed is visible from its seal on; `record` is the record as it is now.
 */
export async function readChanges(
  { stores }: RouteDeps,
  connection: ConnectionDoc,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<Changes> {
  const { _id: connectionId, sealedSession } = connection;
  const items: Found[] = [];
  let place = cursor === undefined ? start : parsed(cursor, connection);
  while (place[0] <= sealedSession && items.length < limit) {
    const first = place[0];
    const last = Math.min(sealedSession, first + sessionsPerRead - 1);
    const ids = Array.from({ length: last - first + 1 }, (_, index) =>
      sessionIdOf(connectionId, first + index),
    );
    for (const seal of await stores.feed.getMany(ids)) {
      const from: Place = seal.number === place[0] ? place : [seal.number, 0, 0, 0];
      place = await readSeal(seal, from);
      if (items.length >= limit) break;
    }
    // Numbers without a seal (a session that ended otherwise) are passed over.
    if (items.length < limit && place[0] <= last) place = [last + 1, 0, 0, 0];
  }
  const more = place[0] <= sealedSession;
  return { items: await withRecords(items), cursor: written(connectionId, place), more };

  /** Adds what is left of one session; returns the place after it. */
  async function readSeal(seal: FeedDoc, from: Place): Promise<Place> {
    let [, partIndex, n, key] = from;
    for (; partIndex < seal.parts.length; partIndex++, n = 0) {
      const part = seal.parts[partIndex];
      for (; part !== undefined && n < part.changes; n++, key = 0) {
        const change = await stores.feed.change(changeId(part.sessionId, part.resource, n));
        const all = change === null ? [] : entriesOf(change, seal._id, part.resource);
        const taken = all.slice(key, key + limit - items.length);
        items.push(...taken);
        key += taken.length;
        if (key < all.length) return [seal.number, partIndex, n, key];
      }
    }
    return [seal.number + 1, 0, 0, 0];
  }

  async function withRecords(found: readonly Found[]): Promise<ChangeItem[]> {
    const current = new Map<string, ChangeItem['record']>();
    for (const resource of new Set(found.map((item) => item.resource))) {
      const keys = found
        .filter((item) => item.resource === resource && item.kind !== 'deleted')
        .map(({ key }) => key);
      const records = stores.records.of(connectionId, connection.generation, resource);
      for (const doc of await records.getMany([...new Set(keys)]))
        current.set(JSON.stringify([resource, doc._id]), recordView(doc));
    }
    return found.map((item) => {
      const record =
        item.kind === 'deleted' ? undefined : current.get(JSON.stringify([item.resource, item.key]));
      return record === undefined ? item : { ...item, record };
    });
  }
}

const entriesOf = ({ added, updated, deleted }: ChangeDoc, session: string, resource: string): Found[] =>
  (
    [
      ['added', added],
      ['updated', updated],
      ['deleted', deleted],
    ] as const
  ).flatMap(([kind, keys]) => keys.map((key) => ({ session, resource, key, kind })));
