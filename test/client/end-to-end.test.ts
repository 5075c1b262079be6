import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createApi } from '../../client/api/create-api.ts';
import { createDispatcher, type Dispatcher } from '../../client/dispatcher.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import { createLog } from '../../platform/log.ts';
import { disconnectPlanned } from '../support/disconnect.ts';
import { localEgress } from '../support/egress.ts';
import {
  type PagedApp,
  pagedClient,
  pagedDefinition,
  pagedRows,
  startPagedApp,
} from '../support/paged-app.ts';
import { startWorld, type World } from '../support/world.ts';
import { noStore, token } from './support.ts';

describe('from connect to disconnect, through the API', { skip: noStore }, () => {
  let world: World;
  let app: PagedApp<'orders'>;
  let dispatcher: Dispatcher;
  let stopApi: () => Promise<void>;
  let url: string;
  let client: TributaryClient;
  before(async () => {
    world = await startWorld();
    app = await startPagedApp({ resources: { orders: pagedRows(250) }, auth: 'oauth2' });
    const definition = pagedDefinition({ auth: 'oauth2' });
    world.definitions.set(definition.id, definition);
    const log = createLog({ name: 'test', level: 'silent' });
    const { stores, definitions, secrets, callbackUrl } = world;
    const sessions = world.sessions();
    dispatcher = createDispatcher({ stores, sessions, log });
    // The address that workers name at the exchange of the code; the test itself goes to the port.
    const publicUrl = () => new URL(callbackUrl).origin;
    const api = createApi({
      stores,
      sessions,
      dispatcher,
      definitions: () => definitions,
      secrets,
      egress: localEgress,
      token,
      publicUrl,
      log,
    });
    stopApi = () => api.close();
    url = await api.listen({ host: '127.0.0.1', port: 0 });
    dispatcher.start();
    client = createTributaryClient({ url, token, actor: 'ada' });
  });
  after(async () => {
    await stopApi();
    await dispatcher.stop();
    await app.stop();
    await world.stop();
  });

  /** Follows an address of ours at the port that the API listens on. */
  const visit = (address: string) => {
    const { pathname, search } = new URL(address);
    return fetch(`${url}${pathname}${search}`, { redirect: 'manual' });
  };

  test('a consent leads to records, a second pass finds them unchanged, a disconnect leaves a receipt', async () => {
    await client.putApp('paged', { baseUrl: app.url, ...pagedClient });
    const made = await client.connect({ company: { id: 'acme', name: 'Acme' }, app: 'paged' });
    assert.ok(made.authorization.kind === 'oauth2');
    const opened = await visit(made.authorization.link);
    const consented = await fetch(String(opened.headers.get('location')), { redirect: 'manual' });
    assert.equal((await visit(String(consented.headers.get('location')))).status, 200);

    const first = await world.reaches('paged-acme', 19, ({ closedAt }) => closedAt !== null);
    const session = await client.getSession(first._id);
    assert.deepEqual([session.text, session.ledger.inserted, session.openedBy.id], ['Synced', 250, 'ada']);
    assert.equal((await client.ledger(first._id)).balanced, true);
    assert.equal((await client.listRecords('paged-acme', 'orders', { limit: 1 })).total, 250);
    assert.equal((await client.getRecord('paged-acme', 'orders', 'r1')).data.id, 'r1');
    assert.equal((await client.checks(first._id)).checks.length, 6);
    const feed = await client.changes('paged-acme', { limit: 500 });
    assert.deepEqual([feed.items.length, feed.more], [250, false]);

    const { sessionId } = await client.startSession('paged-acme');
    assert.equal(sessionId, 'paged-acme.2');
    await world.reaches('paged-acme', 19, ({ number }) => number === 2);
    const { sum } = await client.ledger('paged-acme.2');
    assert.deepEqual([sum.inserted, sum.updated, sum.recordsAfter], [0, 0, 250]);
    assert.deepEqual((await client.changes('paged-acme', { cursor: feed.cursor })).items, []);
    assert.equal((await client.getConnection('paged-acme')).label, 'Up to date');

    const receipt = await disconnectPlanned(client, 'paged-acme');
    assert.ok('grantRevoked' in receipt && receipt.grantRevoked);
    assert.equal((await client.getConnection('paged-acme')).label, 'Disconnected');
    await assert.rejects(client.startSession('paged-acme'), { code: 'CONNECTION_DISCONNECTED' });
  });
});
