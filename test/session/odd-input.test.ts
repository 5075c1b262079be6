import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { Scope } from '../../domain/contracts.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { imbalance, type Ledger } from '../../domain/ledger.ts';
import { pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { type Scene, setScene } from './scene.ts';

type Resource = ConnectorDefinition['resources'][number];

describe('odd input', { concurrency: 3 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 10 });
  });
  after(() => world.stop());

  function define(scene: Scene, change: Partial<Resource>, app: Partial<ConnectorDefinition> = {}): void {
    const definition = world.definitions.get(scene.connection.app);
    assert.ok(definition);
    const resources = definition.resources.map((resource) => ({ ...resource, ...change }));
    world.definitions.set(definition.id, { ...definition, ...app, resources });
  }

  async function pass(scene: Scene, number: number, scope?: Scope): Promise<Ledger> {
    await scene.port.startSession(scene.connection, { kind: 'load', by: tester, ...(scope && { scope }) });
    await world.reaches(scene.id, 19, (session) => session.number === number);
    const { _id } = await world.closes(scene.id);
    const [run] = await world.stores.structuring.many(_id, ['orders']);
    assert.ok(run);
    assert.equal(imbalance(run.ledger), null);
    return run.ledger;
  }

  const cursorOf = async (scene: Scene) =>
    (await world.stores.cursors.get(scene.id, 1, 'orders'))?.value ?? null;
  const keysOf = async (scene: Scene) =>
    (await world.stores.records.of(scene.id, 1, 'orders').page({ limit: 99 })).map(({ _id }) => _id);
  const beginAt = (scene: Scene, historyStart: string) =>
    world.stores.connections.change(scene.id, ({ resources }) => ({
      resources: resources.map((one) => ({ ...one, historyStart })),
    }));

  it('a history that begins later removes nothing from before it, though all rows are read each time', async (t) => {
    const rows = pagedRows(12);
    const scene = await setScene(world, t, { rows: { orders: rows }, incremental: false });
    define(scene, { deletes: { kind: 'absent' } });
    await pass(scene, 1);
    await beginAt(scene, String(rows[4]?.updated_at));
    scene.app.rows.orders?.splice(11, 1);
    const ledger = await pass(scene, 2);
    assert.deepEqual([ledger.filtered, ledger.removed, ledger.recordsAfter], [4, 1, 11]);
  });

  it('records are one by a field further down, also below one that the mapping renames', async (t) => {
    const rows = pagedRows(12).map((row, index) => ({
      ...row,
      meta: { email: `m${index % 6}@example.com` },
    }));
    for (const mapping of [undefined, { meta: 'info' }]) {
      const scene = await setScene(world, t, { rows: { orders: rows }, deduplication: true });
      const deduplication = [{ resource: 'orders', match: [['/meta/email']] }];
      define(scene, { schema: 'infer', ...(mapping && { mapping }) }, { deduplication });
      await pass(scene, 1);
      assert.equal((await keysOf(scene)).length, 6);
    }
  });

  it('a session merges only records of resources that it read, so that readers hear of it', async (t) => {
    const resources = ['orders', 'customers'];
    const twins = () => pagedRows(12).map((row, index) => ({ ...row, email: `m${index % 6}@example.com` }));
    const rows = { orders: twins(), customers: twins() };
    const scene = await setScene(world, t, { resources, rows, deduplication: true });
    define(scene, {}, { deduplication: [{ resource: 'orders', match: [['id']] }] });
    await pass(scene, 1);
    define(scene, {}, { deduplication: [{ resource: 'orders', match: [['email']] }] });
    await scene.port.startSession(scene.connection, {
      kind: 'load',
      by: tester,
      scope: { resources: ['customers'] },
    });
    await world.reaches(scene.id, 19, ({ number }) => number === 2);
    await world.closes(scene.id);
    assert.equal((await keysOf(scene)).length, 12);
    await pass(scene, 3);
    assert.equal((await keysOf(scene)).length, 6);
    const [seal] = await world.stores.feed.getMany([`${scene.id}.3`]);
    const part = seal?.parts.find(({ resource }) => resource === 'orders');
    const last = await world.stores.feed.change(`${scene.id}.3/orders/changes/${(part?.changes ?? 0) - 1}`);
    assert.equal(last?.deleted.length, 6);
  });

  for (const scope of [{ full: true }, { range: { from: '2024-01-01', to: '2024-02-01' } }])
    it(`hooks with data do not take the place of what a person asked for (${Object.keys(scope)[0]})`, async (t) => {
      const scene = await setScene(world, t, { rows: { orders: pagedRows(3) } });
      define(scene, {}, { webhooks: { ...hooks, data: 'body', rows: '/rows' } });
      await pass(scene, 1);
      scene.app.rows.orders?.push(...pagedRows(2, 4));
      const payload = { rows: [{ id: 'hooked', updated_at: '2025-01-01T00:00:00Z' }] };
      const _id = `webhook/${scene.id}/told`;
      await world.stores.inbox.put({
        ...{
          _id,
          connectionId: scene.id,
          generation: 1,
          kind: 'webhook',
          meaning: 'load',
          resource: 'orders',
        },
        payload: world.secrets.seal(payload, _id),
        receivedAt: new Date(),
      });
      const ledger = await pass(scene, 2, scope);
      assert.deepEqual([ledger.read, ledger.inserted], [5, 2]);
    });

  it('a cursor value that is no time hides nothing from the next sessions', async (t) => {
    const rows: JsonValue[] = [
      { id: 'none', updated_at: '' },
      ...pagedRows(5),
      { id: 'odd', updated_at: 'n/a' },
    ];
    const scene = await setScene(world, t, { rows: { orders: rows } });
    define(scene, { schema: 'infer' });
    await pass(scene, 1);
    assert.equal(await cursorOf(scene), pagedRows(5).at(-1)?.updated_at);
    scene.app.rows.orders?.push(...pagedRows(1, 6));
    assert.equal((await pass(scene, 2)).inserted, 1);
  });

  it('a resource whose rows have empty cursors only is read whole each time', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: [{ id: 'none', updated_at: '' }] } });
    define(scene, { schema: 'infer', incremental: incremental('iso') });
    await pass(scene, 1);
    assert.equal(await cursorOf(scene), null);
    await pass(scene, 2);
  });

  it('a full refresh puts a cursor right that was wrong', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: pagedRows(5) } });
    await world.stores.cursors.put({
      _id: `${scene.id}/1/orders`,
      value: '9999-12-31T00:00:00Z',
      sessionId: 'earlier',
      at: new Date(),
    });
    await pass(scene, 1, { full: true });
    assert.equal(await cursorOf(scene), pagedRows(5).at(-1)?.updated_at);
    scene.app.rows.orders = [];
    await pass(scene, 2, { full: true });
    assert.equal(await cursorOf(scene), pagedRows(5).at(-1)?.updated_at, 'no rows say nothing');
  });

  it('what changes while pages are read is read by the next session', async (t) => {
    const rows = pagedRows(12);
    const scene = await setScene(world, t, { rows: { orders: rows }, pageSize: 3 });
    scene.app.onPage = async ({ offset }) => {
      if (offset !== 6) return;
      // One of a page that was read already, and a moment later one of a page that was not.
      const now = Date.now() + 1;
      rows[0] = { ...rows[0], amount: 100, updated_at: new Date(now).toISOString() };
      rows[11] = { ...rows[11], amount: 100, updated_at: new Date(now + 1).toISOString() };
      // The next page is asked for after both.
      await until('the clock', async () => (Date.now() > now + 1 ? { found: true } : { seen: 'too early' }));
    };
    await pass(scene, 1);
    scene.app.onPage = undefined;
    await pass(scene, 2);
    const records = world.stores.records.of(scene.id, 1, 'orders');
    assert.deepEqual(
      [(await records.get('r1'))?.data.amount, (await records.get('r12'))?.data.amount],
      [100, 100],
    );
  });

  it('numbers that are no longer exact are no key', async (t) => {
    const scene = await setScene(world, t);
    define(scene, { schema: 'infer' });
    const large = '{"id":9007199254740992,"n":1},{"id":9007199254740993,"n":2}';
    const body = `{"data":[${large},${pagedRows(30).map((row) => JSON.stringify(row))}],"next":null}`;
    scene.app.faults.raw = { body, contentType: 'application/json' };
    await scene.port.startSession(scene.connection, { kind: 'load', by: tester });
    await world.reaches(scene.id, 19);
    const unfit = await world.stores.quarantine.of(scene.id, 1, 'orders').page({ limit: 9 });
    assert.deepEqual(
      unfit.map(({ reason, message }) => [reason, /exact/.test(message)]),
      [
        ['KEY_MISSING', true],
        ['KEY_MISSING', true],
      ],
    );
  });

  it('an inferred schema begins with the first rows, not with the first session', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: [] } });
    define(scene, { schema: 'infer' });
    await world.stores.connections.change(scene.id, () => ({ driftPolicy: 'pause' }));
    await pass(scene, 1);
    assert.equal(await world.stores.schemas.get(scene.id, 1, 'orders'), null);
    scene.app.rows.orders?.push(...pagedRows(3));
    assert.equal((await pass(scene, 2)).inserted, 3);
    const changed = pagedRows(3, 4).map((row): JsonObject => ({ ...row, colour: 'red' }));
    scene.app.rows.orders?.push(...changed);
    await scene.port.startSession(scene.connection, { kind: 'load', by: tester });
    await world.reaches(scene.id, 14);
    await world.stores.connections.change(scene.id, () => ({ driftPolicy: 'propagate' }));
    await scene.call('retry');
    await world.reaches(scene.id, 19, ({ number }) => number === 3);
    assert.equal((await keysOf(scene)).length, 6);
  });
});

const incremental = (format: 'iso'): NonNullable<Resource['incremental']> => ({
  param: 'since',
  value: '{since}',
  untilValue: '{until}',
  format,
  inclusive: true,
});

const hooks: NonNullable<ConnectorDefinition['webhooks']> = {
  signature: { kind: 'none' },
  data: 'fetch',
  expect: 'first',
};
