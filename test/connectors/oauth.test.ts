import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import {
  type ConnectorDefinition,
  type ConnectorDefinitionInput,
  definitionSchema,
} from '../../connectors/definition.ts';
import { beginAuthorization, exchangeCode, fetchClientToken, refreshTokens } from '../../connectors/oauth.ts';
import type { TributaryError } from '../../domain/errors.ts';
import { localEgress } from '../support/egress.ts';

interface Asked {
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
}
interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body: unknown;
}

/** A token endpoint that answers what it is told to. */
async function startDesk() {
  const asked: Asked[] = [];
  let answer: Answer = { body: {} };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ form: new URLSearchParams(body), authorization: request.headers.authorization });
    response.writeHead(answer.status ?? 200, { 'content-type': answer.type ?? 'application/json' });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const last = () => asked.at(-1) ?? assert.fail('nobody asked');
  const answers = (next: Answer) => {
    answer = next;
  };
  return { url, asked, last, answers };
}

const options = { fetch: localEgress.fetch };
const question = { state: 'state-1', redirectUri: 'http://127.0.0.1:4999/api/oauth/callback?x=1' };
type OAuth2 = Extract<ConnectorDefinitionInput['auth'], { kind: 'oauth2' }>;

async function start(auth: Partial<OAuth2> = {}, more: Partial<ConnectorDefinitionInput> = {}) {
  const desk = await startDesk();
  const definition = definitionSchema.parse({
    version: 1,
    id: 'books',
    name: 'Books',
    auth: {
      kind: 'oauth2',
      authorizationUrl: '{baseUrl}/authorize',
      tokenUrl: '{baseUrl}/token',
      scopes: ['read', 'more'],
      ...auth,
    },
    identity: { path: '/me', account: '/id' },
    resources: [
      { id: 'bills', name: 'Bills', path: '/bills', recordsPath: '', key: ['id'], schema: 'infer' },
    ],
    ...more,
  } as ConnectorDefinitionInput);
  const app = { baseUrl: desk.url, clientId: 'us', clientSecret: 's3cret' };
  return { desk, definition, app };
}

type Started = Awaited<ReturnType<typeof start>>;
const exchange = ({ definition, app }: Started, query: string) =>
  exchangeCode(definition, app, { ...question, params: query, codeVerifier: 'v'.repeat(43) }, options);
const tokenAnswer = { access_token: 'a1', token_type: 'Bearer', refresh_token: 'r1', expires_in: 3600 };
const daysFromNow = (time: string | undefined) => (Date.parse(time ?? '') - Date.now()) / 86_400_000;

describe('the address of the consent page', () => {
  const paramsOf = async (definition: ConnectorDefinition, app: Started['app'] & { scopes?: string[] }) =>
    new URL((await beginAuthorization(definition, app, question)).url).searchParams;

  test('has the exact redirect address, PKCE, and the scopes of the definition', async () => {
    const { definition, app } = await start();
    const params = await paramsOf(definition, app);
    assert.equal(params.get('redirect_uri'), question.redirectUri);
    assert.equal(params.get('code_challenge_method'), 'S256');
    assert.equal(params.get('scope'), 'read more');
  });

  test('is as the definition says: separator, more parameters, no PKCE; the settings name other scopes', async () => {
    const { definition, app } = await start({
      pkce: false,
      scopeSeparator: ',',
      authorizationParams: { access_type: 'offline', state: 'not-yours' },
    });
    const params = await paramsOf(definition, { ...app, scopes: ['a', 'b'] });
    assert.equal(params.get('code_challenge'), null);
    assert.equal(params.get('scope'), 'a,b');
    assert.equal(params.get('access_type'), 'offline');
    assert.equal(params.get('state'), question.state);
  });

  test('an app without a client says which settings are missing, and the command', async () => {
    const { definition } = await start();
    const bare = { baseUrl: null, clientId: '', clientSecret: '' };
    await assert.rejects(beginAuthorization(definition, bare, question), {
      code: 'APP_NOT_SET_UP',
      message:
        /no address, client id and client secret yet\. Set it with: tributary app set books --base-url/,
      details: { app: 'books', missing: ['baseUrl', 'clientId', 'clientSecret'] },
    });
  });
});

