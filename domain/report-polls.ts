/** Questions at which the app's own Retry-After is followed as it is; after them it is only a lower bound. */
const eagerQuestions = 20;
/** Each wait is so many times the one before, up to the longest. */
const growth = 1.5;
const longest = 10;

/**
 * How long to wait before asking once more whether a report is ready. Apart from the first questions the waits grow to
 * ten times the first, so that a report of many hours costs some hundred questions at most.
 * @param asked Questions so far, 1 or more
 * @param pollMs The first wait
 * @param saidMs What the app said; it is never asked earlier
 */
export function pollWaitMs(asked: number, pollMs: number, saidMs: number | undefined): number {
  const own = (turn: number) => Math.round(pollMs * Math.min(longest, growth ** Math.max(0, turn)));
  if (saidMs === undefined) return own(asked - 1);
  return asked <= eagerQuestions ? saidMs : Math.max(saidMs, own(asked - 1 - eagerQuestions));
}

const units = [
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** A duration in the largest unit of which there are two, or one exactly: `24 hours`, `90 minutes`, `1 second`. */
export function durationText(ms: number): string {
  const [name, size] =
    units.find(([, unit]) => ms === unit || ms >= 2 * unit) ?? (['second', 1_000] as const);
  const count = Math.round(ms / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
