import { TributaryError } from '../domain/errors.ts';
import type { JsonValue } from '../domain/json.ts';
import {
  type AppAddress,
  credentialsValue,
  fillParameters,
  resolveAddress,
  type SubmittedCredentials,
  tokenValue,
} from './app.ts';
import { accountOf } from './configuration.ts';
import { valueAt } from './pointer.ts';
import { checkSource, type SourcePlaces } from './registry.ts';
import { createClient } from './rest/client.ts';
import { addressOf } from './rest/template.ts';
import { restOf } from './rest-definition.ts';
import type { ConnectorDefinition } from './schema.ts';
import type { Exchange } from './source.ts';

/** Programs and folders are those that sources may use; missing: none. */
export interface IdentityOptions extends Partial<SourcePlaces> {
  readonly signal?: AbortSignal;
  /** What asks: the egress guard's. */
  readonly fetch?: typeof fetch;
  /** Told of the request and its answer, redacted. */
  readonly onExchange?: (exchange: Exchange) => void;
}

const refusal = (said: string, cause?: unknown) =>
  new TributaryError('INVALID_CREDENTIALS', `The app refused the credentials: ${said}`, {}, { cause });

/** One request that proves the credentials; `read` takes out of the answer what is wanted. */
async function prove<T>(
  definition: ConnectorDefinition,
  app: AppAddress,
  path: string,
  secret: string,
  options: IdentityOptions,
  read: (body: JsonValue) => T,
): Promise<T> {
  const ask = createClient(definition, {
    app,
    timeoutMs: 30_000,
    ...(options.fetch ? { fetch: options.fetch } : {}),
  });
  const reply = await ask({
    url: addressOf(resolveAddress(definition.baseUrl, app), path, app),
    secret,
    signal: options.signal ?? new AbortController().signal,
    read,
    onExchange: options.onExchange,
  }).catch((error: unknown) => {
    const refused =
      error instanceof TributaryError && (error.details.status === 403 || error.code === 'GRANT_REVOKED');
    if (refused) throw refusal(error.message, error);
    throw error;
  });
  switch (reply.kind) {
    case 'ok':
      return reply.read;
    case 'expiredToken':
      throw refusal(reply.said);
    case 'rateLimited':
      throw new TributaryError('SOURCE_RATE_LIMITED', undefined, { retryAfterMs: reply.waitMs });
  }
}

function askAccount(
  definition: ConnectorDefinition,
  app: AppAddress,
  secret: string,
  options: IdentityOptions,
): Promise<string> {
  const { path, account, accountParameter } = restOf(definition).identity;
  return prove(definition, app, path, secret, options, (body) => {
    // The answer only proves the access: the person, or the callback, said which account it is.
    if (account === undefined && accountParameter !== undefined)
      return fillParameters(`{connection.${accountParameter}}`, app, String);
    const id = valueAt(body, account ?? '');
    if ((typeof id === 'string' && id !== '') || typeof id === 'number') return String(id);
    throw new TributaryError(
      'SOURCE_BAD_ANSWER',
      `There is no account id at "${account ?? ''}" in the answer of ${path}.`,
    );
  });
}

/**
 * Asks the app whose data an access token opens.
 * @throws TributaryError INVALID_CREDENTIALS, INVALID_INPUT for a parameter that the connection does not have, or
 * SOURCE_* when the app cannot be asked.
 */
export function fetchAccount(
  definition: ConnectorDefinition,
  app: AppAddress,
  tokens: { readonly accessToken: string },
  options: IdentityOptions = {},
): Promise<string> {
  return askAccount(definition, app, tokenValue(definition, tokens.accessToken), options);
}

/**
 * Tries what a person typed in, for apps without OAuth, and says whose data it opens. Of a configuration the source is
 * tested and the account is in it.
 * @throws TributaryError INVALID_CREDENTIALS, INVALID_INPUT for a parameter that the connection does not have, or
 * SOURCE_* when the app cannot be asked.
 */
export async function testCredentials(
  definition: ConnectorDefinition,
  app: AppAddress,
  submitted: SubmittedCredentials,
  options: IdentityOptions = {},
): Promise<string> {
  const value = credentialsValue(definition, submitted);
  if (submitted.kind !== 'configuration') return askAccount(definition, app, value, options);
  // Said before anything is run: without it nobody knows whose data it is.
  const account = accountOf(definition, submitted.configuration);
  await check(definition, app, value, options);
  return account;
}

/** Tests a source that is no HTTP app. */
async function check(
  definition: ConnectorDefinition,
  app: AppAddress,
  value: string,
  { fetch: ask = fetch, signal = new AbortController().signal, programs, folders }: IdentityOptions,
): Promise<void> {
  try {
    await checkSource(definition, app, {
      ...{ credentials: { authorization: async () => value }, fetch: ask, signal },
      ...(programs === undefined ? {} : { programs }),
      ...(folders === undefined ? {} : { folders }),
    });
  } catch (error) {
    if (error instanceof TributaryError || !signal.aborted) throw error;
    throw new TributaryError(
      'SOURCE_UNREACHABLE',
      'The test of the source took too long.',
      {},
      { cause: error },
    );
  }
}

/**
 * Tests a connection: the request of `test`, or that of `identity`, is answered; a source that is no HTTP app is there
 * and takes the configuration.
 * @param value The credentials as they are sent (`credentialsValue`, `tokenValue`).
 * @throws TributaryError INVALID_CREDENTIALS, or SOURCE_* when the app cannot be asked.
 */
export async function testConnection(
  definition: ConnectorDefinition,
  app: AppAddress,
  value: string,
  options: IdentityOptions = {},
): Promise<void> {
  if (definition.kind !== 'rest') return check(definition, app, value, options);
  const { test, identity } = restOf(definition);
  await prove(definition, app, (test ?? identity).path, value, options, () => undefined);
}
