import * as oauth from 'oauth4webapi';
import { TributaryError } from '../../domain/errors.ts';
import { type AppSettings, resolveAddress } from '../app.ts';
import type { AuthDefinition, ConnectorDefinition } from '../schema.ts';
import { missingSettings, notSetUp } from '../set-up.ts';

export interface OAuthOptions {
  readonly signal?: AbortSignal;
  /** What asks: the egress guard's. */
  readonly fetch?: typeof fetch;
}

/** Who asks: our client at the app, or the one that the company gave us. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An app by its kind of OAuth. */
export type OAuthDefinition<K extends AuthDefinition['kind']> = Extract<AuthDefinition, { kind: K }>;

const timeoutMs = 30_000;

/** @throws {TributaryError} INVALID_INPUT for an app that authorizes in another way */
export function authOf<K extends AuthDefinition['kind']>(
  { id, auth }: ConnectorDefinition,
  kind: K,
): OAuthDefinition<K> {
  if (auth.kind !== kind)
    throw new TributaryError('INVALID_INPUT', `${id} does not use ${kind === 'oauth2' ? 'OAuth' : kind}.`);
  return auth as OAuthDefinition<K>;
}

/** Our client. @throws {TributaryError} APP_NOT_SET_UP */
export function ourClient(definition: ConnectorDefinition, app: AppSettings): OAuthClient {
  const missing = missingSettings(definition, app);
  if (missing.length > 0) throw notSetUp(definition.id, missing);
  return { clientId: app.clientId, clientSecret: app.clientSecret };
}

/** An address of the definition, ready to be asked. @throws {TributaryError} APP_NOT_SET_UP, INVALID_INPUT */
export function addressIn(value: string, app: AppSettings): string {
  const address = resolveAddress(value, app);
  const { protocol, hostname } = new URL(address);
  const local = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  if (protocol !== 'https:' && !local && !(app.allowPlainHttp ?? false))
    throw new TributaryError(
      'APP_NOT_SET_UP',
      'The address of the app must be https (http only on this machine).',
    );
  return address;
}

/** How oauth4webapi names the client and its proof. */
export function clientParts(auth: OAuthDefinition<'oauth2' | 'clientCredentials'>, client: OAuthClient) {
  return {
    client: { client_id: client.clientId } satisfies oauth.Client,
    clientAuth:
      auth.clientAuthentication === 'basic'
        ? oauth.ClientSecretBasic(client.clientSecret)
        : oauth.ClientSecretPost(client.clientSecret),
  };
}

/** How requests of oauth4webapi are made. */
export function requestOptions(options: OAuthOptions) {
  return {
    // Plain http only gets here where it is allowed: see addressIn().
    [oauth.allowInsecureRequests]: true as const,
    signal: () =>
      AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(options.signal ? [options.signal] : [])]),
    ...(options.fetch ? { [oauth.customFetch]: options.fetch } : {}),
  };
}

/** The scopes to ask for: those of the app's settings in the place of the definition's. */
export const scopeText = (
  auth: OAuthDefinition<'oauth2' | 'clientCredentials'>,
  { scopes }: Pick<AppSettings, 'scopes'>,
): string => (scopes ?? auth.scopes).join(auth.scopeSeparator);
