import * as oauth from 'oauth4webapi';
import { TributaryError } from '../domain/errors.ts';
import { type AppSettings, resolveAddress } from './app.ts';
import type { ConnectorDefinition } from './schema.ts';

/** What a company's consent gives us. Secret: it is stored encrypted and never enters a workflow. */
export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** ISO time; absent when the app does not say. */
  readonly expiresAt?: string;
  readonly scope?: string;
}

export interface OAuthOptions {
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
}

/** What the app sent to our callback, and what we kept when the link was made. */
export interface Callback {
  /** The query of the callback, or the whole callback address. */
  readonly params: URLSearchParams | URL | string;
  readonly state: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
}

const TIMEOUT_MS = 30_000;

/** The server, client and switches that oauth4webapi asks for. */
function party(definition: ConnectorDefinition, app: AppSettings, options: OAuthOptions) {
  const { auth } = definition;
  if (auth.kind !== 'oauth2')
    throw new TributaryError('INVALID_INPUT', `${definition.id} does not use OAuth.`);
  if (!app.clientId || !app.clientSecret) throw new TributaryError('APP_NOT_SET_UP');
  const address = (value: string) => secured(resolveAddress(value, app), app.allowPlainHttp ?? false);
  const authorizationUrl = address(auth.authorizationUrl);
  const server: oauth.AuthorizationServer = {
    issuer: auth.issuer === undefined ? new URL(authorizationUrl).origin : address(auth.issuer),
    authorization_endpoint: authorizationUrl,
    token_endpoint: address(auth.tokenUrl),
    ...(auth.revocationUrl === undefined ? {} : { revocation_endpoint: address(auth.revocationUrl) }),
  };
  return {
    server,
    authorizationUrl,
    client: { client_id: app.clientId } satisfies oauth.Client,
    clientAuth:
      auth.clientAuthentication === 'basic'
        ? oauth.ClientSecretBasic(app.clientSecret)
        : oauth.ClientSecretPost(app.clientSecret),
    scope: auth.scopes.join(' '),
    request: {
      // Plain http only gets here where it is allowed: see secured().
      [oauth.allowInsecureRequests]: true,
      signal: () =>
        AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(options.signal ? [options.signal] : [])]),
      ...(options.fetch ? { [oauth.customFetch]: options.fetch } : {}),
    },
  };
}

function secured(address: string, allowPlainHttp: boolean): string {
  const { protocol, hostname } = new URL(address);
  const local = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  if (protocol !== 'https:' && !local && !allowPlainHttp)
    throw new TributaryError(
      'APP_NOT_SET_UP',
      'The address of the app must be https (http only on this machine).',
    );
  return address;
}

/** Turns what a token request ended with into an error of the table. */
function failure(error: unknown, invalidGrant: 'CODE_USED' | 'GRANT_REVOKED', signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof TributaryError) return error;
  if (error instanceof oauth.ResponseBodyError) {
    const details = { oauthError: error.error };
    if (error.error === 'invalid_grant') return new TributaryError(invalidGrant, undefined, details);
    if (error.error === 'invalid_client' || error.error === 'unauthorized_client')
      return new TributaryError('INVALID_CREDENTIALS', 'The app refused our client id or secret.', details);
    return new TributaryError(
      'TOKEN_ENDPOINT_FAILED',
      `The token endpoint answered "${error.error}".`,
      details,
    );
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError)
    return new TributaryError('INVALID_CREDENTIALS', 'The app refused our client id or secret.');
  return new TributaryError('TOKEN_ENDPOINT_FAILED', undefined, {}, { cause: error });
}

function tokenSet(answer: oauth.TokenEndpointResponse, before?: TokenSet): TokenSet {
  const refreshToken = answer.refresh_token ?? before?.refreshToken;
  const scope = answer.scope ?? before?.scope;
  return {
    accessToken: answer.access_token,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(answer.expires_in === undefined
      ? {}
      : { expiresAt: new Date(Date.now() + answer.expires_in * 1000).toISOString() }),
    ...(scope === undefined ? {} : { scope }),
  };
}

/**
 * Makes the address of the consent page. `codeVerifier` is secret and is given back to `exchangeCode`.
 * @throws TributaryError APP_NOT_SET_UP
 */
