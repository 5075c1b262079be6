import type { FoundChange } from '../../../domain/cleaning.ts';
import type { DatapointSeries } from '../../../domain/datapoints.ts';
import { calendarOf, dayNumber, openPeriodOf } from '../forecasting/periods.ts';
import { periodWords } from '../forecasting/sentences.ts';
import { shown } from './words.ts';

/** The totals that a session saw: first day of a period, its value; null where it had none. */
export type Seen = readonly (readonly [start: string, value: number | null])[];

/** Periods are expected to change until so many days after their end. */
const settledDays = 3;
/** Share of the earlier value below which a change is not worth a line. */
const leastChange = 0.05;
/** More than so many at once are one line: a new definition, a history that was read anew. */
const mostLines = 12;
/** Older periods are not watched. */
const mostSeen = 480;

/** The settled totals of a series as they are now. @param asOf Today, YYYY-MM-DD */
export function seenOf({ points, grain }: Pick<DatapointSeries, 'points' | 'grain'>, asOf: string): Seen {
  const day = dayNumber(asOf);
  if (day === null) return [];
  const settled = openPeriodOf(grain, calendarOf('day', 0).startOf(day - settledDays));
  return points
    .filter(({ start, value }) => start < settled && (value === null || Number.isFinite(value)))
    .slice(-mostSeen)
    .map(({ start, value }) => [start, value] as const);
}

/** Settled periods whose total is another one than a session before saw. Only told: the newest total counts. */
export function findRestated(
  { points, grain }: Pick<DatapointSeries, 'points' | 'grain'>,
  seen: Seen,
): FoundChange[] {
  const now = new Map(points.map((point) => [point.start, point.value]));
  const moved = seen.flatMap(([start, before]) => {
    const after = now.get(start) ?? null;
    return differs(before, after) ? [{ start, before, after }] : [];
  });
  if (moved.length > mostLines) {
    const [first, last] = [moved[0]?.start ?? '', moved.at(-1)?.start ?? ''];
    const sentence = `${moved.length} of ${seen.length} past periods from ${first} to ${last} have other totals than before; the new ones count.`;
    return [changeOf(first, moved, sentence)];
  }
  return moved.map((point) => {
    const [was, is] = [point.before, point.after].map((value) =>
      value === null ? 'no value' : shown(value),
    );
    return changeOf(
      point.start,
      [point],
      `${periodWords(grain, point.start)} had ${was} before and has ${is} now; the new total counts.`,
    );
  });
}

function differs(before: number | null, after: number | null): boolean {
  if (before === null || after === null) return before !== after;
  return Math.abs(after - before) > leastChange * Math.max(Math.abs(before), Number.MIN_VALUE);
}

const changeOf = (start: string, points: FoundChange['points'], sentence: string): FoundChange => ({
  rule: 'restated',
  start,
  points,
  effect: 'report',
  certainty: 'high',
  numbers: { periods: points.length },
  sentence,
});
