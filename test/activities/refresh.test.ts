import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createCredentials } from '../../activities/authorization/credentials.ts';
import {
  endOf,
  expiryOf,
  type GrantSecret,
  openGrant,
  sealGrant,
} from '../../activities/authorization/grant.ts';
import type { ActivityPorts } from '../../activities/ports.ts';
import { rotateKeys } from '../../client/api/key-rotation.ts';
import { beginAuthorization, exchangeCode, refreshTokens, type TokenSet } from '../../connectors/oauth.ts';
import { createSecretBox, type SecretBox } from '../../platform/crypto.ts';
import type { Egress } from '../../platform/egress.ts';
import { openStores, type Stores } from '../../stores/open.ts';
import { localEgress } from '../support/egress.ts';
import { pagedClient, pagedDefinition, startPagedApp } from '../support/paged-app.ts';

const noStore =
  process.env.TEST_MONGODB_URI === undefined ? 'NOT RUN: TEST_MONGODB_URI is not set; use "npm test"' : false;
const database = `test_refresh_${randomBytes(5).toString('hex')}`;
const older = { id: 'older', key: randomBytes(32) };
const newer = { id: 'newer', key: randomBytes(32) };
const secrets = createSecretBox([older]);
const definition = pagedDefinition({ auth: 'oauth2' });
/** Two processes would have one each. */
let stores: readonly Stores[] = [];

before(async () => {
  if (noStore) return;
  const uri = process.env.TEST_MONGODB_URI ?? '';
  stores = [await openStores({ uri, database }), await openStores({ uri, database })];
});
after(async () => {
  await stores[0]?.db.dropDatabase();
  await Promise.all(stores.map((one) => one.close()));
});

const storeOf = (n: number): Stores => stores[n % 2] ?? assert.fail('no store');

/** A connection with a grant of the paged app. */
async function granted(connectionId: string) {
  const app = await startPagedApp({ auth: 'oauth2' });
  after(() => app.stop());
  const settings = { baseUrl: app.url, ...pagedClient };
  const question = { state: 's', redirectUri: 'http://127.0.0.1:4999/callback' };
  const { url, codeVerifier } = await beginAuthorization(definition, settings, question);
  const params = (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '';
  const { tokens } = await exchangeCode(definition, settings, { ...question, params, codeVerifier });
  const context = `grant/${connectionId}/1`;
  const save = (given: TokenSet) => {
    const secret: GrantSecret = { kind: 'oauth2', tokens: given };
    return storeOf(0).grants.save({
      connectionId,
      generation: 1,
      account: 'account-1',
      secret: sealGrant(secrets, secret, context),
      expiresAt: expiryOf(secret),
      endsAt: endOf(secret),
    });
  };
  await save(tokens);
  const stored = async (box: SecretBox = secrets) => {
    const secret = openGrant(box, await storeOf(0).grants.get(connectionId, 1), context);
    return secret.kind === 'oauth2' ? secret.tokens : assert.fail(secret.kind);
  };
  /** What one worker asks with. */
  const worker = (n: number, egress: Egress = localEgress, clock = () => performance.now()) =>
    createCredentials({ stores: storeOf(n), secrets, egress } as ActivityPorts, {
      connectionId,
      generation: 1,
      definition,
      app: settings,
      signal: new AbortController().signal,
      clock,
    });
  return { app, settings, tokens, save, stored, worker };
}

/** An egress that does something when the token endpoint is asked: before or after the answer. */
const during = (work: () => Promise<unknown>): Egress => ({
  ...localEgress,
  fetch: async (...args) => {
    const answer = await localEgress.fetch(...args);
    await work();
    return answer;
  },
});

test('twenty refreshes over two stores at once are one at the app', { skip: noStore }, async () => {
  const { app, tokens, stored, worker } = await granted('many');
  const all = await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      const credentials = worker(n);
      assert.equal(await credentials.authorization(), `Bearer ${tokens.accessToken}`);
      return credentials.authorization({ refresh: true });
    }),
  );
  assert.equal(app.tokens.refreshes(), 1);
  const { accessToken } = await stored();
  assert.deepEqual(new Set(all), new Set([`Bearer ${accessToken}`]));
  assert.ok(app.tokens.isValid(accessToken));
});

