const secondMs = 1_000;
const hourMs = 3_600_000;

/** How long an event is tried, counted from when it was its turn. */
export const retryWindowMs = 72 * hourMs;

/** Between two attempts, in milliseconds; the last one repeats. */
export const retryDelaysMs: readonly number[] = [
  ...[5, 30, 120, 600, 1_800].map((secs) => secs * secondMs),
  ...[1, 2, 4, 8, 12].map((hours) => hours * hourMs),
];

/** Share by which a delay is shortened or made longer, so that many receivers of one outage are not asked at once. */
const jitter = 0.2;
/** What a receiver may ask for with `Retry-After`. */
const longestAskedMs = 4 * hourMs;

/** Where an event that failed stands. Times in milliseconds since 1970. */
export interface Failed {
  /** Attempts so far, 1 or more. */
  readonly attempts: number;
  /** When it was tried first. */
  readonly firstAt: number;
  /** When the last attempt ended. */
  readonly at: number;
  /** What the receiver asked for; null: nothing. */
  readonly askedMs: number | null;
  /** 0 to 1. */
  readonly random: number;
  /** @default 1 Tests shorten every delay and the window by it. */
  readonly scale?: number;
}

/**
 * When to try next, after longer and longer delays; the last attempt is at the end of the three days.
 * @returns milliseconds since 1970, always after `at`; null: it is given up
 */
export function nextAttempt({ attempts, firstAt, at, askedMs, random, scale = 1 }: Failed): number | null {
  const end = firstAt + retryWindowMs * scale;
  if (!(at < end)) return null;
  const place = Math.max(0, Math.min(Math.floor(attempts) - 1, retryDelaysMs.length - 1));
  const share = 1 - jitter + 2 * jitter * Math.min(1, Math.max(0, random));
  const delay = (retryDelaysMs[place] ?? hourMs) * share * scale;
  const asked = askedMs === null || !(askedMs > 0) ? 0 : Math.min(askedMs, longestAskedMs) * scale;
  return Math.min(end, Math.max(at + 1, Math.ceil(at + Math.max(delay, asked))));
}

/** The header `Retry-After` in milliseconds from now on: seconds, or a date; null: there is none that can be read. */
export function askedDelay(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  if (text === '') return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * secondMs : Date.parse(text) - now;
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}

/** Without a success for so long, a subscription is disabled by itself. */
export const isLongFailing = (failingSince: Date | null, at: Date, afterDays: number): boolean =>
  failingSince !== null && at.getTime() - failingSince.getTime() >= afterDays * 24 * hourMs;
