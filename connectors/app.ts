import { TributaryError } from '../domain/errors.ts';
import type { ConnectorDefinition } from './schema.ts';

/** The settings of an app, as a person gave them: where it is and who we are to it. */
export interface AppSettings {
  /** http(s) address, with or without a slash at the end. */
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Allows OAuth over plain http to another machine, as inside a container network. @default false */
  readonly allowPlainHttp?: boolean;
}

/** What a person types in for an app without OAuth. */
export type SubmittedCredentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'apiKey'; readonly key: string };

/**
 * Puts the app's address into an address of a definition.
 * @throws TributaryError APP_NOT_SET_UP when there is none, or it is no http(s) address.
 */
export function resolveAddress(address: string, baseUrl: string): string {
  const resolved = address.replace('{baseUrl}', baseUrl.replace(/\/+$/, ''));
  if (!/^https?:$/.test(URL.canParse(resolved) ? new URL(resolved).protocol : ''))
    throw new TributaryError('APP_NOT_SET_UP', 'The address of the app is not an http(s) address.');
  return resolved;
}

/** The header that carries the credentials to this app. */
export function credentialsHeader(definition: ConnectorDefinition): string {
  return definition.auth.kind === 'apiKey' ? definition.auth.header : 'authorization';
}

/**
 * The value of that header for what a person submitted.
 * @throws TributaryError INVALID_CREDENTIALS when the app takes another kind.
 */
export function credentialsValue(definition: ConnectorDefinition, submitted: SubmittedCredentials): string {
  const { auth } = definition;
  if (auth.kind !== submitted.kind)
    throw new TributaryError(
      'INVALID_CREDENTIALS',
      `The app takes ${auth.kind} credentials, not ${submitted.kind}.`,
    );
  switch (submitted.kind) {
    case 'basic':
      return `Basic ${Buffer.from(`${submitted.username}:${submitted.password}`).toString('base64')}`;
    case 'bearer':
      return bearer(submitted.token);
    case 'apiKey':
      return `${auth.kind === 'apiKey' ? auth.prefix : ''}${submitted.key}`;
  }
}

/** The header value for an access token. */
export function bearer(accessToken: string): string {
  return `Bearer ${accessToken}`;
}
