import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type ConnectorCallbacks, RollBack } from '../../connectors/callbacks.ts';
import { setConnectScene } from '../client/connect-scene.ts';
import {
  type PagedApp,
  pagedCredentials,
  pagedDefinition,
  pagedRows,
  startPagedApp,
} from '../support/paged-app.ts';
import { startWorld, type World } from '../support/world.ts';
import { connectionOf, ended, type Lifecycles, refusal, startLifecycles } from './scene.ts';

const right = pagedCredentials.bearer;
const wrong = { kind: 'bearer', token: 'a-wrong-token' } as const;

describe('the wizard of a connection', { concurrency: 3 }, () => {
  let world: World;
  let lifecycles: Lifecycles;
  let paged: PagedApp<'orders' | 'customers'>;
  before(async () => {
    world = await startWorld();
    lifecycles = await startLifecycles(world);
    paged = await startPagedApp({ resources: { orders: pagedRows(20), customers: pagedRows(5) } });
  });
  after(async () => {
    await lifecycles.stop();
    await paged.stop();
    await world.stop();
  });

  /** An app with everything that a wizard may ask for, and a company's connection to it, just installed. */
  async function install(callbacks?: ConnectorCallbacks): Promise<string> {
    const app = `app${randomBytes(4).toString('hex')}`;
    world.definitions.set(app, {
      ...pagedDefinition({ id: app, resources: ['orders', 'customers'] }),
      prerequisites: [
        { id: 'admin', text: 'You are an administrator.' },
        { id: 'plan', text: 'You have a plan with API access.' },
      ],
      finalization: {
        type: 'object',
        required: ['currency'],
        properties: { currency: { type: 'string' } },
      },
    });
    if (callbacks !== undefined) world.callbacks.set(app, callbacks);
    await world.stores.apps.put({ _id: app, baseUrl: paged.url, updatedAt: new Date() });
    const installed = await lifecycles.api.install({ company: { id: 'acme' }, app });
    const { responseCode, status, configurationStatus, connectionId } = installed;
    assert.deepEqual([responseCode, status, configurationStatus], ['OK', 'CONFIGURING', 'INSTALLED']);
    return connectionId;
  }
  const nextOf = async (id: string) => (await lifecycles.api.connectionStatus(id)).next?.step;
  const properties = { currency: 'EUR' };
  /** Up to CONNECTED. */
  async function connected(callbacks?: ConnectorCallbacks): Promise<string> {
    const { api } = lifecycles;
    const id = await install(callbacks);
    await api.configureConnector(id);
    const { configurationStatus } = ended((await api.setConfiguration(id, { credentials: right })) as never);
    assert.equal(configurationStatus, 'CONNECTED');
    return id;
  }

  it('leads step by step from nothing to Synced, and says at each which call is next', async () => {
    const { api } = lifecycles;
    const id = await install();
    assert.equal(await nextOf(id), 'prerequisites');
    const first = ended(await api.updatePrerequisite(id, 'admin'));
    assert.equal(first.configurationStatus, 'INSTALLED');
    await assert.rejects(
      api.updatePrerequisite(id, 'nosuch'),
      refusal('PROCEDURE_INVALID', 'PREREQUISITE_NOT_FOUND'),
    );
    const { prerequisites } = await api.listPrerequisites(id);
    assert.deepEqual(
      prerequisites.map((one) => [one.id, one.done, one.by?.id ?? null]),
      [
        ['admin', true, 'ada'],
        ['plan', false, null],
      ],
    );
    await assert.rejects(
      api.setConfiguration(id, { credentials: right }),
      refusal('PROCEDURE_REFUSED', 'INVALID_CONNECTOR_CONFIGURATION_STATUS'),
    );
    assert.equal(ended(await api.completePrerequisitesStep(id)).configurationStatus, 'PREREQUISITES_DONE');
    assert.equal(await nextOf(id), 'connector');
    const schedule = { kind: 'INTERVAL', every: '6h' } as const;
    const asked = { timeZone: 'Europe/Berlin', driftPolicy: 'pause', schedule } as const;
    assert.equal(ended(await api.configureConnector(id, asked)).configurationStatus, 'CONFIGURED');
    assert.equal(await nextOf(id), 'connection');
    await assert.rejects(api.testConnection(id), refusal('CONNECTION_NOT_READY'));

    await assert.rejects(api.setConfiguration(id, { credentials: wrong }), (error: Error) => {
      assert.ok(refusal('PROCEDURE_INVALID', 'CONNECTION_TEST_FAILED')(error));
      assert.match(error.message, /unauthorized/);
      return true;
    });
    assert.equal((await connectionOf(world, id)).configurationStatus, 'CONFIGURED');
    const test = await api.testConnection(id);
    assert.deepEqual([test.ok, test.failure?.code, test.asked?.status], [false, 'INVALID_CREDENTIALS', 401]);
    const set = await api.setConfiguration(id, { credentials: right });
    assert.ok('responseCode' in set && set.configurationStatus === 'CONNECTED');
    const again = await api.testConnection(id);
    assert.deepEqual([again.ok, again.failure, again.asked?.method], [true, null, 'GET']);
    assert.equal(await nextOf(id), 'finalization');

    const finalized = ended(
      await api.finalize(id, {
        resources: [{ id: 'orders', historyStart: '2020-01-01' }],
        properties,
      }),
    );
    assert.deepEqual([finalized.status, finalized.configurationStatus], ['STARTED', 'FINALIZED']);
    const synced = await world.reaches(id, 19);
    assert.deepEqual(synced.resources, ['orders']);
    assert.deepEqual((await world.path(synced._id))[0], 2);
    assert.equal(await nextOf(id), undefined);
    const { entries } = await api.connectionConfig(id);
    const configOf = (key: string) => entries.find((one) => one.key === key)?.value;
    assert.deepEqual(configOf('properties'), properties);
    assert.deepEqual(configOf('schedule'), schedule);
    const state = await api.connectionState(id);
    assert.equal(state.entries.find(({ key }) => key === 'status')?.value, 'STARTED');
    assert.ok((await world.stores.schedules.of({ connectionId: id, generation: 1 })).length > 0);
    await assert.rejects(
      api.resetConfiguration(id),
      refusal('PROCEDURE_REFUSED', 'INVALID_CONNECTOR_STATUS'),
    );
  });

  it('with OAuth: the session waits in 6 and in 9, then goes on with what finalizing enabled', async (t) => {
    const scene = await setConnectScene(world, t, {
      define: (one) => ({
        ...one,
        resources: ['orders', 'customers'].flatMap((id) =>
          one.resources.map((resource) => ({ ...resource, id, path: `/${id}` })),
        ),
      }),
    });
    const { client: api, appId: app } = scene;
    const { connectionId: id } = await api.install({ company: { id: 'acme' }, app });
    await api.configureConnector(id);
    const set = await api.setConfiguration(id);
    assert.ok('authorization' in set && set.authorization?.kind === 'oauth2');
    assert.equal(set.configurationStatus, 'CONFIGURED');
    assert.equal((await api.connectionStatus(id)).next?.step, 'consent');
    await scene.consent(set.authorization.link);
    const held = await world.reaches(id, 9);
    assert.equal((await api.connectionStatus(id)).configurationStatus, 'CONNECTED');

    // Another consent: the session in 9 closes, a new one waits in 6.
    const other = await api.setConfiguration(id);
    assert.ok('authorization' in other && other.authorization?.kind === 'oauth2');
    assert.equal((await world.stores.sessions.get(held._id))?.status, 8);
    await scene.consent(other.authorization.link);
    const second = await world.reaches(id, 9);
    assert.deepEqual(second.resources, ['orders', 'customers']);
    ended(await api.finalize(id, { resources: ['orders'] }));
    const synced = await world.reaches(id, 19);
    assert.equal(synced._id, second._id);
    assert.deepEqual(synced.resources, ['orders']);
  });

  it('reset: back to INSTALLED, the session closes, the grant is revoked', async (t) => {
    const scene = await setConnectScene(world, t);
    const { client: api } = scene;
    const { connectionId: id } = await api.install({ company: { id: 'acme' }, app: scene.appId });
    await api.configureConnector(id, { timeZone: 'Europe/Berlin' });
    await api.setConfiguration(id);
    const waiting = await world.reaches(id, 6);
    assert.equal(ended(await api.resetConfiguration(id)).configurationStatus, 'INSTALLED');
    const closed = await world.stores.sessions.get(waiting._id);
    assert.deepEqual([closed?.status, closed?.reason], [20, 'CONFIGURATION_RESET']);
    await api.configureConnector(id);
    const set = await api.setConfiguration(id);
    assert.ok('authorization' in set && set.authorization?.kind === 'oauth2');
    await scene.consent(set.authorization.link);
    const held = await world.reaches(id, 9);
    await assert.rejects(api.resetConfiguration(id), refusal('PLAN_REQUIRED'));
    const { token: planToken } = await api.plan(id, { procedure: 'resetConfiguration', arguments: {} });
    assert.ok(planToken !== null);
    const { message } = ended(await api.resetConfiguration(id, { planToken }));
    assert.match(message, /revoked at the app/);
    assert.equal((await world.stores.sessions.get(held._id))?.status, 8);
    assert.equal(await world.stores.grants.get(id, 1), null);
    const now = await connectionOf(world, id);
    assert.deepEqual(
      [now.status, now.configurationStatus, now.authorized, now.timeZone],
      ['CONFIGURING', 'INSTALLED', false, 'Europe/Berlin'],
    );
  });

  it('an authorization that failed is closed by credentials that are right, and by a reset', async () => {
    const { api } = lifecycles;
    /** Stands in 7. */
    const failed = async () => {
      const id = await install();
      await api.configureConnector(id);
      await api.authorize(id);
      await world.deliver(await connectionOf(world, id), { kind: 'credentials', payload: wrong });
      return world.reaches(id, 7);
    };
    const [one, other] = await Promise.all([failed(), failed()]);
    await api.setConfiguration(one.connectionId, { credentials: right });
    assert.equal((await world.stores.sessions.get(one._id))?.closedBy, 'canceled');
    ended(await api.finalize(one.connectionId, { resources: ['orders'], properties }));
    const synced = await world.reaches(one.connectionId, 19);
    assert.notEqual(synced._id, one._id);

    assert.equal(ended(await api.resetConfiguration(other.connectionId)).configurationStatus, 'INSTALLED');
    assert.equal((await world.stores.sessions.get(other._id))?.closedBy, 'canceled');
  });

  it('does not finalize by itself while properties are missing that the definition asks for', async () => {
    const { api } = lifecycles;
    const id = await install();
    await api.configureConnector(id);
    await world.stores.connections.change(id, () => ({ unattended: true }));
    await api.authorize(id);
    await world.deliver(await connectionOf(world, id), { kind: 'credentials', payload: right });
    const { _id: session } = await world.reaches(id, 9);
    const by = { kind: 'person', id: 'ada' } as const;
    await assert.rejects(world.sessions().call(session, 'proceed', { by }), refusal('ILLEGAL_MOVE'));
    assert.equal((await connectionOf(world, id)).configurationStatus, 'CONNECTED');
    ended(await api.finalize(id, { resources: ['orders'], properties }));
    assert.equal((await world.reaches(id, 19))._id, session);
  });

  it('refuses what is wrong, and writes nothing of it', async () => {
    const { api } = lifecycles;
    const id = await install();
    const { seq } = await connectionOf(world, id);
    const everyOf = (every: string) => ({ schedule: { kind: 'INTERVAL', every } }) as const;
    for (const bad of [
      everyOf('0d'),
      everyOf('soon'),
      { schedule: { kind: 'CRON', cron: '61 * * * *' } } as const,
      { timeZone: 'Europe/Atlantis' },
    ])
      await assert.rejects(api.configureConnector(id, bad), refusal('INVALID_INPUT'));
    await assert.rejects(
      api.configureConnector(id, { pool: 'nobody' }),
      refusal('PROCEDURE_INVALID', 'POOL_INACCESSIBLE'),
    );
    await assert.rejects(
      api.configureConnector(id, { deduplication: true }),
      refusal('PROCEDURE_INVALID', 'INVALID_INPUT'),
    );
    const existing = await connectionOf(world, id);
    await assert.rejects(
      api.install({ company: { id: 'acme' }, app: existing.app }),
      refusal('PROCEDURE_REFUSED', 'INVALID_CONNECTOR_STATUS'),
    );
    await assert.rejects(api.install({ company: { id: 'acme' }, app: 'nosuch' }), refusal('INVALID_INPUT'));
    assert.equal(existing.seq, seq);

    const ready = await connected();
    const before = await connectionOf(world, ready);
    for (const bad of [
      { resources: ['nosuch'], properties },
      { properties: { currency: 7 } },
      { resources: ['orders'] },
      { resources: [{ id: 'orders', fields: { only: ['nosuch'] } }], properties },
    ])
      await assert.rejects(api.finalize(ready, bad), refusal('PROCEDURE_INVALID', 'INVALID_INPUT'));
    await world.stores.connections.change(ready, ({ resources }) => ({
      resources: resources.map((one) => ({ ...one, enabled: false })),
    }));
    await assert.rejects(api.finalize(ready, { properties }), refusal('PROCEDURE_INVALID', 'INVALID_INPUT'));
    const { status, configurationStatus } = await connectionOf(world, ready);
    assert.deepEqual([status, configurationStatus], [before.status, before.configurationStatus]);
  });

  it('finalize: a callback may take it back or fail, and a source that refuses stops it', async () => {
    const { api } = lifecycles;
    const calls: { validate?: () => Promise<undefined>; act: () => Promise<void> } = {
      act: async () => {
        throw new RollBack('Not before Monday.');
      },
    };
    const after = async ({ procedure }: { readonly procedure: string }) =>
      procedure === 'finalizeConfiguration' ? calls.act() : undefined;
    const id = await connected({ after });
    const asked = { resources: ['orders'], properties };
    await assert.rejects(api.finalize(id, asked), refusal('PROCEDURE_ROLLED_BACK', 'ROLLED_BACK'));
    calls.act = async () => {
      throw new Error('The hook is gone.');
    };
    await assert.rejects(api.finalize(id, asked), refusal('PROCEDURE_FAILED', 'UNKNOWN_ERROR'));
    calls.act = async () => undefined;
    const grant = await world.stores.grants.get(id, 1);
    await world.stores.grants.save({
      ...{ connectionId: id, generation: 1, account: 'account-1', expiresAt: null, endsAt: null },
      secret: world.secrets.seal({ kind: 'submitted', credentials: wrong }, `grant/${id}/1`),
    });
    await assert.rejects(api.finalize(id, asked), refusal('PROCEDURE_INVALID', 'CONNECTION_TEST_FAILED'));
    const { status, configurationStatus, properties: kept } = await connectionOf(world, id);
    assert.deepEqual([status, configurationStatus, kept], ['CONFIGURING', 'CONNECTED', undefined]);
    assert.ok(grant);
    await api.setConfiguration(id, { credentials: right });
    assert.equal(ended(await api.finalize(id, asked)).status, 'STARTED');
    await world.reaches(id, 19);
  });

  it('connect again: the next generation with the old settings, sessions numbered on', async () => {
    const { api } = lifecycles;
    const id = await connected();
    await api.finalize(id, { resources: ['orders'], properties });
    await world.reaches(id, 19);
    await assert.rejects(api.connectAgain(id), refusal('PROCEDURE_REFUSED', 'INVALID_CONNECTOR_STATUS'));
    const by = { kind: 'person', id: 'ada' } as const;
    const autoPaused = { at: new Date(), failures: 2, since: new Date() };
    await world.stores.connections.change(id, () => ({ autoPaused }));
    const former = await connectionOf(world, id);
    const disconnect = () => world.sessions().disconnect(former, { by, keepData: false });
    const answers = await Promise.all([disconnect(), disconnect()]);
    assert.ok(answers.some(({ pending }) => !pending));
    assert.equal(await nextOf(id), 'connectAgain');
    const answer = ended(await api.connectAgain(id));
    assert.deepEqual([answer.status, answer.configurationStatus], ['CONFIGURING', 'INSTALLED']);
    const now = await connectionOf(world, id);
    assert.deepEqual(
      [now.generation, now.ownCode, now.authorized, now.properties, now.latestSession, now.autoPaused],
      [2, null, false, properties, 1, null],
    );
    await assert.rejects(disconnect(), refusal('ILLEGAL_MOVE'), 'of a generation that is over');
    assert.equal((await connectionOf(world, id)).ownCode, null);
    assert.equal(await world.stores.grants.get(id, 2), null);
    const [last] = (await api.listProcedures(id)).procedures;
    assert.deepEqual([last?.procedure, last?.state, last?.generation], ['connectAgain', 'ended', 2]);
    await api.configureConnector(id);
    await api.setConfiguration(id, { credentials: right });
    assert.equal(ended(await api.finalize(id)).status, 'STARTED');
    const synced = await world.reaches(id, 19, ({ number }) => number === 2);
    assert.deepEqual([synced.generation, synced.resources], [2, ['orders']]);
  });
});