test('a token that is about to end is refreshed before it is used', { skip: noStore }, async () => {
  const { app, tokens, save, stored, worker } = await granted('early');
  await save({ ...tokens, expiresAt: new Date(Date.now() + 5_000).toISOString() });
  const header = await worker(0).authorization();
  assert.equal(app.tokens.refreshes(), 1);
  assert.equal(header, `Bearer ${(await stored()).accessToken}`);
});

test('a refresh that failed gives its lease back: the next one asks at once', { skip: noStore }, async () => {
  const { app, worker } = await granted('failed');
  app.faults.tokenErrors = 1;
  const begun = Date.now();
  await assert.rejects(worker(0).authorization({ refresh: true }), { code: 'TOKEN_ENDPOINT_FAILED' });
  await worker(1).authorization({ refresh: true });
  assert.equal(app.tokens.refreshes(), 1);
  assert.ok(Date.now() - begun < 30_000);
});

test('a refresher that died with the new tokens in its hand has lost the grant', {
  skip: noStore,
}, async () => {
  const { settings, tokens, worker } = await granted('died');
  const { grants } = storeOf(0);
  const grant = (await grants.get('died', 1)) ?? assert.fail();
  assert.ok(await grants.lease(grant._id, grant.seq, new Date(Date.now() + 500)));
  await refreshTokens(definition, settings, tokens);
  await assert.rejects(worker(1).authorization({ refresh: true }), { code: 'GRANT_REVOKED' });
});

test('the grant is read once for many pages; a new one and its end are seen at once when the old one is refused', {
  skip: noStore,
}, async () => {
  const { tokens, save, worker } = await granted('cached');
  const { grants } = storeOf(0);
  const { get } = grants;
  let reads = 0;
  grants.get = (...of) => {
    reads += 1;
    return get(...of);
  };
  try {
    const credentials = worker(0);
    for (let page = 0; page < 50; page++)
      assert.equal(await credentials.authorization(), `Bearer ${tokens.accessToken}`);
    assert.equal(reads, 1);
    await save({ ...tokens, accessToken: 'another' });
    assert.equal(await credentials.authorization({ refresh: true }), 'Bearer another');
    await grants.remove('cached/1');
    await assert.rejects(credentials.authorization({ refresh: true }), { code: 'GRANT_REVOKED' });
    await assert.rejects(credentials.authorization(), { code: 'GRANT_REVOKED' });

    await save(tokens);
    let now = 0;
    const other = worker(0, localEgress, () => now);
    await other.authorization();
    await grants.remove('cached/1');
    now = 999;
    await other.authorization();
    now = 1_001;
    await assert.rejects(other.authorization(), { code: 'GRANT_REVOKED' });
  } finally {
    grants.get = get;
  }
});

test('a new authorization in the middle of a refresh wins', { skip: noStore }, async () => {
  const { tokens, save, stored, worker } = await granted('again');
  const fresh = { ...tokens, accessToken: 'of-the-new-consent', refreshToken: 'new' };
  const egress = during(() => save(fresh));
  assert.equal(await worker(0, egress).authorization({ refresh: true }), 'Bearer of-the-new-consent');
  assert.equal((await stored()).refreshToken, 'new');
});

test('a rotation of keys waits for a refresh, and neither loses what the other wrote', {
  skip: noStore,
}, async () => {
  const { app, worker, stored } = await granted('rotated');
  const box = createSecretBox([newer, older]);
  let rotation: ReturnType<typeof rotateKeys> | undefined;
  const egress = during(async () => {
    rotation = rotateKeys({ stores: storeOf(1), secrets: box });
  });
  const header = await worker(0, egress).authorization({ refresh: true });
  assert.equal((await rotation)?.next, null);
  const { accessToken } = await stored(createSecretBox([newer]));
  assert.equal(header, `Bearer ${accessToken}`);
  assert.ok(app.tokens.isValid(accessToken));
});
