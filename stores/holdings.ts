import { BSON, type Collection, type Db, type Filter } from 'mongodb';
import { syncRunIdOf } from '../domain/sync-contracts.ts';
import { chunksOf, getMany, getOne, idsPerRead, removeMany, type TextId } from './commands.ts';
import { cursorId } from './cursors.ts';
import { grantId } from './grants.ts';
import { batchIds } from './ids.ts';
import { type Count, createKeyed } from './keyed.ts';
import { below } from './merges.ts';
import type { ConnectionDoc, ReportTypeDoc, SessionDoc, SyncDoc } from './model.ts';
import {
  acrossCollection,
  acrossParts,
  analysisCollection,
  analysisParts,
  collections,
  mergeCollection,
  mergeParts,
  quarantineCollection,
  recordsCollection,
  reportDeliveriesCollection,
  reportRowsCollection,
  syncListsCollection,
  syncPacksCollection,
  syncRecordsCollection,
  tombstonesCollection,
} from './names.ts';
import { clearConnection, clearedParts, holdsSecrets } from './scrub.ts';
import { idsBelow } from './sessions.ts';

/** One generation of a connection, with every resource that it may have something of. */
export interface Owner {
  readonly connectionId: string;
  readonly generation: number;
  readonly resources: readonly string[];
}

/** What one generation of a connection has in one collection. */
export interface Holding {
  /** The collection, or the part of it that is meant. */
  readonly name: string;
  /** `access` ends with the connection in any case; `data` stays with `keepData`. */
  readonly kind: 'access' | 'data';
  /** `delete`: whole documents. `clear`: fields of documents that stay. */
  readonly how: 'delete' | 'clear';
  /** What is there now, in order. */
  readonly ids: () => AsyncIterable<string>;
  /** How many there are now. */
  readonly count: () => Promise<number>;
  /** What tells whether kept data was touched, a line for each document, in the order of their ids. */
  readonly lines: () => AsyncIterable<string>;
  readonly remove: () => Promise<void>;
}

/**
 * Everything that a generation owns, in the order in which it goes: the door first, so that no new work can start from
 * what is left. What is not in it stays as the audit trail (counts, reasons and ids): sessions, timeline, ingestion
 * runs, the feed's seals, events, skipped starts, receipts.
 */
