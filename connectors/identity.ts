import { TributaryError } from '../domain/errors.ts';
import {
  type AppSettings,
  bearer,
  credentialsHeader,
  credentialsValue,
  resolveAddress,
  type SubmittedCredentials,
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
  app: Pick<AppSettings, 'baseUrl'>,
  value: string,
  options: IdentityOptions,
): Promise<string> {
  const { path, account } = definition.identity;
  const answer = await requestJson({
    url: new URL(`${resolveAddress(definition.baseUrl, app.baseUrl).replace(/\/+$/, '')}${path}`),
    headers: { [credentialsHeader(definition)]: value },
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
  app: Pick<AppSettings, 'baseUrl'>,
  tokens: { readonly accessToken: string },
  options: IdentityOptions = {},
): Promise<string> {
  return askAccount(definition, app, bearer(tokens.accessToken), options);
}

/**
 * Tries what a person typed in, for apps without OAuth, and says whose data it opens.
 * @throws TributaryError INVALID_CREDENTIALS, or SOURCE_* when the app cannot be asked.
 */
export async function testCredentials(
  definition: ConnectorDefinition,
  app: Pick<AppSettings, 'baseUrl'>,
  submitted: SubmittedCredentials,
  options: IdentityOptions = {},
): Promise<string> {
  return askAccount(definition, app, credentialsValue(definition, submitted), options);
}
