import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { fieldAt } from '../../connectors/pointer.ts';
import type { Scope } from '../../domain/contracts.ts';
import type { JsonObject } from '../../domain/json.ts';
import { imbalance, type Ledger } from '../../domain/ledger.ts';
import { changeId } from '../../stores/feed.ts';
import type { SessionDoc } from '../../stores/model.ts';
import { pagedRows } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { type Scene, setScene } from './scene.ts';

type Resource = ConnectorDefinition['resources'][number];

const later = (row: JsonObject | undefined, more: JsonObject): JsonObject => ({
  ...row,
  updated_at: '2025-01-01T00:00:00Z',
  ...more,
});

describe('what is gone at the app, and what is read again', { concurrency: 3 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 10 });
  });
  after(() => world.stop());

  function define(scene: Scene, change: Partial<Resource>): void {
    const definition = world.definitions.get(scene.connection.app);
    assert.ok(definition);
    const resources = definition.resources.map((resource) => ({ ...resource, ...change }));
    world.definitions.set(definition.id, { ...definition, resources });
  }

  async function pass(scene: Scene, number: number, scope?: Scope): Promise<SessionDoc> {
    await scene.port.startSession(scene.connection, { kind: 'load', by: tester, ...(scope && { scope }) });
    await world.reaches(scene.id, 19, (session) => session.number === number);
    return world.closes(scene.id);
  }

  async function ledgerOf({ _id }: SessionDoc): Promise<Ledger> {
    const [run] = await world.stores.structuring.many(_id, ['orders']);
    assert.ok(run);
    assert.equal(imbalance(run.ledger), null);
    return run.ledger;
  }

  it('a tombstone removes its record and is told; a later version brings it back, an older one does not', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: pagedRows(12) } });
    define(scene, { deletes: { kind: 'tombstone', field: '/meta/gone' } });
    await pass(scene, 1);
    const [first, second] = pagedRows(2);
    scene.app.rows.orders?.push(
      { id: 'r1', updated_at: '2025-01-01T00:00:00Z', meta: { gone: true } },
      { id: 'never-seen', updated_at: '2025-01-01T00:00:00Z', meta: { gone: true } },
    );
    const deleted = await pass(scene, 2);
    const ledger = await ledgerOf(deleted);
    assert.deepEqual([ledger.tombstoned, ledger.filtered, ledger.recordsAfter], [1, 1, 11]);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').get('r1'), null);
    assert.deepEqual((await world.stores.feed.change(changeId(deleted._id, 'orders', 0)))?.deleted, ['r1']);
    const [kept] = await world.stores.tombstones.of(scene.id, 1, 'orders').getMany(['r1']);
    assert.equal(kept?.record, null, 'what was deleted there is not kept here');

    scene.app.rows.orders = [
      { ...first, updated_at: '2024-06-01T00:00:00Z' },
      later(second, { amount: 7 }),
      { ...first, updated_at: '2025-02-01T00:00:00Z', amount: 8 },
    ];
    const back = await ledgerOf(await pass(scene, 3));
    assert.deepEqual([back.inserted, back.updated], [1, 1]);
    assert.equal((await world.stores.records.of(scene.id, 1, 'orders').get('r1'))?.data.amount, 8);
  });

  it('a full refresh removes what is no longer there; half of it only when a person allows it', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: pagedRows(30) } });
    define(scene, { deletes: { kind: 'absent' } });
    await pass(scene, 1);
    scene.app.rows.orders?.splice(0, 3);
    const changes = await ledgerOf(await pass(scene, 2));
    assert.deepEqual(
      [changes.removed, changes.recordsAfter],
      [0, 30],
      'changes alone say nothing of what is gone',
    );
    const full = await pass(scene, 3, { full: true });
    const ledger = await ledgerOf(full);
    assert.deepEqual([ledger.removed, ledger.recordsAfter, ledger.unchanged], [3, 27, 27]);
    const change = await world.stores.feed.change(changeId(full._id, 'orders', 3));
    assert.deepEqual([...(change?.deleted ?? [])].sort(), ['r1', 'r2', 'r3']);

    scene.app.rows.orders = [];
    await scene.port.startSession(scene.connection, { kind: 'load', by: tester, scope: { full: true } });
    const stopped = await world.reaches(scene.id, 14);
    assert.equal(stopped.reason, 'REMOVAL_THRESHOLD');
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').count(), 27);
    await scene.call('cancel');
    await world.closes(scene.id);
    const allowed = await ledgerOf(await pass(scene, 5, { full: true, allowRemovals: true }));
    assert.deepEqual([allowed.removed, allowed.recordsAfter], [27, 0]);
  });

  it('the first read begins at the start of the history; a backfill reads its range and leaves the cursor', async (t) => {
    const rows = pagedRows(40);
    const scene = await setScene(world, t, { rows: { orders: rows } });
    const at = (index: number) => String(rows[index]?.updated_at);
    await world.stores.connections.change(scene.id, ({ resources }) => ({
      resources: resources.map((one) => ({ ...one, historyStart: at(20) })),
    }));
    const first = await ledgerOf(await pass(scene, 1));
    assert.deepEqual([scene.app.asked[0]?.since, first.inserted, first.read], [at(20), 20, 20]);
    const cursor = await world.stores.cursors.get(scene.id, 1, 'orders');

    const range = { from: at(5), to: at(15) };
    const filled = await ledgerOf(await pass(scene, 2, { resources: ['orders'], range }));
    assert.deepEqual([filled.read, filled.inserted, filled.filtered, filled.recordsAfter], [35, 10, 25, 30]);
    const asked = scene.app.asked.at(-1);
    assert.equal(asked?.since, at(5));
    assert.deepEqual(await world.stores.cursors.get(scene.id, 1, 'orders'), cursor);
    assert.equal(
      await world.stores.records.of(scene.id, 1, 'orders').get('r16'),
      null,
      'the end is left out',
    );
  });

  it('key, cursor and mapping by pointers', async (t) => {
    const rows = pagedRows(12).map(({ id = null, updated_at = null, ...rest }) => ({
      ref: { id },
      meta: { updated_at },
      ...rest,
    }));
    const scene = await setScene(world, t, { rows: { orders: rows }, incremental: false });
    define(scene, {
      key: ['/ref/id'],
      cursor: '/meta/updated_at',
      mapping: { '/ref/id': 'id', amount: 'total' },
      schema: 'infer',
    });
    await pass(scene, 1);
    const record = await world.stores.records.of(scene.id, 1, 'orders').get('r3');
    assert.deepEqual(
      [record?.data.id, record?.data.total, record?.cursor],
      ['r3', 3, rows[2]?.meta.updated_at],
    );
    const cursor = await world.stores.cursors.get(scene.id, 1, 'orders');
    assert.equal(cursor?.value, fieldAt(rows.at(-1) as JsonObject, '/meta/updated_at'));
  });
});
