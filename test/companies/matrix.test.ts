import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type ConnectionStatus, connectionStatuses } from '../../domain/connection.ts';
import { sessionWorkflowId } from '../../domain/contracts.ts';
import type { SessionStatus } from '../../domain/session.ts';
import type { ConnectionChange } from '../../stores/connections.ts';
import { breakDeduplication, failProcessing, malformed } from '../session/faults.ts';
import { type Scene, type SceneOptions, setScene } from '../session/scene.ts';
import { disconnectPlanned } from '../support/disconnect.ts';
import { pagedClient } from '../support/paged-app.ts';
import { pagedDefinition } from '../support/paged-definition.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { type ServedApi, serveApi } from './scene.ts';

/** Where the session of a connection rests when the disconnect comes; null: there is none. */
type Rest = readonly [code: SessionStatus | null, play: (world: World, t: TestContext) => Promise<Scene>];

const rest = (
  code: SessionStatus | null,
  options: SceneOptions,
  play: (scene: Scene, world: World) => Promise<unknown>,
): Rest => [
  code,
  async (world, t) => {
    const scene = await setScene(world, t, options);
    await play(scene, world);
    if (code !== null) await world.reaches(scene.id, code);
    return scene;
  },
];

const load = (scene: Scene) => scene.load();
const failing = async (scene: Scene) => {
  scene.app.faults.fail = { count: 1, status: 400 };
  await scene.load();
};
const none = rest(null, {}, async () => undefined);
const consent = rest(6, { configuring: true }, (scene) => scene.authorize());
const webhook = rest(25, { aggregator: 'first' }, load);
const error = rest(11, {}, failing);

/** The connection's status, the session's, and what else the store says of the connection. */
const cases: readonly (readonly [ConnectionStatus, string, Rest, ConnectionChange?])[] = [
  ['CONFIGURING', 'INSTALLED', none, { configurationStatus: 'INSTALLED' }],
  ['CONFIGURING', 'PREREQUISITES_DONE', none, { configurationStatus: 'PREREQUISITES_DONE' }],
  ['CONFIGURING', 'CONFIGURED', consent, { configurationStatus: 'CONFIGURED' }],
  ['CONFIGURING', 'CONNECTED', consent, { configurationStatus: 'CONNECTED' }],
  ['STARTING', 'without a session', none],
  ['STARTING', 'with a session that waits', webhook],
  ['STARTED', 'in its error', error],
  ['STARTED', 'without a session', none],
  ['PAUSING', 'with a session in its error', error],
  ['PAUSED', 'without a session', none],
  ['PAUSED', 'with a session that waits', webhook],
  ['ERROR', 'with a session that waits', webhook],
  ['ERROR', 'with a session in its error', error],
];

