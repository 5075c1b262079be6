import type { Check, Measured } from './facts.ts';
import type { MetricSeries } from './series.ts';

/** The newest periods, of which none should be without rows. */
const looked = { day: 28, week: 13, month: 12 } as const;
/** So many times as many before them must all have rows. */
const before = 2;

/** Periods without rows between others, in a series in which every earlier period had rows. */
function missingIn({ grain, periods }: MetricSeries): readonly string[] | null {
  const count = looked[grain];
  const border = periods.length - count;
  const reference = periods.slice(Math.max(0, border - before * count), Math.max(0, border));
  if (reference.length < count || reference.some(({ rows }) => rows === 0)) return null;
  return periods
    .slice(border)
    .filter(({ rows }) => rows === 0)
    .map(({ start }) => start);
}

/** Periods without any row where all before had some. Metrics of one resource mostly share them: the worst counts. */
export const gaps: Check = ({ series }): Measured | null => {
  if (series.length === 0) return null;
  const found = series.flatMap((one) => {
    const missing = missingIn(one);
    return missing === null ? [] : [{ one, missing }];
  });
  const [worst] = found.sort((a, b) => b.missing.length - a.missing.length);
  if (worst === undefined)
    return {
      value: null,
      seen: 'There is no series long enough in which every period had rows.',
      learned: null,
    };
  const { one, missing } = worst;
  return {
    value: missing.length,
    seen:
      missing.length === 0
        ? `Each of the last ${looked[one.grain]} ${one.grain}s of ${one.name} has rows.`
        : `${one.name} has no rows in ${missing.length} of the last ${looked[one.grain]} ${one.grain}s, the first of which begins on ${missing[0]}; every one before had some.`,
    learned: { high: 0, failHigh: looked[one.grain] / 2 },
  };
};
