import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fetchAccount } from '../../connectors/identity.ts';
import { beginAuthorization, exchangeCode, refreshTokens, revokeGrant } from '../../connectors/oauth.ts';
import { answerConsent, completeConsent } from '../../examples/storefront/consent.ts';
import { type Storefront, startStorefront } from '../../examples/storefront/server.ts';
import {
  authorizeAt,
  consentAt,
  openStorefront as start,
  storefrontDefinition,
  storefrontSettings,
} from '../support/storefront.ts';

const redirectUri = 'http://127.0.0.1:4999/api/oauth/callback';
const folder = await mkdtemp(join(tmpdir(), 'storefront-'));
after(() => rm(folder, { recursive: true }));

const definition = storefrontDefinition;
const appOf = ({ url }: Storefront) => storefrontSettings(url);
const authorize = ({ url }: Storefront, account: string) => authorizeAt(url, account);

describe('the storefront grants access by OAuth 2', async () => {
  const storefront = await start();
  const app = appOf(storefront);

  test('from the consent page to an account and a rotated refresh token', async () => {
    const first = await authorize(storefront, 'east');
    assert.equal(await fetchAccount(definition, app, first), 'east');
    assert.ok(first.refreshToken && Date.parse(first.expiresAt ?? '') > Date.now());
    const second = await refreshTokens(definition, app, first);
    assert.notEqual(second.refreshToken, first.refreshToken);
    assert.equal(await fetchAccount(definition, app, second), 'east');
  });

  test('an old refresh token revokes the new one too', async () => {
    const first = await authorize(storefront, 'west');
    const second = await refreshTokens(definition, app, first);
    await assert.rejects(refreshTokens(definition, app, first), { code: 'GRANT_REVOKED' });
    await assert.rejects(refreshTokens(definition, app, second), { code: 'GRANT_REVOKED' });
    await assert.rejects(fetchAccount(definition, app, second), { code: 'INVALID_CREDENTIALS' });
  });

  test('two companies authorize one after the other, each for itself', async () => {
    for (const account of ['central', 'south'])
      assert.equal(await fetchAccount(definition, app, await authorize(storefront, account)), account);
  });

  test('a denied consent is CONSENT_DENIED', async () => {
    const callback = await consentAt(storefront.url, 'west', 'deny');
    await assert.rejects(exchangeCode(definition, app, callback), { code: 'CONSENT_DENIED' });
  });

  test('a code works once; used again it revokes what it gave', async () => {
    const callback = await consentAt(storefront.url, 'west');
    const { tokens } = await exchangeCode(definition, app, callback);
    await assert.rejects(exchangeCode(definition, app, callback), { code: 'CODE_USED' });
    await assert.rejects(refreshTokens(definition, app, tokens), { code: 'GRANT_REVOKED' });
  });

  test('another state, another server or no code at all is STATE_FORGED', async () => {
    const callback = await consentAt(storefront.url, 'west');
    const elsewhere = callback.params.replace(/iss=[^&]*/, 'iss=http%3A%2F%2Fother.example');
    for (const forged of [
      { ...callback, state: 'another' },
      { ...callback, params: elsewhere },
      { ...callback, params: 'state=state-1' },
      { ...callback, params: 'nothing' },
    ])
      await assert.rejects(exchangeCode(definition, app, forged), { code: /STATE_FORGED/ });
  });

  test('another verifier than that of the link is refused', async () => {
    const callback = await consentAt(storefront.url, 'west');
    const forged = { ...callback, codeVerifier: 'x'.repeat(43) };
    await assert.rejects(exchangeCode(definition, app, forged), { code: 'CODE_USED' });
  });

  test('a wrong client secret is INVALID_CREDENTIALS', async () => {
    const callback = await consentAt(storefront.url, 'west');
    const wrong = { ...app, clientSecret: 'wrong' };
    await assert.rejects(exchangeCode(definition, wrong, callback), { code: 'INVALID_CREDENTIALS' });
  });

  test('a failing token endpoint is TOKEN_ENDPOINT_FAILED, and the same tokens work afterwards', async () => {
    const tokens = await authorize(storefront, 'west');
    storefront.control.faults({ tokenErrors: 1 });
    await assert.rejects(refreshTokens(definition, app, tokens), { code: 'TOKEN_ENDPOINT_FAILED' });
    assert.ok(await refreshTokens(definition, app, tokens));
  });

  test('a grant that we revoke is gone; revoking it again is no error', async () => {
    const tokens = await authorize(storefront, 'west');
    assert.equal(await revokeGrant(definition, app, tokens), true);
    await assert.rejects(refreshTokens(definition, app, tokens), { code: 'GRANT_REVOKED' });
    assert.equal(await revokeGrant(definition, app, tokens), true);
  });

  test('a redirect address that is not registered gets no consent page', async () => {
    const elsewhere = 'http://127.0.0.1:4999/stolen';
    const { url } = await beginAuthorization(definition, app, { state: 's', redirectUri: elsewhere });
    await assert.rejects(answerConsent(url, { account: 'west', decision: 'approve' }), /answered 400/);
  });

  test('completeConsent calls the callback', async () => {
    const callback = `${storefront.url}/api/oauth/callback`;
    const { url } = await beginAuthorization(definition, app, { state: 's', redirectUri: callback });
    // The storefront has no callback of its own: that it was asked is seen from its answer.
    assert.equal((await completeConsent(url, { account: 'west', decision: 'approve' })).status, 401);
  });
});

