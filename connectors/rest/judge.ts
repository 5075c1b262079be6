import { isUtf8 } from 'node:buffer';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { valueAt } from '../pointer.ts';
import { excerpt } from '../redact.ts';
import type { ConnectorDefinition } from '../schema.ts';
import type { RawAnswer } from './http.ts';
import { exhaustedMs, limitedMs, retryAfterMs } from './limits.ts';

/** What an answer means for the one who asked, where it is no failure. */
export type Verdict =
  | { readonly kind: 'ok'; readonly body: JsonValue }
  /** The credentials are not, or no longer, accepted; `said` is the app's own words. */
  | { readonly kind: 'expiredToken'; readonly said: string }
  | { readonly kind: 'rateLimited'; readonly waitMs: number };

type Meaning = ConnectorDefinition['errors'][number]['means'];

/** The parts of a definition that say what an answer means. */
export type AnswerRules = Pick<ConnectorDefinition, 'errors' | 'errorMessage'>;

const WORDS = 200;

/**
 * The answer as it stands. Undefined where it is not UTF-8: decoded all the same, other bytes would silently become
 * question marks in the records.
 */
function textOf(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString();
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function parse(bytes: Buffer): JsonValue | undefined {
  const text = textOf(bytes);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as JsonValue);
  } catch {
    // The parser's own message quotes the answer, secrets included.
    return undefined;
  }
}

/** What a status means unless the definition says otherwise. */
function usualMeaning({ status, headers }: RawAnswer): Meaning | 'ok' {
  if (status >= 200 && status < 300) return 'ok';
  if (status === 401) return 'expiredToken';
  if (status === 429) return 'rateLimited';
  // Some apps say so when the requests of an hour are used up.
  if (status === 403 && (headers.has('retry-after') || exhaustedMs(headers) !== undefined))
    return 'rateLimited';
  if (status >= 500 || status === 408) return 'retry';
  return status === 404 || status === 410 ? 'notFound' : 'refused';
}

function ruledMeaning(
  { errors }: AnswerRules,
  status: number,
  body: JsonValue | undefined,
): Meaning | undefined {
  return errors.find(
    (rule) =>
      (Array.isArray(rule.status) ? rule.status.includes(status) : rule.status === status) &&
      (rule.when === undefined || (body !== undefined && valueAt(body, rule.when.at) === rule.when.equals)),
  )?.means;
}

/** Names by which apps usually say what went wrong. */
const wordy =
  /^(error|errors|message|detail|details|title|description|reason|fault|code|error_description)$/i;

/** The first text under such a name; anything else of an answer may be a customer's data. */
function usualWords(body: JsonValue | undefined, depth = 0): string | undefined {
  if (typeof body !== 'object' || body === null || depth > 4) return undefined;
  if (Array.isArray(body)) return usualWords(body[0], depth + 1);
  const named = Object.entries(body).filter(([name]) => wordy.test(name));
  const text = named.find(([, value]) => typeof value === 'string' && value !== '')?.[1];
  if (typeof text === 'string') return text;
  for (const [, value] of named) {
    const found = usualWords(value, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The app's own words, redacted and cut: those at `errorMessage`, or where such words usually are. Of an answer that
 * brings data, and of any other JSON, nothing is quoted: it may hold fields that nobody may see.
 */
function wordsOf(
  { errorMessage }: AnswerRules,
  { status, headers, bytes }: RawAnswer,
  body: JsonValue | undefined,
  secrets: readonly string[],
): string {
  const own = errorMessage === undefined || body === undefined ? undefined : valueAt(body, errorMessage);
  if (own !== undefined && own !== null && own !== '')
    return `"${excerpt(typeof own === 'string' ? own : JSON.stringify(own), secrets, WORDS)}"`;
  const usual = usualWords(body);
  if (usual !== undefined) return `"${excerpt(usual, secrets, WORDS)}"`;
  const type = headers.get('content-type') ?? 'no content type';
  // A page for people is no data, whatever its status says.
  const quotable = body === undefined && (/html/i.test(type) || (status >= 300 && !/json/i.test(type)));
  return quotable ? `${type}: "${excerpt(beginning(bytes), secrets)}"` : `${type}, ${bytes.byteLength} bytes`;
}

/** Says that the grant is over, in the app's own words. */
export const revokedMessage = (said: string): string => `The app no longer accepts our grant: ${said}`;

/** Enough of an answer to take an excerpt from; the whole may be large. */
export const beginning = (bytes: Buffer): string => bytes.subarray(0, 4096).toString();

/**
 * Says what an answer means, by its status and by the rules of the definition.
 * @param where What was asked, for messages.
 * @param secrets Never shown in a message.
 * @param wanted `text`: the body that comes back is the answer as it stands.
 * @throws TributaryError SOURCE_SERVER_ERROR, SOURCE_REFUSED, SOURCE_RESOURCE_NOT_FOUND, GRANT_REVOKED, or
 * SOURCE_BAD_ANSWER (no JSON in UTF-8).
 */
export function judge(
  rules: AnswerRules,
  answer: RawAnswer,
  where: string,
  secrets: readonly string[],
  wanted: 'json' | 'text' = 'json',
): Verdict {
  const { status, headers, bytes } = answer;
  const body = parse(bytes);
  const meaning = ruledMeaning(rules, status, body) ?? usualMeaning(answer);
  if (meaning === 'ok') {
    const good = wanted === 'text' ? textOf(bytes) : body;
    if (good !== undefined) return { kind: 'ok', body: good };
    const words = wordsOf(rules, answer, undefined, secrets);
    const what = isUtf8(bytes) ? 'JSON' : 'UTF-8';
    throw new TributaryError(
      'SOURCE_BAD_ANSWER',
      `${where} answered ${status}, ${words}, which is not ${what}.`,
      {
        status,
      },
    );
  }
  if (meaning === 'rateLimited') return { kind: 'rateLimited', waitMs: limitedMs(headers) };
  const said = `${where} answered ${status}, ${wordsOf(rules, answer, body, secrets)}`;
  const wait = retryAfterMs(headers);
  switch (meaning) {
    case 'expiredToken':
      return { kind: 'expiredToken', said };
    case 'revoked':
      throw new TributaryError('GRANT_REVOKED', revokedMessage(said), { status });
    case 'notFound':
      throw new TributaryError('SOURCE_RESOURCE_NOT_FOUND', said, { status });
    case 'refused':
      throw new TributaryError('SOURCE_REFUSED', said, { status });
    case 'retry':
      throw new TributaryError(
        'SOURCE_SERVER_ERROR',
        said,
        wait === undefined ? { status } : { status, retryAfterMs: wait },
      );
  }
}
