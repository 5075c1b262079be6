import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { SessionDoc } from '../../stores/model.ts';
import { acrossParts, analysisParts, collections, mergeParts } from '../../stores/names.ts';
import { setScene } from '../session/scene.ts';
import { disconnectPlanned } from '../support/disconnect.ts';
import { pagedCredentials } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { markOf } from './filled-analysis.ts';
import { markEverything } from './filled-connection.ts';
import { type ServedApi, serveApi } from './scene.ts';

/** Collections that hold nothing of a connection, or only counts, reasons and ids: the audit trail. */
const auditTrail: readonly string[] = [
  ...[collections.companies, collections.apps, collections.meta, collections.companyReceipts],
  ...[collections.timeline, collections.feed, collections.receipts, collections.purges],
  ...[collections.skippedStarts, collections.procedures, collections.plans],
  ...[collections.ingestions, collections.ingestionHours],
  // Settings, turns and places in queues; what a run says of rows is emptied.
  ...[collections.destinations, collections.destinationQueues, collections.slots, collections.turns],
  ...[collections.syncs, collections.syncTimeline],
  // What is to be done when, who changed what, and whether the service lives.
  ...[
    collections.automations,
    collections.automationTicks,
    collections.logs,
    collections.tokens,
    collections.overview,
    collections.syncBases,
  ],
  ...[collections.reportTypes, collections.alertLeases, collections.acrossLeases],
  // What was told of statuses, to whom, and how far.
  ...[collections.outbound, collections.outboundFeeds, collections.outboundQueues],
  ...[collections.subscriptions, collections.subscriptionLeases, collections.eventDeliveries],
  // Names of consents only, which are ids of theirs.
  collections.consentLinks,
];

/** Those of which every connection, sync or report type has its own. */
const ownCollections = [
  ...['records', 'quarantine', 'tombstones', 'syncRecords', 'syncPacks', 'syncLists', 'reportRows'],
  'reportDeliveries',
  ...analysisParts,
  ...mergeParts,
  ...acrossParts,
];

type Dump = ReadonlyMap<string, string>;

/** Every document of the store as text, by collection and id. */
async function dump({ stores }: World): Promise<Dump> {
  const docs = new Map<string, string>();
  for (const { name } of await stores.db.listCollections({}, { nameOnly: true }).toArray())
    for (const doc of await stores.db.collection(name).find().toArray())
      docs.set(`${name}:${String(doc._id)}`, JSON.stringify(doc));
  return docs;
}

const holding = (docs: Dump, text: string): string[] =>
  [...docs].filter(([id, doc]) => id.includes(text) || doc.includes(text)).map(([id]) => id);

const kindOf = (id: string): string =>
  id.replace(new RegExp(`^(${ownCollections.join('|')})\\..*`), '$1').split(':')[0] ?? '';