describe('the exchange of a code', () => {
  test('sends the client in the header or in the body, the verifier with PKCE only', async () => {
    const basic = await start();
    basic.desk.answers({ body: tokenAnswer });
    await exchange(basic, 'code=c&state=state-1');
    assert.match(basic.desk.last().authorization ?? '', /^Basic /);
    assert.equal(basic.desk.last().form.get('code_verifier'), 'v'.repeat(43));
    assert.equal(basic.desk.last().form.get('redirect_uri'), question.redirectUri);

    const post = await start({ clientAuthentication: 'post', pkce: false });
    post.desk.answers({ body: tokenAnswer });
    await exchange(post, 'code=c&state=state-1');
    assert.equal(post.desk.last().authorization, undefined);
    assert.equal(post.desk.last().form.get('client_secret'), 's3cret');
    assert.equal(post.desk.last().form.get('code_verifier'), null);
  });

  const tolerated: Readonly<Record<string, object>> = {
    'only a token and a scope': { access_token: 'a1', scope: 'read' },
    'a token type in capitals and empty fields': { ...tokenAnswer, refresh_token: '', scope: null },
    'another token type, a scope that is a list, an ID token': {
      ...tokenAnswer,
      token_type: 'mac',
      scope: ['read'],
      id_token: 'x.y.z',
    },
    'seconds as a text': { ...tokenAnswer, expires_in: '3600' },
  };
  for (const [what, body] of Object.entries(tolerated))
    test(`takes an answer with ${what}`, async () => {
      const started = await start();
      started.desk.answers({ body });
      assert.equal((await exchange(started, 'code=c&state=state-1')).tokens.accessToken, 'a1');
    });

  const refused: readonly (readonly [string, Answer, string])[] = [
    ['HTML', { body: '<h1>Sorry</h1>', type: 'text/html' }, 'TOKEN_ENDPOINT_FAILED'],
    ['HTML and 400', { status: 400, body: '<h1>No</h1>', type: 'text/html' }, 'TOKEN_ENDPOINT_FAILED'],
    ['500', { status: 500, body: { error: 'invalid_request' } }, 'TOKEN_ENDPOINT_FAILED'],
    ['500 without a body', { status: 500, body: '' }, 'TOKEN_ENDPOINT_FAILED'],
    ['no token', { body: { token_type: 'bearer' } }, 'TOKEN_ENDPOINT_FAILED'],
    ['a list', { body: [] }, 'TOKEN_ENDPOINT_FAILED'],
    [
      'temporarily_unavailable',
      { status: 400, body: { error: 'temporarily_unavailable' } },
      'TOKEN_ENDPOINT_FAILED',
    ],
    ['invalid_grant', { status: 400, body: { error: 'invalid_grant' } }, 'CODE_USED'],
    ['an error with 200', { body: { error: 'bad_verification_code' } }, 'CODE_USED'],
    ['invalid_client', { status: 401, body: { error: 'invalid_client' } }, 'INVALID_CREDENTIALS'],
    ['invalid_request', { status: 400, body: { error: 'invalid_request' } }, 'INVALID_CREDENTIALS'],
  ];
  for (const [what, answer, code] of refused)
    test(`${what} is ${code}`, async () => {
      const started = await start();
      started.desk.answers(answer);
      await assert.rejects(exchange(started, 'code=c&state=state-1'), { code });
    });

  test('an answer of another issuer, or to another question, is forged; the right issuer is not', async () => {
    const started = await start({ issuer: 'https://books.example.com' });
    started.desk.answers({ body: tokenAnswer });
    for (const query of [
      'code=c&state=state-1&iss=https%3A%2F%2Fevil.example.com',
      'code=c&state=state-2',
      'code=c',
      'state=state-1',
      'code=c&code=d&state=state-1',
    ])
      await assert.rejects(exchange(started, query), { code: 'STATE_FORGED' });
    assert.equal(started.desk.asked.length, 0);
    await exchange(started, 'code=c&state=state-1&iss=https%3A%2F%2Fbooks.example.com');
  });

  test('keeps the parameters of the callback that the definition names, if they are what they should be', async () => {
    const parameters = {
      type: 'object',
      required: ['shop'],
      properties: { shop: { type: 'string' }, realmId: { type: 'string', pattern: '^\\d+$' } },
    };
    const started = await start({ callbackParameters: ['realmId', 'host'] }, { parameters });
    started.desk.answers({ body: tokenAnswer });
    const given = async (query: string) =>
      (await exchange(started, `code=c&state=state-1${query}`)).parameters;
    assert.deepEqual(await given('&realmId=42&other=1'), { realmId: '42' });
    assert.deepEqual(await given(''), {});
    await assert.rejects(given('&realmId=4%2F..%2F2'), { code: 'STATE_FORGED', message: /"realmId"/ });
    // Either would climb out of its place in an address.
    for (const host of ['..', '.', '%0d%0aa'])
      await assert.rejects(given(`&host=${host}`), { code: 'STATE_FORGED', message: /"host"/ });
    await assert.rejects(given(`&host=${'x'.repeat(201)}`), { code: 'STATE_FORGED', message: /"host"/ });
  });
});

