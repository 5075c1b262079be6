import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { authorizeConnection } from '../../activities/authorization/authorize.ts';
import { createCredentials } from '../../activities/authorization/credentials.ts';
import { daysLeft } from '../../activities/authorization/grant.ts';
import type { ActivityPorts } from '../../activities/ports.ts';
import { type ConnectorDefinitionInput, definitionSchema } from '../../connectors/definition.ts';
import type { JsonValue } from '../../domain/json.ts';
import { createSecretBox } from '../../platform/crypto.ts';
import { openStores, type Stores } from '../../stores/open.ts';
import { connectionDoc } from '../stores/support.ts';
import { localEgress } from '../support/egress.ts';

const noStore =
  process.env.TEST_MONGODB_URI === undefined ? 'NOT RUN: TEST_MONGODB_URI is not set; use "npm test"' : false;
const secrets = createSecretBox([{ id: 'test', key: randomBytes(32) }]);
const dayMs = 86_400_000;

/** An accounting app: the id of the company comes with the callback and stands in every address. */
async function startBooks() {
  const switches = { refuseClient: false, down: false, tokens: 0, paths: [] as string[], valid: '' };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    switches.paths.push(path);
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (path === '/token') {
      if (switches.refuseClient) return send(401, { error: 'invalid_client' });
      switches.tokens += 1;
      switches.valid = `token-${switches.tokens}`;
      return send(200, { access_token: switches.valid, refresh_token: 'r', expires_in: 3600, ends: 864_000 });
    }
    if (switches.down) return send(503, {});
    const valid = request.headers.authorization === `Bearer ${switches.valid}`;
    return valid ? send(200, { id: path.split('/')[2] ?? 'company' }) : send(401, {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, switches };
}

const resources = [
  { id: 'bills', name: 'Bills', path: '/bills', recordsPath: '', key: ['id'], schema: 'infer' },
];
const common = { version: 1, name: 'Books', resources, identity: { path: '/me', account: '/id' } };
const books = definitionSchema.parse({
  ...common,
  id: 'books',
  auth: {
    kind: 'oauth2',
    authorizationUrl: '{baseUrl}/authorize',
    tokenUrl: '{baseUrl}/token',
    callbackParameters: ['realmId'],
    refreshTokenExpiresIn: 'ends',
  },
  identity: { path: '/company/{connection.realmId}', account: '/id' },
} as ConnectorDefinitionInput);
const machine = definitionSchema.parse({
  ...common,
  id: 'machine',
  auth: { kind: 'clientCredentials', tokenUrl: '{baseUrl}/token' },
} as ConnectorDefinitionInput);

describe('an authorization', { skip: noStore }, () => {
  let stores: Stores;
  before(async () => {
    const database = `test_authorize_${randomBytes(5).toString('hex')}`;
    stores = await openStores({ uri: process.env.TEST_MONGODB_URI ?? '', database });
  });
  after(async () => {
    await stores.db.dropDatabase();
    await stores.close();
  });

  /** A connection of one of the apps, and how it is authorized. */
  async function begin(connectionId: string, app: typeof books) {
    const desk = await startBooks();
    await stores.apps.put({
      _id: app.id,
      baseUrl: desk.url,
      clientId: 'us',
      clientSecret: secrets.seal('s3cret', `app/${app.id}`),
      updatedAt: new Date(),
    });
    await stores.connections.create(
      connectionDoc(connectionId, { app: app.id, account: null, parameters: {} }),
    );
    const ports = {
      stores,
      secrets,
      egress: localEgress,
      definition: () => app,
      callbackUrl: () => 'http://127.0.0.1:4999/callback',
    } as unknown as ActivityPorts;
    const submit = async (kind: 'callback' | 'credentials', id: string, payload: JsonValue) => {
      const entryId = `${kind}/${connectionId}/${id}`;
      const sealed = secrets.seal(payload, entryId);
      const entry = { connectionId, generation: 1, kind, payload: sealed, receivedAt: new Date() };
      await stores.inbox.put({ _id: entryId, ...entry });
      return again(kind, id);
    };
    /** Another attempt of the activity. */
    const again = async (kind: string, id: string) => {
      const entryId = `${kind}/${connectionId}/${id}`;
      const input = { connectionId, generation: 1, sessionId: `${connectionId}.1`, entryId };
      return authorizeConnection(ports, input as Parameters<typeof authorizeConnection>[1]);
    };
    const consent = async (state: string, realmId: string) => {
      await stores.consents.create({
        _id: state,
        connectionId,
        generation: 1,
        sessionId: `${connectionId}.1`,
        codeVerifier: secrets.seal('v'.repeat(43), `consent/${state}`),
        url: 'http://127.0.0.1/',
        createdAt: new Date(),
        expiresAt: new Date(Date.now() + dayMs),
      });
      return submit('callback', state, { params: `code=c&state=${state}&realmId=${realmId}` });
    };
    return { ...desk, ports, submit, consent, again, app };
  }
  const grantOf = async (id: string) => (await stores.grants.get(id, 1)) ?? assert.fail('no grant');

  test('keeps what the callback says of the connection; another account changes nothing', async () => {
    const { consent, switches } = await begin('books-acme', books);
    assert.deepEqual(await consent('state-1', '42'), { ok: true, finalizes: false });
    assert.ok(switches.paths.includes('/company/42'));
    const before = await stores.connections.get('books-acme');
    assert.deepEqual(before?.parameters, { realmId: '42' });
    assert.equal(before?.account, '42');
    const { endsAt, seq } = await grantOf('books-acme');
    assert.equal(daysLeft(endsAt, new Date()), 9);

    const other = await consent('state-2', '43');
    assert.equal(other.ok === false && other.reason, 'ACCOUNT_MISMATCH');
    assert.deepEqual((await stores.connections.get('books-acme'))?.parameters, { realmId: '42' });
    assert.equal((await grantOf('books-acme')).seq, seq);
    assert.equal((await consent('state-3', '42')).ok, true);
    assert.equal((await grantOf('books-acme')).seq, seq + 1);
  });

  test('that ends after its connection was disconnected leaves nothing, nor touches the next generation', async () => {
    for (const [id, after] of [
      ['books-gone', { ownCode: 26 as const }],
      ['books-next', { generation: 2 }],
    ] as const) {
      const { ports, submit, switches } = await begin(id, books);
      const state = `state-${id}`;
      await stores.consents.create({
        _id: state,
        connectionId: id,
        generation: 1,
        sessionId: `${id}.1`,
        codeVerifier: secrets.seal('v'.repeat(43), `consent/${state}`),
        url: 'http://127.0.0.1/',
        createdAt: new Date(),
        expiresAt: new Date(Date.now() + dayMs),
      });
      // While the app is asked the connection goes.
      const { fetch } = ports.egress;
      Object.assign(ports, {
        egress: {
          ...ports.egress,
          fetch: async (...asked: Parameters<typeof fetch>) => {
            const answer = await fetch(...asked);
            if (switches.paths.includes('/company/42')) await stores.connections.change(id, () => after);
            return answer;
          },
        },
      });
      const params = `code=c&state=${state}&realmId=42`;
      const result = await submit('callback', state, { params }).catch((error: unknown) => error);
      assert.equal((result as { code?: string }).code ?? JSON.stringify(result), 'CONNECTION_GONE');
      const connection = await stores.connections.get(id);
      assert.deepEqual([connection?.account, connection?.parameters], [null, {}]);
      assert.equal(await stores.grants.get(id, 1), null);
    }
  });

  test('survives an identity request that fails: the code is exchanged once', async () => {
    const { consent, switches, again } = await begin('books-bolt', books);
    switches.down = true;
    await assert.rejects(consent('state-4', '42'), { code: 'SOURCE_SERVER_ERROR' });
    const kept = (await stores.consents.get('state-4'))?.exchanged ?? assert.fail('nothing kept');
    assert.doesNotMatch(JSON.stringify(kept), /token-1/);
    switches.down = false;
    assert.equal((await again('callback', 'state-4')).ok, true);
    assert.equal(switches.tokens, 1);
    assert.equal((await stores.consents.get('state-4'))?.exchanged, undefined);
  });

  test('by a client of the company gets a token, and a new one when that is refused', async () => {
    const { submit, switches, ports, app, url } = await begin('machine-acme', machine);
    const credentials = { kind: 'clientCredentials', clientId: 'theirs', clientSecret: 'key' };
    assert.equal((await submit('credentials', 'one', credentials)).ok, true);
    const grant = await grantOf('machine-acme');
    assert.equal(grant.endsAt, null);
    assert.ok(grant.expiresAt);
    assert.doesNotMatch(JSON.stringify(grant), /theirs|token-1/);
    const { authorization } = createCredentials(ports, {
      connectionId: 'machine-acme',
      generation: 1,
      definition: app,
      app: { baseUrl: url, clientId: '', clientSecret: '' },
      signal: new AbortController().signal,
    });
    assert.equal(await authorization(), 'Bearer token-1');
    assert.equal(await authorization({ refresh: true }), 'Bearer token-2');
    assert.equal(await authorization(), 'Bearer token-2');
    switches.refuseClient = true;
    await assert.rejects(authorization({ refresh: true }), { code: 'GRANT_REVOKED' });
  });

  test('by a client that the app refuses says so', async () => {
    const { submit, switches } = await begin('machine-bolt', machine);
    switches.refuseClient = true;
    const credentials = { kind: 'clientCredentials', clientId: 'theirs', clientSecret: 'wrong' };
    const answer = await submit('credentials', 'one', credentials);
    assert.equal(answer.ok === false && answer.reason, 'INVALID_CREDENTIALS');
    assert.equal(await stores.grants.get('machine-bolt', 1), null);
  });
});

test('days left are whole days, none once it has ended, unknown when nobody says', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  assert.equal(daysLeft(new Date('2026-03-04T11:59:59Z'), now), 2);
  assert.equal(daysLeft(new Date('2026-03-04T12:00:00Z'), now), 3);
  assert.equal(daysLeft(new Date('2026-02-01T12:00:00Z'), now), 0);
  assert.equal(daysLeft(null, now), null);
});