describe('what a disconnect leaves', () => {
  let world: World;
  let api: ServedApi;
  before(async () => {
    world = await startWorld();
    api = await serveApi(world);
  });
  after(async () => {
    await api.stop();
    await world.stop();
  });

  async function filled(t: { after: (fn: () => Promise<void>) => void }): Promise<SessionDoc> {
    const scene = await setScene(world, t);
    await scene.load();
    await world.reaches(scene.id, 19);
    const session = await world.closes(scene.id);
    await markEverything(world, session);
    return session;
  }

  it('nothing of its data in any collection, and everything of another connection', async (t) => {
    const [one, other] = [await filled(t), await filled(t)];
    const full = await dump(world);
    const marked = new Set(holding(full, markOf(one.connectionId)).map(kindOf));
    const expected = [...Object.values(collections), ...ownCollections];
    assert.deepEqual(
      [...marked].sort(),
      expected.filter((name) => !auditTrail.includes(name)).sort(),
      'every collection that a connection owns is filled, or named as audit trail',
    );

    const receipt = await disconnectPlanned(api.client, one.connectionId);
    assert.ok('collections' in receipt);
    const empty = await dump(world);
    assert.deepEqual(holding(empty, markOf(one.connectionId)), []);
    for (const [id, doc] of full)
      if (id.includes(other.connectionId) || doc.includes(other.connectionId))
        assert.equal(empty.get(id), doc, id);
    assert.ok(receipt.collections.every(({ outcome }) => outcome !== 'kept'));

    const trail = holding(empty, one.connectionId).map(kindOf);
    for (const kept of ['sessions', 'timeline', 'ingestionRuns', 'feed', 'events', 'receipts', 'connections'])
      assert.ok(trail.includes(kept), kept);
    const run = await world.stores.structuring.get(`${one._id}/orders`);
    assert.equal(run?.ledger.inserted, 20);
    assert.equal((await api.client.verifyReceipt(one.connectionId, 1)).sound, true);
  });

  it('with keepData the records, which the next generation neither sees nor changes, until they go too', async (t) => {
    const scene = await setScene(world, t);
    await scene.load();
    await world.reaches(scene.id, 19);
    await world.closes(scene.id);
    const { client } = api;
    const { stores } = world;
    const first = await disconnectPlanned(client, scene.id, { keepData: true });
    assert.ok('collections' in first && first.keptData);
    const entry = first.collections.find(({ name }) => name === `records.${scene.id}.1.orders`);
    assert.deepEqual([entry?.outcome, entry?.count], ['kept', 20]);
    assert.equal((await client.listRecords(scene.id, 'orders')).total, 20);
    assert.deepEqual(await disconnectPlanned(client, scene.id), first);
    assert.deepEqual(await disconnectPlanned(client, scene.id, { keepData: true }), first);
    assert.equal((await client.verifyReceipt(scene.id, 1)).sound, true);

    await stores.connections.change(scene.id, () => ({
      ...{ generation: 2, status: 'CONFIGURING' as const, configurationStatus: 'CONFIGURED' as const },
      ...{ ownCode: null, ownCodeSince: null, authorized: false, account: null },
    }));
    await scene.authorize();
    await world.reaches(scene.id, 6);
    await world.deliver(scene.connection, { kind: 'credentials', payload: pagedCredentials.bearer });
    const { _id: second } = await world.reaches(scene.id, 19);
    await world.closes(scene.id);
    const ledger = (await stores.structuring.get(`${second}/orders`))?.ledger;
    assert.deepEqual([ledger?.recordsBefore, ledger?.inserted], [0, 20], 'it read everything again');
    assert.equal((await client.verifyReceipt(scene.id, 1)).sound, true, 'what was kept was not touched');

    const kept = stores.records.of(scene.id, 1, 'orders');
    const [some] = await kept.page({ limit: 1 });
    assert.ok(some);
    await kept.putMany([{ ...some, data: { changed: true } }]);
    const told = await client.verifyReceipt(scene.id, 1);
    assert.deepEqual(
      told.deviations.map(({ name, problem }) => [name, problem]),
      [[`records.${scene.id}.1.orders`, 'CHANGED']],
    );
    await kept.putMany([some]);
    assert.equal((await client.verifyReceipt(scene.id, 1)).sound, true);

    await disconnectPlanned(client, scene.id, { keepData: true });
    assert.equal(await kept.count(), 20);
    const last = await disconnectPlanned(client, scene.id, { keepData: false });
    assert.ok('collections' in last && last.keptData && last.keptDeleted !== null);
    for (const generation of [1, 2]) {
      assert.equal(await stores.records.of(scene.id, generation, 'orders').count(), 0);
      assert.equal((await client.verifyReceipt(scene.id, generation)).sound, true);
      const { keptDeleted } = await client.getGenerationReceipt(scene.id, generation);
      const gone = keptDeleted?.collections.find(({ name }) => name.startsWith('records.'));
      assert.deepEqual([gone?.outcome, gone?.count], ['deleted', 20]);
    }
    assert.deepEqual(await disconnectPlanned(client, scene.id, { keepData: false }), last);
  });

  it('a receipt that tells what is not so is found out', async (t) => {
    const scene = await setScene(world, t);
    await scene.load();
    await world.reaches(scene.id, 19);
    await world.closes(scene.id);
    await scene.port.disconnect(scene.connection, { by: tester, keepData: false });
    const verify = async () => {
      const { sound, deviations } = await api.client.verifyReceipt(scene.id, 1);
      assert.equal(sound, deviations.length === 0);
      return deviations.map(({ name, problem }) => [name, problem]);
    };
    assert.deepEqual(await verify(), []);
    const receipts = world.stores.db.collection<{ _id: string }>('receipts');
    const _id = `${scene.id}/1`;
    for (const change of [
      { grantRevoked: true },
      { by: { kind: 'person', id: 'eve' } },
      { keptData: true },
    ]) {
      const before = await receipts.findOne({ _id });
      assert.ok(before);
      await receipts.updateOne({ _id }, { $set: change });
      assert.deepEqual(await verify(), [[null, 'SIGNATURE']]);
      await receipts.replaceOne({ _id }, before);
    }
    await world.stores.loading.begin({ sessionId: `${scene.id}.1`, resource: 'orders', at: new Date() });
    await world.stores.grants.save({
      ...{ connectionId: scene.id, generation: 1, account: 'a', expiresAt: null, endsAt: null },
      secret: world.secrets.seal('back', 'x'),
    });
    assert.deepEqual(await verify(), [
      ['grants', 'THERE'],
      ['checkpoints', 'THERE'],
    ]);
    await scene.port.disconnect(scene.connection, { by: tester, keepData: false });
    assert.deepEqual(await verify(), [], 'a repeated disconnect deletes what came late');
  });
});
