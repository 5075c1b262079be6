import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hookSource } from '../../activities/loading/hook-rows.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { Aggregator } from '../support/aggregator.ts';
import {
  type PagedApp,
  pagedCredentials,
  pagedDefinition,
  pagedRows,
  startPagedApp,
} from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { type HookApi, startHookApi, withHooks } from './hook-scene.ts';

type Resource = 'orders' | 'customers';

describe('webhooks of an aggregator', { concurrency: 4 }, () => {
  let world: World;
  let app: PagedApp<Resource>;
  let api: HookApi;
  before(async () => {
    world = await startWorld();
    app = await startPagedApp({
      resources: { orders: pagedRows(20), customers: pagedRows(5) },
      pageSize: 100,
    });
    api = await startHookApi(world);
  });
  after(async () => {
    await api?.stop();
    await app?.stop();
    await world?.stop();
  });

  let made = 0;
  const define = (aggregator: false | 'first' | 'all', more: object = {}): ConnectorDefinition => {
    made += 1;
    const resources = ['orders', 'customers'];
    return withHooks(pagedDefinition({ id: `hooked${made}`, aggregator, resources }), more);
  };
  interface Hooked {
    readonly id: string;
    readonly connection: ConnectionDoc;
    readonly sender: Aggregator;
    states(): Promise<Record<string, string>>;
  }
  const connect = async (definition: ConnectorDefinition, configuring = false): Promise<Hooked> => {
    const install = configuring ? world.configuring : world.started;
    const connection = await install({ definition, baseUrl: app.url, unattended: true });
    const sender = await api.aggregator(definition.id, connection._id);
    return {
      id: connection._id,
      connection,
      sender,
      states: async () => {
        const { webhooks } = await api.client.listWebhooks(connection._id);
        return Object.fromEntries(webhooks.map(({ type, state }) => [type, state]));
      },
    };
  };
  const settle = (id: string, number: number) =>
    world.reaches(id, 19, (session) => session.number === number && session.closedAt !== null);

  it('takes one that came before the connection was finalized, and before any session', async () => {
    const { id, connection, sender, states } = await connect(define('first'), true);
    assert.equal((await sender.send(sender.hook('orders.ready'))).status, 200);
    await world.closes(id).catch(() => undefined);
    assert.equal((await world.stores.connections.get(id))?.latestSession, 0, 'no session begins by it');
    assert.deepEqual(await states(), { 'orders.ready': 'waiting' });
    await world.sessions().startSession(connection, { kind: 'authorize', by: tester });
    await world.deliver(connection, { kind: 'credentials', payload: pagedCredentials.bearer });
    const session = await settle(id, 1);
    assert.deepEqual((await world.path(session._id)).slice(0, 4), [6, 9, 25, 2]);
    assert.deepEqual(await states(), { 'orders.ready': 'taken' });
  });

  it('counts one that is sent twice, at once or later, as one', async () => {
    const { id, sender } = await connect(define('first'));
    const hook = sender.hook('orders.ready');
    const answers = await sender.double(hook, 4);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 200]);
    assert.equal(
      answers.reduce((sum, answer) => sum + Number(answer.body.new), 0),
      1,
    );
    await settle(id, 1);
    assert.equal((await sender.send(hook)).status, 200);
    await world.closes(id);
    assert.equal((await world.latest(id)).number, 1);
  });

  it('refuses unsigned and forged ones, which start nothing', async () => {
    const { id, sender } = await connect(define('first'));
    const hook = sender.hook('orders.ready');
    assert.equal((await sender.send(hook, { signed: false })).status, 401);
    const secret = `whsec_${Buffer.from('somebody else').toString('base64')}`;
    assert.equal((await sender.send(hook, { secret })).status, 401);
    assert.equal((await sender.send(hook, { at: new Date(Date.now() - 301_000) })).status, 401);
    assert.equal((await world.stores.connections.get(id))?.latestSession, 0);
  });

  it('takes one that is late by itself, and says so', async () => {
    const { id, connection, sender, states } = await connect(define('first'));
    const port = world.sessions({ webhookWaitMs: 200 });
    await port.startSession(connection, { kind: 'load', by: tester });
    await world.reaches(id, 23);
    await sender.send(sender.hook('orders.ready'));
    const session = await settle(id, 1);
    const timeline = await world.stores.sessions.timeline(session._id);
    const retry = timeline.find(({ event }) => event === 'retry');
    assert.deepEqual(retry?.by, { kind: 'app', id: 'webhook' });
    assert.deepEqual(await states(), { 'orders.ready': 'late' });
  });

  it('leaves a wait that a person canceled to that person', async () => {
    const { id, connection, sender } = await connect(define('first'));
    const port = world.sessions();
    await port.startSession(connection, { kind: 'load', by: tester });
    const { _id } = await world.reaches(id, 25);
    await port.call(_id, 'cancel', { by: tester });
    await sender.send(sender.hook('orders.ready'));
    await until('it is told', async () => {
      const [entry] = await world.stores.inbox.list(id, { limit: 1 });
      return entry?.toldAt ? { found: entry } : { seen: 'not told' };
    });
    assert.equal((await world.latest(id)).status, 23);
    await port.call(_id, 'retry', { by: tester });
    await settle(id, 1);
  });

  it('lists one that came after a later one of its resource as out of order', async () => {
    const { id, sender, states } = await connect(define('first'));
    await sender.send(sender.hook('orders.second'));
    await settle(id, 1);
    await world.closes(id);
    await sender.send(sender.hook('orders.first', {}, 60));
    await settle(id, 2);
    assert.deepEqual(await states(), { 'orders.second': 'taken', 'orders.first': 'outOfOrder' });
  });

  it('a failure that is over changes nothing, in either order of arrival', async () => {
    for (const failureFirst of [true, false]) {
      const { id, sender, states } = await connect(define('all'));
      const failed = sender.hook('orders.failed', {}, 60);
      const hooks = [sender.hook('orders.ready'), sender.hook('customers.ready')];
      if (failureFirst) {
        await world.stores.connections.change(id, () => ({ status: 'PAUSED' }));
        for (const hook of [failed, ...hooks]) await sender.send(hook);
        await until('all are told', async () => {
          const untold = (await world.stores.inbox.list(id, { limit: 9 })).filter((one) => !one.toldAt);
          return untold.length === 0 ? { found: true } : { seen: `${untold.length} untold` };
        });
        await world.stores.connections.change(id, () => ({ status: 'STARTED' }));
        await world
          .sessions()
          .tell({ _id: id, company: 'acme', app: (await world.stores.connections.get(id))?.app ?? '' });
      } else {
        for (const hook of hooks) await sender.send(hook);
        await settle(id, 1);
        await world.closes(id);
        await sender.send(failed);
        await until('the failure is put aside', async () => {
          const state = (await states())['orders.failed'];
          return state === 'superseded' ? { found: state } : { seen: String(state) };
        });
      }
      const session = await settle(id, 1);
      assert.deepEqual((await world.path(session._id)).slice(0, 2), [25, 2]);
      assert.equal((await world.latest(id)).number, 1);
    }
  });

  it('never begins anything for a type that no rule wants', async () => {
    const events = [{ type: 'orders.*', means: 'load', resource: 'orders' }];
    const { id, sender, states } = await connect(define('first', { events }));
    const answer = await sender.send(sender.hook('refunds.made'));
    assert.deepEqual([answer.status, answer.body.new], [200, 0]);
    assert.deepEqual(await states(), { 'refunds.made': 'ignored' });
    assert.equal((await world.stores.connections.get(id))?.latestSession, 0);
  });

  it('a revocation without an open session puts the connection into 8 at once', async () => {
    const { id, sender, states } = await connect(define(false));
    await sender.send(sender.hook('grant.revoked'));
    const connection = await until('in 8', async () => {
      const now = await world.stores.connections.get(id);
      return now?.ownCode === 8 ? { found: now } : { seen: String(now?.ownCode) };
    });
    assert.deepEqual([connection.authorized, connection.latestSession], [false, 0]);
    const hook = sender.hook('orders.changed');
    assert.equal((await sender.send(hook)).status, 200, 'what comes in 8 waits');
    await world.closes(id).catch(() => undefined);
    assert.deepEqual(await states(), { 'grant.revoked': 'taken', 'orders.changed': 'waiting' });
    assert.equal((await world.stores.connections.get(id))?.latestSession, 0);
  });

  it('a revocation that comes while data are loaded counts at the end of the session', async () => {
    const { id, connection, sender } = await connect(define(false));
    await world.stopPool();
    try {
      await world.sessions().startSession(connection, { kind: 'load', by: tester });
      await world.reaches(id, 2);
      await sender.send(sender.hook('grant.revoked'));
    } finally {
      await world.startPool();
    }
    await settle(id, 1);
    await until('in 8', async () => {
      const now = await world.stores.connections.get(id);
      return now?.ownCode === 8 ? { found: now } : { seen: String(now?.ownCode) };
    });
  });

  it('one that comes before a backfill is read after it', async () => {
    const { id, connection, sender, states } = await connect(define(false));
    const port = world.sessions();
    await world.stopPool();
    try {
      await port.startSession(connection, { kind: 'load', by: tester });
      await world.reaches(id, 2);
      const range = { from: '2026-01-01', to: '2026-02-01' };
      await port.requestSession(connection, { by: tester, scope: { resources: ['orders'], range } });
      await sender.send(sender.hook('customers.changed'));
      await until('it is told', async () => {
        const [entry] = await world.stores.inbox.list(id, { limit: 1 });
        return entry?.toldAt ? { found: entry } : { seen: 'not told' };
      });
    } finally {
      await world.startPool();
    }
    await settle(id, 3);
    const second = await world.stores.sessions.get(`${id}.2`);
    assert.ok(second?.scope.range !== undefined);
    assert.deepEqual(await states(), { 'customers.changed': 'taken' });
  });

  it('a revocation of an earlier grant changes nothing', async () => {
    const { id, sender, states } = await connect(define(false));
    await sender.send(sender.hook('grant.revoked', {}, 600));
    await until('it is taken', async () => {
      const state = (await states())['grant.revoked'];
      return state === 'taken' ? { found: state } : { seen: String(state) };
    });
    const now = await world.stores.connections.get(id);
    assert.deepEqual([now?.ownCode, now?.authorized], [null, true]);
  });

  it('answers 410 after a disconnect', async () => {
    const { id, connection, sender } = await connect(define('first'));
    await world.sessions().disconnect(connection, { by: tester, keepData: false });
    const answer = await sender.send(sender.hook('orders.ready'));
    assert.deepEqual([answer.status, answer.body.code], [410, 'CONNECTION_DISCONNECTED']);
    assert.deepEqual(await world.stores.inbox.list(id, { limit: 9 }), []);
  });

  it('data in the body are loaded without asking the app, and move no cursor', async () => {
    const definition = define('all', { data: 'body', rows: '/rows' });
    const { id, sender } = await connect(definition);
    const [one, two, three] = pagedRows(3, 100);
    // Nothing answers there: a session that asks the app fails.
    const baseUrl = 'http://127.0.0.1:9';
    await world.stores.apps.put({ _id: definition.id, baseUrl, updatedAt: new Date() });
    await sender.send(sender.hook('orders.a', { rows: [two, three] }, 10));
    await sender.send(sender.hook('customers.a', { rows: one }, 20));
    await settle(id, 1);
    const keys = async (resource: string) =>
      (await world.stores.records.of(id, 1, resource).page({ limit: 9 })).map(({ _id }) => _id);
    assert.deepEqual(await keys('orders'), ['r101', 'r102']);
    assert.deepEqual(await keys('customers'), ['r100']);
    assert.equal(await world.stores.cursors.get(id, 1, 'orders'), null);
  });

  it('data in the body: the rows of what a session took, in the order in which they happened', async () => {
    const definition = define('first', { data: 'body', rows: '/rows' });
    const { id, connection, sender } = await connect(definition);
    await world.stores.connections.change(id, () => ({ status: 'PAUSED' }));
    const [one, two, three, four] = pagedRows(4);
    await sender.send(sender.hook('orders.b', { rows: [two, three] }, 10));
    await sender.send(sender.hook('orders.a', { rows: one }, 20));
    for (let n = 0; n < 20; n++)
      await sender.send(sender.hook('orders.c', { rows: n === 0 ? [four] : [] }, 5));
    const sessionId = `${id}.1`;
    const owner = { connectionId: id, generation: 1 };
    await world.stores.inbox.claim({ ...owner, kinds: ['webhook'], sessionId, at: new Date() });
    const input = { ...owner, sessionId, resource: 'orders', round: 0, noProgressMs: 1 };
    const source = await hookSource(world, input, definition);
    assert.ok(source);
    const signal = new AbortController().signal;
    const pages = await collect(source.read({ resource: 'orders', signal }));
    assert.deepEqual(
      pages.flatMap(({ rows }) => rows),
      [one, two, three, four],
    );
    assert.equal(pages.length, 2);
    const rest = await collect(source.read({ resource: 'orders', signal, from: pages[0]?.next ?? null }));
    assert.deepEqual(rest, pages.slice(1));
    assert.equal(await hookSource(world, { ...input, resource: 'customers' }, definition), null);
    assert.equal(await hookSource(world, input, define('first')), null, 'data are asked for');
    assert.equal(connection._id, id);
  });
});

async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}
