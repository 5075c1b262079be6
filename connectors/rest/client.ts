import type { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { type AppAddress, credentialsPlace } from '../app.ts';
import { formsOf } from '../redact.ts';
import type { ConnectorDefinition } from '../schema.ts';
import type { Exchange, PageToken } from '../source.ts';
import { exchangeOf } from './exchange.ts';
import { ask, placeOf, type RawAnswer } from './http.ts';
import { judge, type Verdict } from './judge.ts';
import type { SecretTest } from './next.ts';
import { fillHeaders } from './template.ts';

/** What the requests of one app have in common. */
export interface ClientOptions {
  readonly app: AppAddress;
  /** One answer must be there by then. @default 60_000 */
  readonly timeoutMs?: number;
  /** Bytes of one answer at most. @default 33_554_432 */
  readonly maxBytes?: number;
  /** What asks; the egress guard is put in here. */
  readonly fetch?: typeof fetch;
}

/** One request. */
export interface Asked<T> {
  readonly url: URL;
  /** @default 'GET' */
  readonly method?: 'GET' | 'POST';
  /** Sent as JSON. */
  readonly body?: JsonValue | undefined;
  /** `text`: what is read is the answer as it stands. @default 'json' */
  readonly wanted?: 'json' | 'text';
  /**
   * A file that the app named the address of: it may lead to another origin, where the headers do not go. Not `own`:
   * it is at another origin from the start, and the rules of the definition do not tell what its answers mean.
   */
  readonly file?: { readonly own: boolean };
  /** The credentials as they are sent; undefined for none. */
  readonly secret: string | undefined;
  readonly signal: AbortSignal;
  /** Takes out of the answer what is wanted; what it throws is told with the exchange. */
  readonly read: (body: JsonValue, headers: Headers, isSecret: SecretTest) => T;
  /** How many rows are in what was read. */
  readonly rows?: (read: T) => number;
  readonly page?: PageToken | undefined;
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
}

/** What came of it. */
export type Reply<T> =
  | { readonly kind: 'ok'; readonly read: T; readonly headers: Headers }
  | Exclude<Verdict, { readonly kind: 'ok' }>;

/** Codes of what is no failure yet: the one who asks goes on. */
const softCodes = { expiredToken: 'INVALID_CREDENTIALS', rateLimited: 'SOURCE_RATE_LIMITED' } as const;

/**
 * Asks an app as its definition says: headers, place of the credentials, meaning of answers.
 * @returns A function for one request; it throws what `ask` and `judge` throw, and what `read` throws.
 * @throws TributaryError INVALID_INPUT for a parameter that the connection does not have.
 */
export function createClient(definition: ConnectorDefinition, options: ClientOptions) {
  const { timeoutMs, maxBytes, fetch } = options;
  const place = credentialsPlace(definition);
  const secretParam = 'query' in place ? place.query : undefined;
  const headers = fillHeaders(definition, options.app);
  const { usageHeader } = definition.rateLimit ?? {};

  return async function once<T>(asked: Asked<T>): Promise<Reply<T>> {
    const { secret, signal, method = 'GET', body, wanted, file } = asked;
    const secrets = secret === undefined ? [] : [secret];
    const url = new URL(asked.url);
    if (secret !== undefined && secretParam !== undefined) url.searchParams.set(secretParam, secret);
    const isSecret: SecretTest = (name, value) =>
      name === secretParam || secrets.some((known) => formsOf(known).includes(value));

    const startedAt = performance.now();
    let answer: RawAnswer | undefined;
    const tell = (rows: number | undefined, error?: unknown, code?: TributaryError['code']) =>
      asked.onExchange?.({
        ...exchangeOf({
          startedAt: new Date(performance.timeOrigin + startedAt),
          durationMs: performance.now() - startedAt,
          ...{ method, url, secrets, secretParam, page: asked.page, answer, rows, error, usageHeader },
        }),
        ...(code === undefined ? {} : { error: code }),
      });
    try {
      answer = await ask({
        ...{ url, method, body, signal, timeoutMs, maxBytes, fetch },
        headers: {
          ...(file?.own === false ? {} : headers),
          ...(secret === undefined || !('header' in place) ? {} : { [place.header]: secret }),
        },
        ...(wanted === 'text' ? { accept: '*/*' } : {}),
        anywhere: file !== undefined,
      });
      const rules = file?.own === false ? { errors: [] } : definition;
      const verdict = judge(rules, answer, placeOf(url), secrets, wanted);
      if (verdict.kind !== 'ok') {
        tell(undefined, undefined, softCodes[verdict.kind]);
        return verdict;
      }
      const read = asked.read(verdict.body, answer.headers, isSecret);
      tell(asked.rows?.(read) ?? 0);
      return { kind: 'ok', read, headers: answer.headers };
    } catch (error) {
      // A stop is no fault of the app, and nobody looks for its reason here.
      if (!signal.aborted) tell(undefined, error);
      throw error;
    }
  };
}
