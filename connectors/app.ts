import { TributaryError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ConnectorDefinition } from './schema.ts';

/** The settings of an app, as a person gave them: where it is and who we are to it. */
export interface AppSettings {
  /** http(s) address, with or without a slash at the end; null where the definition names the address itself. */
  readonly baseUrl: string | null;
  readonly clientId: string;
  readonly clientSecret: string;
  /** In the place of the definition's. */
  readonly scopes?: readonly string[];
  /** Of the connection: what `{connection.<name>}` stands for in the definition. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Allows OAuth over plain http to another machine, as inside a container network. @default false */
  readonly allowPlainHttp?: boolean;
}

/** Where an app is, for one connection. */
export type AppAddress = Pick<AppSettings, 'baseUrl' | 'parameters'>;

/** What a person types in for an app without a consent page. */
export type SubmittedCredentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'apiKey'; readonly key: string }
  | { readonly kind: 'clientCredentials'; readonly clientId: string; readonly clientSecret: string }
  /** Of a source that is no HTTP app: what it needs to know, secrets too, as `auth.schema` says. */
  | { readonly kind: 'configuration'; readonly configuration: JsonObject };

/** A value as a part of an address. @throws TributaryError INVALID_INPUT for one that would climb out of its place */
export function addressPart(value: string): string {
  if (value === '.' || value === '..')
    throw new TributaryError('INVALID_INPUT', `"${value}" cannot be a part of a path.`);
  return encodeURIComponent(value);
}

/**
 * Puts the connection's parameters into a text of a definition, percent-encoded where it is part of an address.
 * @throws TributaryError INVALID_INPUT naming the parameter that the connection does not have.
 */
export function fillParameters(
  text: string,
  { parameters = {} }: Pick<AppAddress, 'parameters'>,
  encode: (value: string) => string = addressPart,
): string {
  return text.replace(/\{connection\.([\w-]+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined || value === '')
      throw new TributaryError('INVALID_INPUT', `The connection has no parameter "${name}".`, {
        parameter: name,
      });
    return encode(value);
  });
}

/**
 * Puts the app's address and the connection's parameters into an address of a definition.
 * @throws TributaryError APP_NOT_SET_UP when there is none, or it is no http(s) address; INVALID_INPUT for a missing
 * parameter.
 */
export function resolveAddress(address: string, app: AppAddress): string {
  if (address.includes('{baseUrl}') && app.baseUrl === null)
    throw new TributaryError('APP_NOT_SET_UP', 'The app has no address yet.');
  const resolved = fillParameters(address.replace('{baseUrl}', (app.baseUrl ?? '').replace(/\/+$/, '')), app);
  if (!/^https?:$/.test(URL.canParse(resolved) ? new URL(resolved).protocol : ''))
    throw new TributaryError('APP_NOT_SET_UP', 'The address of the app is not an http(s) address.');
  return resolved;
}

/** Where the credentials go in a request. */
export type CredentialsPlace = { readonly header: string } | { readonly query: string };

/** Where this app takes the credentials. */
export function credentialsPlace({ auth }: ConnectorDefinition): CredentialsPlace {
  if (auth.kind === 'apiKey' && auth.query !== undefined) return { query: auth.query };
  if (auth.kind === 'apiKey') return { header: auth.header ?? 'authorization' };
  if (auth.kind === 'oauth2' || auth.kind === 'clientCredentials') return { header: auth.tokenHeader.name };
  return { header: 'authorization' };
}

/**
 * What stands there for what a person submitted; of a configuration its JSON text. Client credentials are no such value: they get a token first.
 * @throws TributaryError INVALID_CREDENTIALS when the app takes another kind.
 */
export function credentialsValue({ auth }: ConnectorDefinition, submitted: SubmittedCredentials): string {
  if (auth.kind !== submitted.kind || submitted.kind === 'clientCredentials')
    throw new TributaryError(
      'INVALID_CREDENTIALS',
      `The app takes ${auth.kind} credentials, not ${submitted.kind}.`,
    );
  switch (submitted.kind) {
    case 'basic':
      return `Basic ${Buffer.from(`${submitted.username}:${submitted.password}`).toString('base64')}`;
    case 'bearer':
      return `Bearer ${submitted.token}`;
    case 'configuration':
      return JSON.stringify(submitted.configuration);
    case 'apiKey':
      return `${auth.kind === 'apiKey' ? auth.prefix : ''}${submitted.key}`;
  }
}

/** What stands there for an access token. */
export function tokenValue({ auth }: ConnectorDefinition, accessToken: string): string {
  const prefix =
    auth.kind === 'oauth2' || auth.kind === 'clientCredentials' ? auth.tokenHeader.prefix : 'Bearer ';
  return `${prefix}${accessToken}`;
}
