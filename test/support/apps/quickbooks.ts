import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import {
  type Answer,
  type Asked,
  basicOf,
  type Delivered,
  fieldsOf,
  post,
  redirect,
  serveAnswers,
} from './http.ts';
import { type Entity, type QuickBooksObject, query } from './quickbooks-query.ts';

/** What a test says of an event; the rest is filled in. */
export interface QuickBooksEvent {
  readonly type: string;
  readonly entityId?: string;
  readonly id?: string;
  readonly realmId?: string;
}

export interface QuickBooksStandIn {
  readonly url: string;
  readonly realmId: string;
  readonly client: { readonly clientId: string; readonly clientSecret: string };
  readonly verifierToken: string;
  readonly objects: Record<Entity, QuickBooksObject[]>;
  readonly asked: URL[];
  /** Which company the person chooses on the consent page. */
  chosenRealm: string;
  /** The person says no. */
  denies: boolean;
  /** So many of the next requests of the company answer 429. */
  limited: number;
  readonly refreshes: () => number;
  /** Refresh tokens that were replaced, oldest first. */
  readonly replaced: readonly string[];
  /** Tokens that were taken back by us. */
  readonly revoked: readonly string[];
  /** The access tokens end now; the refresh token lives on. */
  expireAccess(): void;
  /** The company disconnects the app. */
  disconnect(): void;
  deliver(
    address: string,
    events: readonly QuickBooksEvent[],
    forged?: { secret?: string },
  ): Promise<Delivered>;
  stop(): Promise<void>;
}

/** The form of a refusal that the gateway gives (small letters). */
const gateway = (status: number, code: string, message: string, type: string, detail: string): Answer => ({
  status,
  body: {
    warnings: null,
    intuitObject: null,
    fault: {
      error: [
        {
          message: `message=${message}; errorCode=00${code}; statusCode=${status}`,
          detail,
          code,
          element: null,
        },
      ],
      type,
    },
    time: Date.now(),
  },
});
/** The form of a refusal that the accounting service gives (capital letters). */
const fault = (status: number, code: string, Message: string, Detail: string): Answer => ({
  status,
  body: {
    Fault: { Error: [{ Message, Detail, code }], type: 'ValidationFault' },
    time: new Date().toISOString(),
  },
});
const oauthError = (status: number, error: string, error_description: string): Answer => ({
  status,
  body: { error, error_description },
});