export async function holdingsOf(db: Db, count: Count, owner: Owner): Promise<readonly Holding[]> {
  const { connectionId, generation } = owner;
  const prefix = grantId(connectionId, generation);
  const sessions = await sessionsOf(db, connectionId, generation);
  const sessionIds = sessions.map(({ _id }) => _id);
  const resources = [...new Set([...owner.resources, ...sessions.flatMap((one) => one.resources)])];
  const parts = sessionIds.flatMap((id) => resources.map((resource) => `${id}/${resource}`));
  const cursorIds = resources.map((resource) => cursorId(connectionId, generation, resource));

  const collection = (name: string) => db.collection<TextId>(name);
  const there = (name: string, ids: readonly string[]) => async () =>
    (await getMany(collection(name), ids, { _id: 1 })).map(({ _id }) => _id);
  const where = (name: string, filter: Filter<TextId>) => async () =>
    (
      await collection(name)
        .find(filter, { projection: { _id: 1 } })
        .toArray()
    ).map(({ _id }) => _id);
  const numbered = (name: string, prefixes: readonly string[]) => () => batchIds(collection(name), prefixes);

  const shared = (kind: Holding['kind'], name: string, find: () => Promise<string[]>): Holding => ({
    name,
    kind,
    how: 'delete',
    ids: () => sorted(find),
    count: () => countOf(find),
    lines: () => texts(docsOf(collection(name), find)),
    remove: async () => removeMany(collection(name), await find()),
  });
  const own = (name: string): Holding => {
    const keyed = createKeyed(collection(name), count);
    const ids = async function* () {
      for await (const { _id } of keyed.stream({ _id: 1 })) yield _id;
    };
    return {
      name,
      kind: 'data',
      how: 'delete',
      ids,
      count: keyed.count,
      lines: () => texts(keyed.stream()),
      remove: keyed.drop,
    };
  };

  const connection = await getOne(db.collection<ConnectionDoc>(collections.connections), connectionId);
  // Only of the present generation: of an earlier one its disconnect left nothing.
  const isCompared = connection !== null && connection.generation === generation;
  const across = (resource: string) =>
    connection === null || !isCompared
      ? []
      : acrossParts.map((part) => {
          const name = acrossCollection(part, connection.company, connection.app, resource);
          const isOfOne = part === 'acrossNodes' || part === 'acrossTodos';
          const filter = isOfOne ? below<TextId>(connectionId) : { connections: connectionId };
          return shared('access', name, where(name, filter as Filter<TextId>));
        });
  const mine = { connectionId, generation } as Filter<TextId>;
  const syncs = await db
    .collection<SyncDoc>(collections.syncs)
    .find({ connectionId, generation }, { projection: { _id: 1, latestRun: 1 } })
    .sort({ _id: 1 })
    .toArray();
  const reportTypes = await reportTypesOf(db, connectionId);
  const revisionsThere = async () => {
    const found = reportTypes.map((type) => where(collections.reportRevisions, below<TextId>(type))());
    return (await Promise.all(found)).flat();
  };
  const ofSessions = new Set(sessionIds);
  const checksThere = async () =>
    (await where(collections.checks, { connectionId } as Filter<TextId>)()).filter((id) =>
      ofSessions.has(id.slice(0, id.indexOf('/'))),
    );
  // One more than the newest: a run whose number the sync does not know yet.
  const syncRunIds = syncs.flatMap(({ _id, latestRun }) =>
    Array.from({ length: latestRun + 1 }, (_, index) => syncRunIdOf(_id, index + 1)),
  );
  const syncIds = syncs.map(({ _id }) => _id);
  const owned = { connectionId, prefix, sessionIds, runIds: parts, syncIds, syncRunIds, reportTypes };
  const cleared = clearedParts(db, owned).map(
    ({ name, kind, find, clear }): Holding => ({
      name,
      kind,
      how: 'clear',
      ids: () => sorted(find),
      count: () => countOf(find),
      lines: () => sorted(find),
      remove: clear,
    }),
  );
  const secrets = async () => ((await holdsSecrets(db, connectionId, generation)) ? [connectionId] : []);
  return [
    shared('access', collections.grants, there(collections.grants, [prefix])),
    shared('access', collections.schedules, there(collections.schedules, [prefix])),
    {
      name: `${collections.connections}.secrets`,
      kind: 'access',
      how: 'clear',
      ids: () => sorted(secrets),
      count: () => countOf(secrets),
      lines: () => sorted(secrets),
      remove: () => clearConnection(db, connectionId, generation),
    },
    shared('access', collections.inbox, where(collections.inbox, mine)),
    shared('access', collections.consents, where(collections.consents, mine)),
    shared('access', collections.connectLinks, where(collections.connectLinks, mine)),
    shared('access', collections.consentLinks, numbered(collections.consentLinks, sessionIds)),
    shared('access', collections.checkpoints, there(collections.checkpoints, parts)),
    shared('access', collections.batches, numbered(collections.batches, parts)),
    shared('access', collections.cursors, there(collections.cursors, cursorIds)),
    shared('access', collections.schemas, there(collections.schemas, cursorIds)),
    shared('access', collections.exchanges, there(collections.exchanges, parts)),
    ...resources.flatMap(across),
    // Its numbers are in no comparison any more, whatever else is kept.
    shared('access', collections.figures, there(collections.figures, [prefix])),
    ...cleared,
    shared(
      'data',
      collections.changes,
      numbered(
        collections.changes,
        parts.map((part) => `${part}/changes`),
      ),
    ),
    shared('data', collections.quarantineLines, where(collections.quarantineLines, mine)),
    shared('data', collections.checks, checksThere),
    shared('data', collections.reportRevisions, revisionsThere),
    ...reportTypes.flatMap((type) => [
      own(reportRowsCollection(type)),
      own(reportDeliveriesCollection(type)),
    ]),
    ...resources.flatMap((resource) => [
      own(recordsCollection(connectionId, generation, resource)),
      own(quarantineCollection(connectionId, generation, resource)),
      own(tombstonesCollection(connectionId, generation, resource)),
      ...mergeParts.map((part) => own(mergeCollection(part, connectionId, generation, resource))),
    ]),
    ...analysisParts.map((part) => own(analysisCollection(part, connectionId, generation))),
    // What the destinations have stays there.
    ...syncs.flatMap(({ _id }) => [
      own(syncRecordsCollection(_id)),
      own(syncPacksCollection(_id)),
      own(syncListsCollection(_id)),
    ]),
  ];
}

const countOf = async (find: () => Promise<string[]>): Promise<number> => (await find()).length;

async function* sorted(find: () => Promise<string[]>): AsyncGenerator<string> {
  yield* (await find()).sort();
}

async function* docsOf(
  collection: Collection<TextId>,
  find: () => Promise<string[]>,
): AsyncGenerator<TextId> {
  for (const part of chunksOf((await find()).sort(), idsPerRead)) yield* await getMany(collection, part);
}

/** Extended JSON keeps types apart that JSON does not. */
async function* texts(docs: AsyncIterable<TextId>): AsyncGenerator<string> {
  for await (const doc of docs) yield BSON.EJSON.stringify(doc, { relaxed: false });
}

/** Report types that read the connection's records: they stay, what they made of them does not. */
const reportTypesOf = async (db: Db, connectionId: string): Promise<string[]> =>
  (
    await db
      .collection<ReportTypeDoc>(collections.reportTypes)
      .find({ 'source.connectionId': connectionId }, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .toArray()
  ).map(({ _id }) => _id);

type OwnSession = Pick<SessionDoc, '_id' | 'generation' | 'resources'>;

/** Sessions of a generation, by their numbers. */
async function sessionsOf(db: Db, connectionId: string, generation: number): Promise<OwnSession[]> {
  const connection = await getOne(db.collection<ConnectionDoc>(collections.connections), connectionId);
  const sessions: Collection<SessionDoc> = db.collection(collections.sessions);
  const found: OwnSession[] = [];
  // One more than the newest: a session whose number the connection does not know yet.
  for (let before = (connection?.latestSession ?? 0) + 2; before > 1; before -= idsPerRead) {
    const ids = idsBelow(connectionId, before, idsPerRead);
    const docs: OwnSession[] = await getMany(sessions, ids, { generation: 1, resources: 1 });
    found.push(...docs.filter((doc) => doc.generation === generation));
  }
  return found;
}