describe('an address or client that is not set up', () => {
  const app = { baseUrl: 'https://app.example', clientId: 'a', clientSecret: 'b' };
  const question = { state: 's', redirectUri };
  for (const [what, wrong] of [
    ['no secret', { ...app, clientSecret: '' }],
    ['plain http on another machine', { ...app, baseUrl: 'http://app.example' }],
    ['no address', { ...app, baseUrl: '' }],
  ] as const)
    test(`${what} is APP_NOT_SET_UP`, async () => {
      await assert.rejects(beginAuthorization(definition, wrong, question), { code: 'APP_NOT_SET_UP' });
    });
});

test('plain http on another machine can be allowed', async () => {
  const app = { ...storefrontSettings('http://shop.internal:4100'), allowPlainHttp: true };
  const { url } = await beginAuthorization(definition, app, { state: 's', redirectUri });
  assert.match(url, /^http:\/\/shop\.internal:4100\/oauth\/authorize\?response_type=code/);
});

test('a state file that cannot be understood is left as it is', async () => {
  const stateFile = join(folder, 'broken.json');
  await writeFile(stateFile, '{"half');
  await assert.rejects(startStorefront({ stateFile }), /broken\.json is not a state file/);
  assert.equal(await readFile(stateFile, 'utf8'), '{"half');
});

test('a restart revokes nobody and keeps the rotation', async () => {
  const stateFile = join(folder, 'restart', 'storefront.json');
  const before = await start({ stateFile });
  const first = await authorize(before, 'east');
  const used = await authorize(before, 'south');
  const current = await refreshTokens(definition, appOf(before), used);
  await before.stop();

  const again = await start({ stateFile });
  assert.equal(await fetchAccount(definition, appOf(again), first), 'east');
  assert.ok(await refreshTokens(definition, appOf(again), first));
  await assert.rejects(refreshTokens(definition, appOf(again), used), { code: 'GRANT_REVOKED' });
  await assert.rejects(refreshTokens(definition, appOf(again), current), { code: 'GRANT_REVOKED' });
});

test('a revoked company loses all its tokens, the others keep theirs', async () => {
  const storefront = await start();
  const app = appOf(storefront);
  const east = await authorize(storefront, 'east');
  const west = await authorize(storefront, 'west');
  storefront.control.revoke('east');
  await assert.rejects(fetchAccount(definition, app, east), { code: 'INVALID_CREDENTIALS' });
  await assert.rejects(refreshTokens(definition, app, east), { code: 'GRANT_REVOKED' });
  assert.equal(await fetchAccount(definition, app, west), 'west');
});
