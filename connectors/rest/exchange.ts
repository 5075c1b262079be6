import { TributaryError } from '../../domain/errors.ts';
import { excerpt, redactUrl } from '../redact.ts';
import type { Exchange, PageToken } from '../source.ts';
import type { RawAnswer } from './http.ts';
import { beginning } from './judge.ts';

const EXCERPT = 500;
const telling =
  /^(content-type|content-length|retry-after|link|date|x-.*(limit|usage).*|ratelimit.*|.*(request|trace|correlation)-?id)$/;

/** What is known of one request after it ended. */
export interface Ended {
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly secrets: readonly string[];
  readonly secretParam: string | undefined;
  readonly page: PageToken | undefined;
  /** Undefined: no answer came. */
  readonly answer: RawAnswer | undefined;
  /** Rows in the answer; undefined when it gave none. */
  readonly rows: number | undefined;
  readonly error: unknown;
  /** The header that says how much of the limit is used. */
  readonly usageHeader: string | undefined;
}

function tellingHeaders({ answer, secrets, secretParam, usageHeader, url }: Ended): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of answer?.headers ?? []) {
    if (!telling.test(name) && name !== usageHeader?.toLowerCase()) continue;
    // Links repeat the query of the request, and the credentials where they are in it.
    kept[name] =
      name === 'link'
        ? value.replace(/<([^>]*)>/g, (whole, target: string) =>
            URL.canParse(target, url.href)
              ? `<${redactUrl(new URL(target, url), secrets, secretParam === undefined ? [] : [secretParam])}>`
              : whole,
          )
        : value.slice(0, 200);
  }
  return kept;
}

/** One request and its answer, redacted: what `ReadRequest.onExchange` is told. */
export function exchangeOf(ended: Ended): Exchange {
  const { answer, error, secrets, secretParam, page, rows } = ended;
  const unread = answer !== undefined && rows === undefined;
  return {
    at: ended.startedAt,
    method: ended.method,
    url: redactUrl(ended.url, secrets, secretParam === undefined ? [] : [secretParam]),
    status: answer?.status ?? (error instanceof TributaryError ? statusIn(error) : null),
    durationMs: Math.round(ended.durationMs),
    bytes: answer?.bytes.length ?? null,
    headers: tellingHeaders(ended),
    rows: rows ?? null,
    page: page ?? null,
    excerpt: unread ? excerpt(beginning(answer.bytes), secrets, EXCERPT) : null,
    error: error === undefined ? null : error instanceof TributaryError ? error.code : 'UNKNOWN_ERROR',
  };
}

/** A redirect that was not followed says its status in the error. */
function statusIn({ details: { status } }: TributaryError): number | null {
  return typeof status === 'number' ? status : null;
}
