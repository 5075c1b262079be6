/** For an app that says 429 and 0 seconds, again and again. */
const SHORTEST_WAIT_MS = 500;
/** For an app that says 429 without saying how long. */
const UNNAMED_WAIT_MS = 5_000;
/** Near the limit that `usageHeader` tells. */
const SLOWER_MS = 1_000;
const NEAR_THE_LIMIT = 0.9;
/** The usual names: RFC drafts, most apps, and some with another hyphen. */
const prefixes = ['ratelimit', 'x-ratelimit', 'x-rate-limit'];

/** What the app's clock says: reset times are written by it. */
function clockOf(headers: Headers): number {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? Date.now() : date;
}

/**
 * The wait that `Retry-After` names, in ms: seconds or an HTTP date. Undefined when there is none.
 * @param now Milliseconds since 1970; the app's own clock unless given.
 */
export function retryAfterMs(headers: Headers, now = clockOf(headers)): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** A reset as seconds from now, as a time in seconds or milliseconds since 1970, or as a date; in ms from now. */
function resetMs(text: string, now: number): number | undefined {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) {
    if (number >= 1e11) return Math.max(0, number - now);
    return number >= 1e8 ? Math.max(0, number * 1000 - now) : Math.max(0, number * 1000);
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** `RateLimit: limit=100, remaining=0, reset=30`, or the newer `"default";r=0;t=30`. */
function combined(header: string): { readonly remaining: string; readonly reset: string } | undefined {
  const remaining = /\b(?:remaining|r)=(\d+)/.exec(header)?.[1];
  const reset = /\b(?:reset|t)=(\d+)/.exec(header)?.[1];
  return remaining === undefined || reset === undefined ? undefined : { remaining, reset };
}

/** How long the app takes nothing more, by `RateLimit-Remaining: 0` and the reset beside it; in ms. */
export function exhaustedMs(headers: Headers): number | undefined {
  const now = clockOf(headers);
  const pairs = prefixes.map((prefix) => ({
    remaining: headers.get(`${prefix}-remaining`),
    reset: headers.get(`${prefix}-reset`),
  }));
  for (const { remaining, reset } of [combined(headers.get('ratelimit') ?? ''), ...pairs].filter(
    (pair) => pair !== undefined,
  )) {
    if (remaining === null || reset === null || !(Number.parseFloat(remaining) <= 0)) continue;
    const ms = resetMs(reset, now);
    if (ms !== undefined) return Math.max(ms, SHORTEST_WAIT_MS);
  }
  return undefined;
}

/** How long to wait after an answer that says "too many requests", in ms. */
export function limitedMs(headers: Headers): number {
  return Math.max(retryAfterMs(headers) ?? exhaustedMs(headers) ?? UNNAMED_WAIT_MS, SHORTEST_WAIT_MS);
}

/**
 * How long to wait before the next request after an answer that was given, in ms: until the reset when nothing
 * remains, a little near the limit of `usageHeader` ("32/40"), else 0.
 */
export function courtesyMs(headers: Headers, usageHeader: string | undefined): number {
  const reset = exhaustedMs(headers);
  if (reset !== undefined) return reset;
  const usage = usageHeader === undefined ? null : headers.get(usageHeader);
  const [, used, limit] = /^\s*(\d+(?:\.\d+)?)\s*\/\s*(\d+(?:\.\d+)?)/.exec(usage ?? '') ?? [];
  return used !== undefined && Number(used) >= NEAR_THE_LIMIT * Number(limit) ? SLOWER_MS : 0;
}
