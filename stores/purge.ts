import { createHash } from 'node:crypto';
import type { Collection, Db, Filter } from 'mongodb';
import { getMany, getOne, idsPerRead, insertOnce, removeMany, type TextId } from './commands.ts';
import { cursorId } from './cursors.ts';
import { grantId } from './grants.ts';
import { batchIds } from './ids.ts';
import type { Count } from './keyed.ts';
import { below } from './merges.ts';
import type { ConnectionDoc, ReceiptDoc, SessionDoc } from './model.ts';
import { collections, quarantineCollection, recordsCollection, tombstonesCollection } from './names.ts';
import { createQuarantine, createRecords } from './records.ts';
import { idsBelow } from './sessions.ts';
import { createTombstones } from './tombstones.ts';

/** What was deleted from one collection. `hash`: SHA-256 (hex) over the sorted ids, a line each. */
export type PurgedCollection = ReceiptDoc['collections'][number];

/** `_id` is `<connectionId>/<generation>/<collection>`: kept so that a repeated purge gives the same receipt. */
export type PurgeDoc = TextId & PurgedCollection;

/** Deletes what one generation of a connection left. */
export function createPurge(db: Db, count: Count) {
  const purges = db.collection<PurgeDoc>(collections.purges);
  const records = createRecords(db, count);
  const quarantine = createQuarantine(db, count);
  const tombstones = createTombstones(db, count);

  /** Notes what is there first, so that a purge cut short and repeated tells all it deleted. */
  const noted = async (
    prefix: string,
    name: string,
    ids: AsyncIterable<string>,
  ): Promise<PurgedCollection> => {
    const _id = `${prefix}/${name}`;
    const known = await getOne(purges, _id);
    if (known !== null) return told(known);
    const hash = createHash('sha256');
    let rows = 0;
    for await (const id of ids) {
      hash.update(`${id}\n`);
      rows += 1;
    }
    const doc: PurgeDoc = { _id, name, count: rows, hash: hash.digest('hex') };
    if (await insertOnce(purges, doc)) return told(doc);
    return told((await getOne(purges, _id)) ?? doc);
  };

  /**
   * Sessions, their timeline, ingestion runs and the feed stay; with `keepData` also records, quarantine, changes
   * and merges. May be repeated: it deletes what is there now and tells what it deleted in all.
   * @returns one entry for each collection, also for empty ones
   */
  return async function purge(
    connectionId: string,
    generation: number,
    resources: readonly string[],
    { keepData }: { readonly keepData: boolean },
  ): Promise<PurgedCollection[]> {
    const prefix = grantId(connectionId, generation);
    const done: PurgedCollection[] = [];
    const drop = async (
      name: string,
      one: { drop(): Promise<void>; stream(p: { _id: 1 }): AsyncIterable<TextId> },
    ) => {
      done.push(await noted(prefix, name, idsOf(one.stream({ _id: 1 }))));
      await one.drop();
    };
    const remove = async (name: string, ids: readonly string[]) => {
      done.push(await noted(prefix, name, listed([...ids].sort())));
      await removeMany(db.collection<TextId>(name), ids);
    };
    const there = async (name: string, ids: readonly string[]) =>
      (await getMany(db.collection<TextId>(name), ids, { _id: 1 })).map((doc) => doc._id);
    const where = async (name: string, filter: Filter<TextId>) =>
      (
        await db
          .collection<TextId>(name)
          .find(filter, { projection: { _id: 1 } })
          .toArray()
      ).map((doc) => doc._id);

    // The door first: no new work can start from what is left.
    const own = { connectionId, generation } as Filter<TextId>;
    const sessionIds = await sessionsOf(db, connectionId, generation);
    await remove(collections.grants, await there(collections.grants, [prefix]));
    await remove(collections.inbox, await where(collections.inbox, own));
    await remove(collections.consents, await where(collections.consents, own));
    await remove(collections.connectLinks, await where(collections.connectLinks, own));
    await remove(
      collections.consentLinks,
      await batchIds(db.collection<TextId>(collections.consentLinks), sessionIds),
    );

    const parts = sessionIds.flatMap((id) => resources.map((resource) => `${id}/${resource}`));
    await remove(collections.checkpoints, await there(collections.checkpoints, parts));
    await remove(collections.batches, await batchIds(db.collection<TextId>(collections.batches), parts));
    const cursorIds = resources.map((resource) => cursorId(connectionId, generation, resource));
    await remove(collections.cursors, await there(collections.cursors, cursorIds));
    await remove(collections.schemas, await there(collections.schemas, cursorIds));
    await remove(collections.exchanges, await there(collections.exchanges, parts));
    if (keepData) return done;

    const feeds = parts.map((part) => `${part}/changes`);
    await remove(collections.changes, await batchIds(db.collection<TextId>(collections.changes), feeds));
    await remove(collections.merges, await where(collections.merges, below<TextId>(prefix)));
    for (const resource of resources) {
      const place = [connectionId, generation, resource] as const;
      await drop(recordsCollection(...place), records.of(...place));
      await drop(quarantineCollection(...place), quarantine.of(...place));
      await drop(tombstonesCollection(...place), tombstones.of(...place));
    }
    return done;
  };
}

async function* idsOf(docs: AsyncIterable<TextId>): AsyncGenerator<string> {
  for await (const doc of docs) yield doc._id;
}

async function* listed(ids: readonly string[]): AsyncGenerator<string> {
  yield* ids;
}

const told = ({ name, count, hash }: PurgeDoc): PurgedCollection => ({ name, count, hash });

/** Ids of the sessions of a generation, by their numbers. */
async function sessionsOf(db: Db, connectionId: string, generation: number): Promise<string[]> {
  const connection = await getOne(db.collection<ConnectionDoc>(collections.connections), connectionId);
  const sessions: Collection<SessionDoc> = db.collection(collections.sessions);
  const found: string[] = [];
  // One more than the newest: a session whose number the connection does not know yet.
  for (let before = (connection?.latestSession ?? 0) + 2; before > 1; before -= idsPerRead) {
    const docs = await getMany(sessions, idsBelow(connectionId, before, idsPerRead), { generation: 1 });
    found.push(...docs.filter((doc) => doc.generation === generation).map((doc) => doc._id));
  }
  return found;
}
