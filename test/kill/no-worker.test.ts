import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { beginAuthorization } from '../../connectors/oauth.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import {
  type PagedApp,
  type PagedAuth,
  pagedClient,
  pagedCredentials,
  pagedDefinition,
  pagedRows,
  startPagedApp,
} from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';

describe('while no worker lives', () => {
  let world: World;
  let app: PagedApp<'orders'>;
  const stopWorkers = () => Promise.all([world.stopWorker(), world.stopPool()]);
  const startWorkers = () => Promise.all([world.startWorker(), world.startPool()]);
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());
  beforeEach(async () => {
    await startWorkers();
  });
  afterEach(() => app.stop());

  async function waitingForConsent(auth: PagedAuth): Promise<ConnectionDoc> {
    app = await startPagedApp({ auth, resources: { orders: pagedRows(30) } });
    const definition = pagedDefinition({ auth });
    const connection = await world.configuring({ definition, baseUrl: app.url, client: pagedClient });
    await world.sessions().startSession(connection, { kind: 'authorize', by: tester });
    await world.reaches(connection._id, 6);
    return connection;
  }

  /** The person opens the link and consents; what the app's answer brings to our callback address. */
  async function consent(connection: ConnectionDoc): Promise<{ state: string; params: string }> {
    const state = randomUUID();
    const definition = pagedDefinition({ auth: 'oauth2' });
    const redirectUri = world.callbackUrl;
    const link = await beginAuthorization(
      definition,
      { baseUrl: app.url, ...pagedClient },
      { state, redirectUri },
    );
    const createdAt = new Date();
    await world.stores.consents.create({
      _id: state,
      connectionId: connection._id,
      generation: 1,
      sessionId: (await world.latest(connection._id))._id,
      codeVerifier: world.secrets.seal(link.codeVerifier, `consent/${state}`),
      url: link.url,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + 600_000),
    });
    const answer = await fetch(link.url, { redirect: 'manual' });
    return { state, params: new URL(answer.headers.get('location') ?? '').search.slice(1) };
  }

  it('an OAuth callback that arrives is not lost', async () => {
    const connection = await waitingForConsent('oauth2');
    await stopWorkers();
    const { state, params } = await consent(connection);
    await world.deliver(connection, { kind: 'callback', id: state, payload: { params } });
    assert.equal((await world.latest(connection._id)).status, 6);

    await startWorkers();
    const session = await world.reaches(connection._id, 19);
    assert.deepEqual(await world.path(session._id), [6, 9, 2, 12, 13, 15, 16, 18, 19]);
    await world.closes(connection._id);
  });

  it('credentials that arrive are not lost', async () => {
    const connection = await waitingForConsent('bearer');
    await stopWorkers();
    await world.deliver(connection, { kind: 'credentials', payload: pagedCredentials.bearer });
    assert.equal((await world.latest(connection._id)).status, 6);

    await startWorkers();
    await world.reaches(connection._id, 19);
    await world.closes(connection._id);
  });

  it('a session that is started begins when one comes', async () => {
    app = await startPagedApp({ resources: { orders: pagedRows(30) } });
    const connection = await world.started({ definition: pagedDefinition(), baseUrl: app.url });
    await stopWorkers();
    await world.sessions().startSession(connection, { kind: 'load', by: tester });

    await startWorkers();
    await world.reaches(connection._id, 19);
    await world.closes(connection._id);
  });
});
