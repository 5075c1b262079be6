import * as oauth from 'oauth4webapi';
import { TributaryError } from '../domain/errors.ts';
import type { AppSettings, SubmittedCredentials } from './app.ts';
import { callbackQuery, keptParameters } from './oauth/callback.ts';
import { answerFailure, tokenFailure } from './oauth/failure.ts';
import {
  addressIn,
  authOf,
  clientParts,
  type OAuthOptions,
  ourClient,
  requestOptions,
  scopeText,
} from './oauth/party.ts';
import { standardAnswer, type TokenSet, tokenSet } from './oauth/tokens.ts';
import type { ConnectorDefinition } from './schema.ts';

export type { OAuthOptions } from './oauth/party.ts';
export type { TokenSet } from './oauth/tokens.ts';

/** What the app sent to our callback, and what we kept when the link was made. */
export interface Callback {
  /** The query of the callback, or the whole callback address. */
  readonly params: URLSearchParams | URL | string;
  readonly state: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
}

/** What a callback was worth. */
export interface Exchanged {
  readonly tokens: TokenSet;
  /** Those of the callback that the definition keeps, as parameters of the connection. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The server, client and switches that oauth4webapi asks for. */
function party(definition: ConnectorDefinition, app: AppSettings, options: OAuthOptions) {
  const auth = authOf(definition, 'oauth2');
  const ours = ourClient(definition, app);
  const authorizationUrl = addressIn(auth.authorizationUrl, app);
  const server: oauth.AuthorizationServer = {
    issuer: auth.issuer === undefined ? new URL(authorizationUrl).origin : addressIn(auth.issuer, app),
    authorization_endpoint: authorizationUrl,
    token_endpoint: addressIn(auth.tokenUrl, app),
    ...(auth.revocationUrl === undefined ? {} : { revocation_endpoint: addressIn(auth.revocationUrl, app) }),
  };
  return { auth, server, authorizationUrl, ...clientParts(auth, ours), request: requestOptions(options) };
}

/**
 * Makes the address of the consent page. `codeVerifier` is secret and is given back to `exchangeCode`.
 * @throws TributaryError APP_NOT_SET_UP; INVALID_INPUT for a parameter that the connection does not have
 */
export async function beginAuthorization(
  definition: ConnectorDefinition,
  app: AppSettings,
  { state, redirectUri }: { readonly state: string; readonly redirectUri: string },
): Promise<{ readonly url: string; readonly codeVerifier: string }> {
  const { auth, authorizationUrl, client } = party(definition, app, {});
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const scope = scopeText(auth, app);
  const url = new URL(authorizationUrl);
  const params: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(auth.authorizationParams).map(([name, value]) => [name, String(value)]),
    ),
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    state,
    ...(auth.pkce
      ? {
          code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: 'S256',
        }
      : {}),
    ...(scope === '' ? {} : { scope }),
  };
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  return { url: url.href, codeVerifier };
}

/**
 * Exchanges the code that came to our callback for tokens.
 * @throws TributaryError STATE_FORGED (also for another `iss` than the app's, RFC 9207), CONSENT_DENIED, CODE_USED,
 * INVALID_CREDENTIALS, TOKEN_ENDPOINT_FAILED, APP_NOT_SET_UP
 */
export async function exchangeCode(
  definition: ConnectorDefinition,
  app: AppSettings,
  callback: Callback,
  options: OAuthOptions = {},
): Promise<Exchanged> {
  const { auth, server, client, clientAuth, request } = party(definition, app, options);
  const query = callbackQuery(callback.params);
  let params: URLSearchParams;
  try {
    params = oauth.validateAuthResponse(server, client, query, callback.state);
  } catch (error) {
    throw answerFailure(error);
  }
  // Without a code, or with several, the answer is neither a consent nor a refusal.
  if (params.getAll('code').length !== 1) throw new TributaryError('STATE_FORGED');
  const parameters = keptParameters(definition, query);
  try {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      clientAuth,
      params,
      callback.redirectUri,
      auth.pkce ? callback.codeVerifier : oauth.nopkce,
      request,
    );
    const answer = await oauth.processAuthorizationCodeResponse(
      server,
      client,
      await standardAnswer(response),
    );
    return { tokens: tokenSet(answer, auth), parameters };
  } catch (error) {
    throw tokenFailure(error, 'CODE_USED', options.signal);
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
  const { auth, server, client, clientAuth, request } = party(definition, app, options);
  try {
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      clientAuth,
      tokens.refreshToken,
      request,
    );
    const answer = await oauth.processRefreshTokenResponse(server, client, await standardAnswer(response));
    return tokenSet(answer, auth, tokens);
  } catch (error) {
    throw tokenFailure(error, 'GRANT_REVOKED', options.signal);
  }
}

/**
 * Asks for a token with the client that the company gave us. May be asked again at any time: an earlier token lives on.
 * @throws TributaryError INVALID_CREDENTIALS, TOKEN_ENDPOINT_FAILED, APP_NOT_SET_UP
 */
export async function fetchClientToken(
  definition: ConnectorDefinition,
  app: AppSettings,
  submitted: SubmittedCredentials,
  options: OAuthOptions = {},
): Promise<TokenSet> {
  if (submitted.kind !== 'clientCredentials' || definition.auth.kind !== 'clientCredentials')
    throw new TributaryError(
      'INVALID_CREDENTIALS',
      `The app takes ${definition.auth.kind} credentials, not ${submitted.kind}.`,
    );
  const auth = authOf(definition, 'clientCredentials');
  const tokenUrl = addressIn(auth.tokenUrl, app);
  const server: oauth.AuthorizationServer = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
  const { client, clientAuth } = clientParts(auth, submitted);
  const scope = scopeText(auth, app);
  const params = new URLSearchParams(scope === '' ? {} : { scope });
  for (const [name, value] of Object.entries(auth.tokenParams)) params.set(name, String(value));
  try {
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      clientAuth,
      params,
      requestOptions(options),
    );
    const answer = await oauth.processClientCredentialsResponse(
      server,
      client,
      await standardAnswer(response),
    );
    return tokenSet(answer);
  } catch (error) {
    throw tokenFailure(error, 'INVALID_CREDENTIALS', options.signal);
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
    throw tokenFailure(error, 'GRANT_REVOKED', options.signal);
  }
}