describe('disconnect, whatever the connection is in', { concurrency: 4 }, () => {
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

  /** Disconnected, by the engine and by the store; the receipt is sound and a second call changes nothing. */
  async function isGone(scene: Scene): Promise<void> {
    const { id } = scene;
    const connection = await world.stores.connections.get(id);
    assert.deepEqual(
      [connection?.status, connection?.ownCode, connection?.authorized],
      ['DISCONNECTED', 26, false],
    );
    const { label } = await api.client.getConnection(id);
    assert.equal(label, 'Disconnected');
    const receipt = await api.client.getReceipt(id);
    assert.deepEqual(await api.client.verifyReceipt(id, 1), {
      ...{ id: `${id}/1`, sound: true, deviations: [] },
    });
    const before = await world.stores.connections.get(id);
    assert.deepEqual(await disconnectPlanned(api.client, id), receipt);
    assert.deepEqual(await world.stores.connections.get(id), before);
    const run = await world.client.workflow
      .getHandle(sessionWorkflowId(id))
      .describe()
      .catch(() => null);
    assert.notEqual(run?.status.name, 'RUNNING');
  }

  it('covers every status of a connection', () => {
    const seen = new Set<ConnectionStatus>([...cases.map(([status]) => status), 'DISCONNECTED']);
    assert.deepEqual([...seen].sort(), [...connectionStatuses].sort());
  });

  for (const [status, what, [code, play], change] of cases) {
    it(`${status}, ${what}${code === null ? '' : ` (${code})`}`, async (t) => {
      const scene = await play(world, t);
      const held = status === 'PAUSED' || status === 'ERROR' || status === 'PAUSING';
      await world.stores.connections.change(scene.id, () => ({ status, ...change }));
      if (held && code !== null) {
        await scene.port.hold(scene.id);
        await world.reaches(scene.id, code, (session) => session.held !== null);
      }
      const receipt = await disconnectPlanned(api.client, scene.id);
      assert.ok('collections' in receipt, 'it ends within the answer');
      assert.equal(receipt.by.id, 'ada');
      if (code !== null) {
        const session = await world.latest(scene.id);
        assert.deepEqual([session.status, session.closedBy], [26, 'disconnected']);
      }
      await isGone(scene);
    });
  }

  it('8: the session stays Deauthorized, the connection is 26', async (t) => {
    const scene = await setScene(world, t);
    await world.deliver(scene.connection, { kind: 'revoked' });
    await until('8', async () => {
      const now = await world.stores.connections.get(scene.id);
      return now?.ownCode === 8 ? { found: true } : { seen: String(now?.ownCode) };
    });
    await world.closes(scene.id).catch(() => undefined);
    await disconnectPlanned(api.client, scene.id);
    await isGone(scene);
  });

  it('17, with processing that failed', async (t) => {
    const scene = await setScene(world, t);
    await failProcessing(world, scene);
    await disconnectPlanned(api.client, scene.id);
    assert.equal((await world.latest(scene.id)).status, 26);
    await isGone(scene);
  });

  it('22, with deduplication that failed', async (t) => {
    const scene = await setScene(world, t, { deduplication: true });
    breakDeduplication(world, scene);
    await scene.load();
    await world.reaches(scene.id, 22);
    await disconnectPlanned(api.client, scene.id);
    assert.equal((await world.latest(scene.id)).status, 26);
    await isGone(scene);
  });

  it('a definition that is gone, an error that quotes the app: the data goes all the same', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: malformed(10) } });
    await scene.load();
    const { detail } = await world.reaches(scene.id, 14);
    assert.ok(detail);
    world.definitions.delete(scene.connection.app);
    await disconnectPlanned(api.client, scene.id);
    assert.equal((await world.latest(scene.id)).detail, null);
    assert.equal(await world.stores.quarantine.of(scene.id, 1, 'orders').count(), 0);
    await isGone(scene);
  });

  it('an app whose revocation never answers keeps nobody connected', { timeout: 40_000 }, async (t) => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    const baseUrl = `http://127.0.0.1:${port}`;
    const definition = { ...pagedDefinition({ auth: 'oauth2' }), id: 'silent' };
    assert.ok(definition.auth.kind === 'oauth2');
    const auth = { ...definition.auth, revocationUrl: '{baseUrl}/revoke' };
    const options = { definition: { ...definition, auth }, baseUrl, client: pagedClient };
    const { _id: id } = await world.started(options);
    const tokens = { accessToken: 'a', refreshToken: 'r', expiresAt: null, scope: null };
    await world.stores.grants.save({
      ...{ connectionId: id, generation: 1, account: 'account-1', expiresAt: null, endsAt: null },
      secret: world.secrets.seal({ kind: 'oauth2', tokens }, `grant/${id}/1`),
    });
    const receipt = await disconnectPlanned(api.client, id);
    assert.ok('grantRevoked' in receipt && !receipt.grantRevoked);
    assert.equal(await world.stores.grants.get(id, 1), null);
    assert.equal((await api.client.verifyReceipt(id, 1)).sound, true);
  });

  it('bad input: unknown ids, wrong generations, a connection that lives', async (t) => {
    const scene = await setScene(world, t);
    const notFound = { code: 'NOT_FOUND' };
    await assert.rejects(disconnectPlanned(api.client, 'nobody'), notFound);
    await assert.rejects(api.client.getReceipt('nobody'), notFound);
    await assert.rejects(api.client.verifyReceipt('nobody', 1), notFound);
    await assert.rejects(api.client.getReceipt(scene.id), /was not disconnected/);
    await assert.rejects(api.client.verifyReceipt(scene.id, 1), /generation 1 of connection .* was not/);
    await assert.rejects(api.client.verifyReceipt(scene.id, 2), /its newest is 1/);
    for (const generation of [0, -1, 1.5, Number.NaN])
      await assert.rejects(api.client.getGenerationReceipt(scene.id, generation), notFound);
    await scene.port.disconnect(scene.connection, { by: tester, keepData: false });
    await assert.rejects(api.client.getGenerationReceipt(scene.id, 2), notFound);
    assert.equal((await api.client.getGenerationReceipt(scene.id, 1)).generation, 1);
    assert.ok(
      (await api.client.listReceipts({ limit: 500 })).receipts.some(({ id }) => id === `${scene.id}/1`),
    );
  });
});
