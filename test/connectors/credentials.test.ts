import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { tokenValue } from '../../connectors/app.ts';
import { fetchAccount, testCredentials } from '../../connectors/identity.ts';
import { beginAuthorization, exchangeCode, refreshTokens, revokeGrant } from '../../connectors/oauth.ts';
import { createSource } from '../../connectors/registry.ts';
import type { TributaryError } from '../../domain/errors.ts';
import {
  type PagedAuth,
  pagedClient,
  pagedCredentials,
  pagedDefinition,
  pagedRows,
  startPagedApp,
} from '../support/paged-app.ts';

async function start(auth: PagedAuth) {
  const app = await startPagedApp({ auth, resources: { orders: pagedRows(3) } });
  after(() => app.stop());
  return { app, definition: pagedDefinition({ auth }), settings: { baseUrl: app.url, ...pagedClient } };
}

describe('submitted credentials', () => {
  for (const kind of ['basic', 'bearer', 'apiKey'] as const)
    test(`${kind}: the right ones name the account`, async () => {
      const { app, definition, settings } = await start(kind);
      app.account = 'shop-7';
      assert.equal(await testCredentials(definition, settings, pagedCredentials[kind]), 'shop-7');
    });

  test('wrong ones are INVALID_CREDENTIALS and are not in the message', async () => {
    const { definition, settings } = await start('basic');
    const wrong = { kind: 'basic', username: 'ada', password: 'not-this-one' } as const;
    await assert.rejects(testCredentials(definition, settings, wrong), (error: TributaryError) => {
      assert.equal(error.code, 'INVALID_CREDENTIALS');
      return !JSON.stringify(error).includes('not-this-one');
    });
  });

  test('another kind than the app takes is INVALID_CREDENTIALS without asking it', async () => {
    const { definition } = await start('basic');
    const nowhere = { baseUrl: 'http://127.0.0.1:9' };
    await assert.rejects(testCredentials(definition, nowhere, pagedCredentials.bearer), {
      code: 'INVALID_CREDENTIALS',
      message: /takes basic/,
    });
  });

  test('an answer without the account id is SOURCE_BAD_ANSWER', async () => {
    const { definition, settings } = await start('bearer');
    const elsewhere = { ...definition, identity: { path: '/me', account: '/user/id' } };
    await assert.rejects(testCredentials(elsewhere, settings, pagedCredentials.bearer), {
      code: 'SOURCE_BAD_ANSWER',
      message: /"\/user\/id"/,
    });
  });

  test('an app that cannot be reached says so, not that the credentials are wrong', async () => {
    const { app, definition, settings } = await start('bearer');
    await app.stop();
    await assert.rejects(testCredentials(definition, settings, pagedCredentials.bearer), {
      code: 'SOURCE_UNREACHABLE',
    });
  });
});

describe('the paged app by OAuth', () => {
  const question = { state: 'state-1', redirectUri: 'http://127.0.0.1:4999/callback' };

  async function consent() {
    const started = await start('oauth2');
    const { definition, settings } = started;
    const { url, codeVerifier } = await beginAuthorization(definition, settings, question);
    const answer = await fetch(url, { redirect: 'manual' });
    const params = answer.headers.get('location') ?? '';
    return { ...started, callback: { ...question, params, codeVerifier } };
  }

  test('gives tokens that open its rows; refresh tokens rotate; revoking ends it', async () => {
    const { app, definition, settings, callback } = await consent();
    const { tokens: first } = await exchangeCode(definition, settings, callback);
    assert.equal(await fetchAccount(definition, settings, first), 'account-1');
    app.tokens.expireAccess();
    let current = first;
    const source = createSource(definition, settings, {
      fetch,
      credentials: {
        authorization: async (options) => {
          if (options?.refresh) current = await refreshTokens(definition, settings, current);
          return tokenValue(definition, current.accessToken);
        },
      },
    });
    const { signal } = new AbortController();
    for await (const page of source.read({ resource: 'orders', signal })) assert.equal(page.rows.length, 3);
    assert.equal(app.tokens.refreshes(), 1);
    await assert.rejects(refreshTokens(definition, settings, first), { code: 'GRANT_REVOKED' });
    assert.equal(await revokeGrant(definition, settings, current), true);
    assert.equal(app.tokens.revocations(), 1);
    await assert.rejects(refreshTokens(definition, settings, current), { code: 'GRANT_REVOKED' });
  });

  test('denies, fails and revokes on demand', async () => {
    const { app, definition, settings, callback } = await consent();
    app.faults.tokenErrors = 1;
    await assert.rejects(exchangeCode(definition, settings, callback), { code: 'TOKEN_ENDPOINT_FAILED' });
    const { tokens } = await exchangeCode(definition, settings, callback);
    app.faults.revoked = true;
    await assert.rejects(refreshTokens(definition, settings, tokens), { code: 'GRANT_REVOKED' });
    app.faults.deny = true;
    const { url, codeVerifier } = await beginAuthorization(definition, settings, question);
    const params = (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '';
    const denied = exchangeCode(definition, settings, { ...question, params, codeVerifier });
    await assert.rejects(denied, { code: 'CONSENT_DENIED' });
  });

  test('tokens without a refresh token cannot be refreshed', async () => {
    const { definition, settings } = await start('oauth2');
    await assert.rejects(refreshTokens(definition, settings, { accessToken: 'a' }), {
      code: 'GRANT_REVOKED',
    });
  });

  test('a token endpoint that is gone is TOKEN_ENDPOINT_FAILED', async () => {
    const { app, definition, settings, callback } = await consent();
    await app.stop();
    await assert.rejects(exchangeCode(definition, settings, callback), { code: 'TOKEN_ENDPOINT_FAILED' });
  });
});
