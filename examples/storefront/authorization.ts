import type { IncomingMessage, ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import { type AccountId, isAccountId } from './orders.ts';
import { consentPage } from './pages.ts';
import type { StorefrontState } from './state.ts';

export interface AuthorizationOptions {
  /** Address of the storefront. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** On 127.0.0.1 the port may be any. */
  readonly redirectUris: readonly string[];
  readonly accessTokenSeconds: number;
  readonly state: StorefrontState;
}

export interface Authorization {
  /** Answers a request for /oauth/... or /consent/...; false when it is for neither. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  /** Whose access token it is; undefined when it is none, expired or revoked. */
  readonly accountOf: (accessToken: string) => Promise<AccountId | undefined>;
}

export const SCOPE = 'orders.read';
const YEAR_SECONDS = 365 * 24 * 3600;

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 10_000) throw new Error('the form is too large');
  }
  return new URLSearchParams(body);
}

/** A sign-in is not kept: whoever authorizes chooses the company each time. */
function forgetSignIn(request: IncomingMessage): void {
  const cookies = (request.headers.cookie ?? '')
    .split('; ')
    .filter((cookie) => !cookie.startsWith('_session'));
  request.headers.cookie = cookies.join('; ');
}

/** The authorization server: authorization code with PKCE, rotating refresh tokens, revocation. */
export function createAuthorization(options: AuthorizationOptions): Authorization {
  const { state, clientId } = options;
  const provider = new Provider(options.issuer, {
    adapter: state.adapter,
    clients: [
      {
        client_id: clientId,
        client_secret: options.clientSecret,
        application_type: 'native',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [...options.redirectUris],
        token_endpoint_auth_method: 'client_secret_basic',
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [state.jwk] },
    cookies: { keys: [state.cookieKey] },
    scopes: [SCOPE],
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    renderError: (context, out) => {
      context.type = 'text/plain';
      context.body = `${out.error}: ${out.error_description ?? ''}`;
    },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: (_context, client, token) => token.clientId === client.clientId,
      },
    },
    interactions: { url: (_context, interaction) => `/consent/${interaction.uid}` },
    routes: { authorization: '/oauth/authorize', token: '/oauth/token', revocation: '/oauth/revoke' },
    ttl: {
      AccessToken: options.accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: YEAR_SECONDS,
      Interaction: 3600,
      RefreshToken: YEAR_SECONDS,
      Session: 3600,
    },
  });
  const answer = provider.callback();

  async function approve(accountId: AccountId) {
    const grant = new provider.Grant({ accountId, clientId });
    grant.addOIDCScope(SCOPE);
    return { login: { accountId, remember: false }, consent: { grantId: await grant.save() } };
  }

  async function consent(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { params } = await provider.interactionDetails(request, response);
    if (request.method !== 'POST') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
      response.end(consentPage(String(params.client_id)));
      return;
    }
    const form = await readForm(request);
    const account = form.get('account');
    if (form.get('decision') !== 'approve')
      await provider.interactionFinished(request, response, {
        error: 'access_denied',
        error_description: 'The person did not consent.',
      });
    else if (isAccountId(account))
      await provider.interactionFinished(request, response, await approve(account));
    else {
      response.writeHead(400, { 'content-type': 'text/plain' });
      response.end('Choose a company.');
    }
  }

  return {
    handle: async (request, response) => {
      const path = new URL(request.url ?? '/', options.issuer).pathname;
      if (path.startsWith('/consent/')) {
        try {
          await consent(request, response);
        } catch {
          if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' });
          response.end('This link is not valid any more. Open a new one.');
        }
        return true;
      }
      if (!path.startsWith('/oauth/') && !path.startsWith('/.well-known/')) return false;
      forgetSignIn(request);
      await answer(request, response);
      return true;
    },
    accountOf: async (accessToken) => {
      const token = await provider.AccessToken.find(accessToken);
      return token?.isValid && isAccountId(token.accountId) ? token.accountId : undefined;
    },
  };
}