test('what app or browser call an error is shown without control characters, tokens and great length', async () => {
  const started = await start();
  const said = `\u001b[2J\u0007bad ${'ab12'.repeat(20)} ${'x '.repeat(500)}`;
  const shown = (error: unknown) => {
    const { message, details } = error as TributaryError;
    for (const text of [message, JSON.stringify(details)]) {
      assert.match(text, /bad \[redacted\]/);
      assert.doesNotMatch(text, /\p{Cc}|\\u00|ab12/u);
      assert.ok(text.length < 200, text);
    }
    return true;
  };
  await assert.rejects(exchange(started, `state=state-1&error=${encodeURIComponent(said)}`), shown);
  started.desk.answers({ status: 400, body: { error: said } });
  await assert.rejects(exchange(started, 'code=c&state=state-1'), shown);
});

describe('the end of a refresh token', () => {
  test('is what the app says in the field that the definition names', async () => {
    const started = await start({ refreshTokenExpiresIn: 'x_refresh_token_expires_in', refreshTokenDays: 5 });
    started.desk.answers({ body: { ...tokenAnswer, x_refresh_token_expires_in: 8_640_000 } });
    const { tokens } = await exchange(started, 'code=c&state=state-1');
    assert.equal(Math.round(daysFromNow(tokens.refreshExpiresAt)), 100);
  });

  test('is counted from when it was given, and stays while the same token is used', async () => {
    const started = await start({ refreshTokenDays: 60 });
    started.desk.answers({ body: tokenAnswer });
    const { tokens } = await exchange(started, 'code=c&state=state-1');
    assert.equal(Math.round(daysFromNow(tokens.refreshExpiresAt)), 60);
    const { definition, app, desk } = started;
    const old = { ...tokens, refreshExpiresAt: '2030-01-01T00:00:00.000Z' };
    desk.answers({ body: { access_token: 'a2' } });
    const same = await refreshTokens(definition, app, old, options);
    assert.equal(same.refreshToken, 'r1');
    assert.equal(same.refreshExpiresAt, old.refreshExpiresAt);
    desk.answers({ body: { access_token: 'a3', refresh_token: 'r2' } });
    const next = await refreshTokens(definition, app, old, options);
    assert.equal(Math.round(daysFromNow(next.refreshExpiresAt)), 60);
  });
});

describe('client credentials', () => {
  const submitted = { kind: 'clientCredentials', clientId: 'theirs', clientSecret: 'key' } as const;
  const clientAuth = { kind: 'clientCredentials', tokenUrl: '{baseUrl}/token', scopes: ['all'] };

  test("get a token with the company's own client", async () => {
    const auth = { ...clientAuth, clientAuthentication: 'post', tokenParams: { audience: 'api' } };
    const { desk, definition, app } = await start({}, { auth } as Partial<ConnectorDefinitionInput>);
    desk.answers({ body: { access_token: 'a1', expires_in: 60 } });
    const tokens = await fetchClientToken(definition, { ...app, clientId: '' }, submitted, options);
    assert.equal(tokens.accessToken, 'a1');
    const { form } = desk.last();
    assert.deepEqual(Object.fromEntries(form), {
      audience: 'api',
      client_id: 'theirs',
      client_secret: 'key',
      grant_type: 'client_credentials',
      scope: 'all',
    });
  });

  test('that are refused are INVALID_CREDENTIALS, and so is another kind', async () => {
    const { desk, definition, app } = await start({}, {
      auth: clientAuth,
    } as Partial<ConnectorDefinitionInput>);
    desk.answers({ status: 401, body: { error: 'invalid_client' } });
    const code = 'INVALID_CREDENTIALS';
    await assert.rejects(fetchClientToken(definition, app, submitted, options), { code });
    const basic = { kind: 'basic', username: 'a', password: 'b' } as const;
    await assert.rejects(fetchClientToken(definition, app, basic, options), { code, message: /not basic/ });
  });
});
