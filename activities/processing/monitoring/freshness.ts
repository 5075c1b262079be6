import type { Check, Measured, RunSeen } from './facts.ts';
import { leastHistory, unusual, usualOf } from './robust.ts';

const dayMs = 86_400_000;
/** A row that is dated so far ahead, where none ever was, is a mistake of the source. */
const aheadDays = 1;
/** The newest row may always be so much older than usual: nights, and quiet days. */
const slackDays = 1;
/** Older than the bound by so much, and by this factor, is blatant. */
const blatantDays = 7;
const blatantFactor = 3;

/** Milliseconds since the epoch of a date, a time, or epoch seconds or milliseconds in digits; null: none of these. */
export function timeOf(text: string | null): number | null {
  if (text === null) return null;
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (/^\d{12,13}$/.test(text)) return Number(text);
  const ms = /^\d{4}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** Age of the newest row there was at the time of each run, in days, oldest run first; runs that knew of none left out. */
function agesOf(runs: readonly RunSeen[]): { readonly ages: number[]; readonly newest: number | null } {
  let newest: number | null = null;
  const ages: number[] = [];
  for (const run of [...runs].reverse()) {
    const time = timeOf(run.newest);
    if (time !== null) newest = Math.max(newest ?? time, time);
    if (newest !== null) ages.push((run.startedAt - newest) / dayMs);
  }
  return { ages, newest };
}

/** The newest row of all that was read should not be older than it usually is when a session comes. */
export const freshness: Check = ({ run, earlier, newestBefore }) => {
  const before = agesOf(earlier);
  const own = timeOf(run.newest);
  const known = [own, before.newest, newestBefore].filter((time) => time !== null);
  if (known.length === 0)
    return {
      value: null,
      learned: null,
      blind: run.newest !== null || run.ledger.read > 0,
      seen: run.ledger.read === 0 ? 'No rows were read.' : 'The rows have no time to judge by.',
    };
  // A full read tells what there is now: rows that were newer before are gone.
  const newest = run.kind === 'full' && own !== null ? own : Math.max(...known);
  return measured(run, newest, before.ages, before.newest);
};

function measured(
  run: RunSeen,
  newest: number,
  ages: readonly number[],
  newestEarlier: number | null,
): Measured {
  const value = (run.startedAt - newest) / dayMs;
  const seen = `The newest row is of ${dateText(newest)}.`;
  if (value < -aheadDays && !ages.some((age) => age < -aheadDays) && ages.length >= leastHistory)
    return { value, seen: `${seen} That is in the future.`, learned: { low: -aheadDays } };
  const wentBack = newestEarlier !== null && newest < newestEarlier;
  const back = wentBack ? ` Before there were rows of ${dateText(newestEarlier)}, which are gone.` : '';
  if (ages.length < leastHistory)
    return {
      value,
      seen: `${seen}${back}`,
      learned: wentBack ? { high: (run.startedAt - newestEarlier) / dayMs } : null,
    };
  const { middle, spread } = usualOf(ages);
  const high = Math.max(middle + unusual * spread, Math.max(...ages) * 1.2, middle + slackDays);
  return {
    value,
    seen: `${seen}${back}`,
    learned: {
      // Whatever is usual, it is unusual that the newest rows of a full read are gone.
      high: wentBack ? Math.min(high, (run.startedAt - newestEarlier) / dayMs) : high,
      failHigh: Math.max(high * blatantFactor, high + blatantDays),
    },
  };
}

const dateText = (ms: number): string => {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return 'no known time';
  return date
    .toISOString()
    .replace(/T00:00:00\.000Z$|:\d\d\.\d{3}Z$/, '')
    .replace('T', ' ');
};