/** A QuickBooks Online of our own: consent page, tokens that rotate, one or more companies with the same books. */
export async function startQuickBooks(options: { redirectUri: string }): Promise<QuickBooksStandIn> {
  const { redirectUri } = options;
  const client = {
    clientId: `AB${randomBytes(20).toString('hex')}`,
    clientSecret: randomBytes(20).toString('hex'),
  };
  const verifierToken = randomUUID();
  const objects: QuickBooksStandIn['objects'] = {
    Customer: [],
    Invoice: [],
    Payment: [],
    Account: [],
    Item: [],
    Bill: [],
  };
  const asked: URL[] = [];
  const codes = new Map<string, string>();
  /** Token -> company. */
  const access = new Map<string, string>();
  const refresh = new Map<string, string>();
  const replaced: string[] = [];
  const revoked: string[] = [];
  let refreshes = 0;

  function authorize({ searchParams: asks }: URL): Answer {
    if (asks.get('client_id') !== client.clientId) return oauthError(400, 'invalid_client', 'Unknown client');
    if (asks.get('redirect_uri') !== redirectUri)
      return oauthError(400, 'invalid_request', 'The redirect_uri query parameter value is invalid.');
    if (asks.get('response_type') !== 'code' || asks.get('scope') !== 'com.intuit.quickbooks.accounting')
      return oauthError(400, 'invalid_scope', 'The scope or response type is invalid.');
    const back = new URL(redirectUri);
    back.searchParams.set('state', asks.get('state') ?? '');
    if (standIn.denies) {
      back.searchParams.set('error', 'access_denied');
      return redirect(back);
    }
    const code = `XAB${randomBytes(16).toString('hex')}`;
    codes.set(code, standIn.chosenRealm);
    back.searchParams.set('code', code);
    back.searchParams.set('realmId', standIn.chosenRealm);
    return redirect(back);
  }

  function grant(realm: string): Answer {
    const access_token = randomBytes(48).toString('base64url');
    const refresh_token = `RT1-${randomBytes(24).toString('hex')}`;
    access.set(access_token, realm);
    refresh.set(refresh_token, realm);
    return {
      status: 200,
      body: {
        token_type: 'bearer',
        access_token,
        expires_in: 3600,
        refresh_token,
        x_refresh_token_expires_in: 8_726_400,
      },
      headers: { 'cache-control': 'no-store' },
    };
  }

  const isClient = (request: Asked) => {
    const basic = basicOf(request);
    return basic?.name === client.clientId && basic.secret === client.clientSecret;
  };

  function token(request: Asked): Answer {
    if (!isClient(request)) return oauthError(401, 'invalid_client', 'Client authentication failed');
    const form = fieldsOf(request);
    if (form.grant_type === 'authorization_code') {
      const realm = codes.get(form.code ?? '');
      if (realm === undefined || form.redirect_uri !== redirectUri)
        return oauthError(400, 'invalid_grant', 'Invalid authorization code');
      codes.delete(form.code ?? '');
      return grant(realm);
    }
    if (form.grant_type !== 'refresh_token') return oauthError(400, 'unsupported_grant_type', 'Unsupported');
    const given = form.refresh_token ?? '';
    const realm = refresh.get(given);
    if (realm === undefined) return oauthError(400, 'invalid_grant', 'Incorrect or invalid refresh token');
    refreshes += 1;
    refresh.delete(given);
    replaced.push(given);
    return grant(realm);
  }

  function revoke(request: Asked): Answer {
    if (!isClient(request)) return oauthError(401, 'invalid_client', 'Client authentication failed');
    const { token: given = '' } = fieldsOf(request);
    const realm = refresh.get(given) ?? access.get(given);
    if (realm === undefined) return oauthError(400, 'invalid_request', 'The token is not valid');
    revoked.push(given);
    standIn.disconnect();
    return { status: 200 };
  }

  function company(realm: string, rest: string, { url, headers }: Asked): Answer {
    // Without this the real one answers XML.
    if (!String(headers.accept ?? '').includes('application/json'))
      return { status: 406, body: 'the stand-in speaks JSON only' };
    const granted = access.get(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '');
    if (granted === undefined)
      return gateway(401, '3200', 'AuthenticationFailed', 'AUTHENTICATION', 'Token expired or invalid');
    if (granted !== realm) return gateway(403, '3100', 'ApplicationAuthorizationFailed', 'AUTHORIZATION', '');
    if (standIn.limited > 0) {
      standIn.limited -= 1;
      return gateway(429, '3001', 'ThrottleExceeded', 'SERVICE', 'The request limit was reached');
    }
    const time = new Date().toISOString();
    if (rest === `companyinfo/${realm}`)
      return { status: 200, body: { CompanyInfo: { Id: '1', CompanyName: 'Acme Ltd' }, time } };
    if (rest !== 'query')
      return fault(400, '600', 'Unsupported Operation', `Operation ${rest} is not supported.`);
    const result = query(url.searchParams.get('query') ?? '', objects);
    if ('code' in result) return fault(400, result.code, result.message, result.detail);
    const { entity, rows, startPosition } = result;
    // Without rows there is neither a list nor a count.
    const QueryResponse = rows.length === 0 ? {} : { [entity]: rows, startPosition, maxResults: rows.length };
    return { status: 200, body: { QueryResponse, time } };
  }

  const server = await serveAnswers((request) => {
    const { method, url } = request;
    asked.push(url);
    if (method === 'GET' && url.pathname === '/connect/oauth2') return authorize(url);
    if (method === 'POST' && url.pathname === '/oauth2/v1/tokens/bearer') return token(request);
    if (method === 'POST' && url.pathname === '/v2/oauth2/tokens/revoke') return revoke(request);
    const [, realm, rest] = /^\/v3\/company\/(\d+)\/(.+)$/.exec(url.pathname) ?? [];
    if (method !== 'GET' || realm === undefined || rest === undefined)
      return { status: 404, body: { message: 'no such address' } };
    return company(realm, rest, request);
  });
  const realmId = '9341452912345678';
  const standIn: QuickBooksStandIn = {
    ...server,
    realmId,
    client,
    verifierToken,
    objects,
    asked,
    chosenRealm: realmId,
    denies: false,
    limited: 0,
    refreshes: () => refreshes,
    replaced,
    revoked,
    expireAccess: () => access.clear(),
    disconnect() {
      access.clear();
      refresh.clear();
    },
    deliver(address, events, { secret = verifierToken } = {}) {
      const body = JSON.stringify(
        events.map(({ type, entityId = '1', id = randomUUID(), realmId: realm = realmId }) => ({
          specversion: '1.0',
          id,
          source: 'intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=',
          type,
          datacontenttype: 'application/json',
          time: new Date().toISOString(),
          intuitentityid: entityId,
          intuitaccountid: realm,
          data: {},
        })),
      );
      const signature = createHmac('sha256', secret).update(body).digest('base64');
      return post(address, body, { 'intuit-signature': signature });
    },
  };
  return standIn;
}
