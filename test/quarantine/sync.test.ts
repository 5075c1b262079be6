import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { createQuarantineExpiry } from '../../client/quarantine-expiry.ts';
import { countsOf, orders, syncScene } from '../support/sync-scene.ts';
import { startWorld, type World } from '../support/world.ts';
import { refusedBy, setApi } from './scene.ts';

const dayMs = 86_400_000;

describe('the quarantine of a sync', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  it('rows that the destination refused are replayed by the next run; discarded ones are left alone', async (t) => {
    const scene = await syncScene(world, { rejectionCap: 1, rejectedThreshold: 5 });
    const room = (await setApi(world, t)).syncQuarantine;
    await scene.session(orders(6));
    for (const key of ['o1', 'o2', 'o3']) scene.box.refuses.set(key, 'no');
    await scene.runs();
    const listed = await room.list(scene.syncId);
    assert.deepEqual(listed.counts, [{ resource: 'orders', reason: 'NO', rows: 3 }]);
    const shown = await room.show(scene.syncId, 'o1');
    assert.deepEqual([shown.message, shown.runId, shown.attempts], ['no', `${scene.syncId}.1`, 1]);
    assert.deepEqual(shown.payload, { name: 'first 1', amount: 1 });

    scene.box.refuses.clear();
    assert.deepEqual(await scene.runs().then(countsOf), {}, 'unchanged rows stay in quarantine');
    const preview = await room.preview(scene.syncId, { reason: 'NO' });
    assert.deepEqual([preview.counts.inserted, preview.first[0]?.key], [3, 'o1']);
    assert.deepEqual(await room.replay(scene.syncId, { ids: ['o1', 'o2'] }), { rows: 2 });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 2, inserted: 2 });
    assert.equal(scene.box.rows.size, 5);

    assert.deepEqual(await room.discard(scene.syncId, { why: 'not wanted there' }), { rows: 1 });
    assert.deepEqual(countsOf(await scene.runs()), {});
    const { total, lines } = await room.list(scene.syncId);
    assert.equal(total, 0);
    assert.deepEqual(lines.map(({ action, rows, why }) => [action, rows, why]).sort(), [
      ['discarded', 1, 'not wanted there'],
      ['replayed', 2, null],
    ]);
    await assert.rejects(room.replay(scene.syncId, {}), refusedBy('NOT_FOUND'));
    await assert.rejects(room.show(scene.syncId, 'o1'), refusedBy('NOT_FOUND'));
  });

  it('a replay is tried by the mapping as it is now, before anything is sent', async (t) => {
    const mapped = (type: 'integer' | 'text') => ({
      mapping: [{ to: 'amount', type, from: { field: 'amount' } }],
    });
    const scene = await syncScene(world, mapped('integer'));
    const room = (await setApi(world, t)).syncQuarantine;
    await scene.session({ ...orders(2), odd: { amount: 'much', token: 'geheim' } });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 3, inserted: 2, quarantined: 1 });
    const reason = 'VALUE_DOES_NOT_FIT';
    assert.deepEqual((await room.list(scene.syncId)).counts, [{ resource: 'orders', reason, rows: 1 }]);
    assert.doesNotMatch(JSON.stringify(await room.show(scene.syncId, 'odd')), /geheim/);
    assert.equal((await room.preview(scene.syncId, { reason })).counts.refused, 1);
    await scene.change(mapped('text'));
    assert.equal((await room.preview(scene.syncId, { reason })).counts.inserted, 1);
    assert.equal(scene.box.rows.has('odd'), false);
    assert.deepEqual(countsOf(await scene.runs()), { staged: 3, inserted: 1, updated: 2 });
    assert.equal((await room.list(scene.syncId)).total, 0);
  });

  it('a version the destination has stays there when a newer one is discarded; 409 while a run is paused', async (t) => {
    const scene = await syncScene(world, { rejectionCap: 1, rejectedThreshold: 5 });
    const room = (await setApi(world, t)).syncQuarantine;
    await scene.session(orders(2));
    await scene.runs();
    scene.box.refuses.set('o1', 'no');
    await scene.session(orders(2, 'second'));
    await scene.runs();
    assert.equal((await room.preview(scene.syncId, {})).counts.updated, 1);
    await room.discard(scene.syncId, { why: 'keep the first' });
    scene.box.refuses.clear();
    await scene.runs();
    assert.equal(scene.box.rows.get('o1')?.name, 'first 1');

    scene.box.refuses.set('o0', 'no');
    await scene.session(orders(2, 'third'));
    await scene.runs();
    assert.equal(scene.box.rows.get('o1')?.name, 'third 1', 'a change brings it back');
    const run = await scene.latest();
    await world.stores.db
      .collection<{ _id: string }>('syncRuns')
      .updateOne({ _id: run?._id ?? '' }, { $set: { status: 'paused', endedAt: null } });
    await assert.rejects(room.replay(scene.syncId, {}), refusedBy('SYNC_RUN_OPEN'));
  });

  it('rows of sessions and of syncs expire, not while the connection is paused nor in the week after', async (t) => {
    const scene = await syncScene(world, { rejectionCap: 1, rejectedThreshold: 5 });
    let inDays = 0;
    const now = () => new Date(Date.now() + inDays * dayMs);
    const client = await setApi(world, t, now);
    const { syncQuarantine, connectionQuarantine } = client;
    const { _id: connectionId } = scene.connection;
    await scene.session(orders(2));
    scene.box.refuses.set('o1', 'no');
    await scene.runs();
    const sessionId = `${connectionId}.1`;
    await world.stores.quarantine.of(connectionId, 1, 'orders').putMany([
      {
        ...{ _id: `${sessionId}/orders/0/9`, sessionId, key: null, reason: 'KEY_MISSING' as const },
        ...{ message: 'It has no id.', payload: { name: 'x' }, at: new Date() },
      },
    ]);
    const totals = async () => [
      (await connectionQuarantine.list(connectionId)).total,
      (await syncQuarantine.list(scene.syncId)).total,
    ];
    const round = async (days: number): Promise<void> => {
      inDays = days;
      await createQuarantineExpiry({
        ...{ stores: world.stores, secrets: world.secrets, log: pino({ level: 'silent' }), days: 90, now },
        definition: (app) => world.definitions.get(app) ?? assert.fail(app),
      }).round();
    };
    const warnings = async () =>
      (await client.listEvents(connectionId)).events.filter(({ type }) => type === 'QuarantineExpiring');
    const listed = async () =>
      (await client.attention()).items
        .filter(({ kind, id }) => kind === 'quarantine' && [connectionId, scene.syncId].includes(id))
        .map(({ id }) => id);
    const status = (to: 'PAUSED' | 'STARTED') =>
      world.stores.connections.change(connectionId, () => ({ status: to }));

    const [row] = (await connectionQuarantine.list(connectionId)).rows;
    assert.equal(row?.expiresAt, new Date(Date.parse(row?.firstSeenAt ?? '') + 90 * dayMs).toISOString());
    await round(82);
    assert.deepEqual([await warnings(), await listed()], [[], []]);
    for (const day of [84, 86, 89]) await round(day);
    assert.deepEqual(
      (await warnings()).map(({ data: { syncId, resource, rows } }) => [syncId, resource, rows]).sort(),
      [
        [null, 'orders', 1],
        [scene.syncId, 'orders', 1],
      ],
      'once in their seven days',
    );
    assert.deepEqual((await listed()).sort(), [connectionId, scene.syncId].sort());
    await status('PAUSED');
    await round(91);
    assert.deepEqual(await totals(), [1, 1]);
    assert.equal((await connectionQuarantine.list(connectionId)).rows[0]?.expiresAt, null);
    await status('STARTED');
    await round(91);
    assert.deepEqual([await totals(), await listed()], [[0, 0], []]);
    for (const { lines } of [
      await connectionQuarantine.list(connectionId),
      await syncQuarantine.list(scene.syncId),
    ])
      assert.deepEqual([lines[0]?.action, lines[0]?.by.id, lines[0]?.rows], ['expired', 'expiry', 1]);
  });
});