export async function beginAuthorization(
  definition: ConnectorDefinition,
  app: AppSettings,
  { state, redirectUri }: { readonly state: string; readonly redirectUri: string },
): Promise<{ readonly url: string; readonly codeVerifier: string }> {
  const { authorizationUrl, client, scope } = party(definition, app, {});
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const url = new URL(authorizationUrl);
  const params: Record<string, string> = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(scope === '' ? {} : { scope }),
  };
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  return { url: url.href, codeVerifier };
}

function callbackParams(params: Callback['params']): URLSearchParams {
  if (params instanceof URLSearchParams) return params;
  if (params instanceof URL) return params.searchParams;
  return URL.canParse(params) ? new URL(params).searchParams : new URLSearchParams(params);
}

/** The error that an authorization answer carries, or that it is not an answer to our question. */
function refusal(error: unknown): TributaryError {
  if (!(error instanceof oauth.AuthorizationResponseError))
    return new TributaryError('STATE_FORGED', undefined, {}, { cause: error });
  const details = { oauthError: error.error };
  switch (error.error) {
    case 'access_denied':
      return new TributaryError('CONSENT_DENIED', undefined, details);
    case 'server_error':
    case 'temporarily_unavailable':
      return new TributaryError('TOKEN_ENDPOINT_FAILED', `The app answered "${error.error}".`, details);
    default:
      return new TributaryError('INVALID_CREDENTIALS', `The app answered "${error.error}".`, details);
  }
}

/**
 * Exchanges the code that came to our callback for tokens.
 * @throws TributaryError STATE_FORGED, CONSENT_DENIED, CODE_USED, INVALID_CREDENTIALS, TOKEN_ENDPOINT_FAILED, APP_NOT_SET_UP
 */
export async function exchangeCode(
  definition: ConnectorDefinition,
  app: AppSettings,
  callback: Callback,
  options: OAuthOptions = {},
): Promise<TokenSet> {
  const { server, client, clientAuth, request } = party(definition, app, options);
  let params: URLSearchParams;
  try {
    params = oauth.validateAuthResponse(server, client, callbackParams(callback.params), callback.state);
  } catch (error) {
    throw refusal(error);
  }
  // Without a code the answer is neither a consent nor a refusal.
  if (!params.has('code')) throw new TributaryError('STATE_FORGED');
  try {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      clientAuth,
      params,
      callback.redirectUri,
      callback.codeVerifier,
      request,
    );
    return tokenSet(await oauth.processAuthorizationCodeResponse(server, client, response));
  } catch (error) {
    throw failure(error, 'CODE_USED', options.signal);
  }
}

/**
 * Asks for new tokens. Where the app rotates refresh tokens the old set is dead from here on: only one may refresh
 * a connection at a time, and the new set must be stored before it is used.
 * @throws TributaryError GRANT_REVOKED (also without a refresh token), INVALID_CREDENTIALS, TOKEN_ENDPOINT_FAILED, APP_NOT_SET_UP
 */
export async function refreshTokens(
  definition: ConnectorDefinition,
  app: AppSettings,
  tokens: TokenSet,
  options: OAuthOptions = {},
): Promise<TokenSet> {
  if (tokens.refreshToken === undefined) throw new TributaryError('GRANT_REVOKED');
  const { server, client, clientAuth, request } = party(definition, app, options);
  try {
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      clientAuth,
      tokens.refreshToken,
      request,
    );
    return tokenSet(await oauth.processRefreshTokenResponse(server, client, response), tokens);
  } catch (error) {
    throw failure(error, 'GRANT_REVOKED', options.signal);
  }
}

/**
 * Takes our grant back at the app; a grant that is gone already counts as revoked.
 * @returns false when the app has no way to revoke.
 * @throws TributaryError INVALID_CREDENTIALS, TOKEN_ENDPOINT_FAILED, APP_NOT_SET_UP
 */
export async function revokeGrant(
  definition: ConnectorDefinition,
  app: AppSettings,
  tokens: TokenSet,
  options: OAuthOptions = {},
): Promise<boolean> {
  const { server, client, clientAuth, request } = party(definition, app, options);
  if (!server.revocation_endpoint) return false;
  try {
    const token = tokens.refreshToken ?? tokens.accessToken;
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, client, clientAuth, token, request),
    );
    return true;
  } catch (error) {
    throw failure(error, 'GRANT_REVOKED', options.signal);
  }
}
