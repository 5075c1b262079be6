import { TributaryError } from '../domain/errors.ts';
import {
  type AppAddress,
  credentialsPlace,
  credentialsValue,
  resolveAddress,
  type SubmittedCredentials,
  tokenValue,
} from './app.ts';
import { valueAt } from './pointer.ts';
import { requestJson } from './rest/http.ts';
import type { ConnectorDefinition } from './schema.ts';

export interface IdentityOptions {
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
}

async function askAccount(
  definition: ConnectorDefinition,
  app: AppAddress,
  value: string,
  options: IdentityOptions,
): Promise<string> {
  const { path, account = '' } = definition.identity;
  const place = credentialsPlace(definition);
  const answer = await requestJson({
    url: new URL(`${resolveAddress(definition.baseUrl, app).replace(/\/+$/, '')}${path}`),
    headers: 'header' in place ? { [place.header]: value } : {},
    secrets: [value],
    signal: options.signal ?? new AbortController().signal,
    timeoutMs: 30_000,
    ...(options.fetch ? { fetch: options.fetch } : {}),
  }).catch((error: unknown) => {
    if (error instanceof TributaryError && error.details.status === 403)
      throw new TributaryError('INVALID_CREDENTIALS', undefined, {}, { cause: error });
    throw error;
  });
  if (answer.status === 'unauthorized') throw new TributaryError('INVALID_CREDENTIALS');
  if (answer.status === 'rate-limited')
    throw new TributaryError('SOURCE_RATE_LIMITED', undefined, {
      retryAfterMs: answer.retryAfterMs ?? 30_000,
    });
  const id = valueAt(answer.body, account);
  if ((typeof id === 'string' && id !== '') || typeof id === 'number') return String(id);
  throw new TributaryError(
    'SOURCE_BAD_ANSWER',
    `There is no account id at "${account}" in the answer of ${path}.`,
  );
}

/**
 * Asks the app whose data an access token opens.
 * @throws TributaryError INVALID_CREDENTIALS, or SOURCE_* when the app cannot be asked.
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
 * Tries what a person typed in, for apps without OAuth, and says whose data it opens.
 * @throws TributaryError INVALID_CREDENTIALS, or SOURCE_* when the app cannot be asked.
 */
export async function testCredentials(
  definition: ConnectorDefinition,
  app: AppAddress,
  submitted: SubmittedCredentials,
  options: IdentityOptions = {},
): Promise<string> {
  return askAccount(definition, app, credentialsValue(definition, submitted), options);
}
