import { median } from '../../../domain/anomalies.ts';
import { shownBy } from '../../../domain/words.ts';
import type { Check } from './facts.ts';
import { usualOf } from './robust.ts';
import type { MetricSeries, Period } from './series.ts';

/** The newest periods, which are looked at. */
const looked = { day: 7, week: 4, month: 3 } as const;
const seasons = { day: 7, week: 52, month: 12 } as const;
/** Where no season is known, the expectation is the median of so many periods before. */
const level = 12;
/** So many earlier differences must be known. */
const leastReference = 12;
/** Robust z-score beyond which a period is an outlier: several metrics and periods are looked at. */
const far = 5;
const blatant = 12;
/** The spread is at least this share of the usual size. */
const leastShare = 0.05;
/** Instead of an infinite one. */
const greatest = 99;

/** A period that is looked at. */
export interface Looked {
  readonly start: string;
  readonly value: number;
  readonly expected: number;
  /** Robust z-score, -99 to 99. */
  readonly z: number;
}

/**
 * How far the newest periods of a series are from what the earlier ones suggest. Expected is the median of the same
 * period of up to three seasons before, each moved by the usual change of a season; of a shorter series the median of
 * the 12 periods before. Values above 0 are compared as logarithms.
 * @returns null where too little is known
 */
export function lookAt({
  grain,
  periods,
}: Pick<MetricSeries, 'grain' | 'periods'>): readonly Looked[] | null {
  const known = periods.flatMap(({ value }) => (value === null ? [] : [value]));
  const logs = known.length > 0 && known.every((value) => value > 0);
  const values = periods.map(({ value }) => (value === null ? null : logs ? Math.log(value) : value));
  const border = Math.max(0, values.length - looked[grain]);
  const expected = expectation(values, border, seasons[grain]);
  const errors = values.flatMap((value, at) => {
    const about = at < border && value !== null ? expected(at) : null;
    return value === null || about === null ? [] : [value - about];
  });
  if (errors.length < leastReference) return null;
  const { middle, spread } = usualOf(errors);
  const earlier = values.slice(0, border).filter((value) => value !== null);
  const least = logs ? leastShare : leastShare * median(earlier.map(Math.abs));
  const wide = Math.max(spread, least);
  return periods.slice(border).flatMap(({ start, value: plain }: Period, index) => {
    const value = values[border + index] ?? null;
    const about = expected(border + index);
    if (value === null || plain === null || about === null) return [];
    const off = value - about - middle;
    const z = wide === 0 ? Math.sign(off) * greatest : Math.max(-greatest, Math.min(greatest, off / wide));
    const shown = logs ? Math.exp(about + middle) : about + middle;
    return Number.isFinite(z) && Number.isFinite(shown) ? [{ start, value: plain, expected: shown, z }] : [];
  });
}

/** What a period should be about; null where too little is known. */
function expectation(values: readonly (number | null)[], border: number, season: number) {
  const seasonal = border >= season * 2 + leastReference / 2 || border >= season + leastReference * 2;
  if (!seasonal)
    return (at: number): number | null => {
      const before = values.slice(Math.max(0, at - level), at).filter((value) => value !== null);
      return before.length < level / 2 ? null : median(before);
    };
  const changes = values.slice(season, border).flatMap((value, at) => {
    const before = values[at];
    return value === null || before === null || before === undefined ? [] : [value - before];
  });
  const change = median(changes);
  return (at: number): number | null => {
    const before = [1, 2, 3].flatMap((years) => {
      const value = values[at - years * season];
      return value === null || value === undefined ? [] : [value + years * change];
    });
    return before.length === 0 ? null : median(before);
  };
}

const grouped = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

const shownAs = (value: number): string => shownBy(grouped, value);

/** Newest periods of the metrics that this session changed, and that are far from what was usual. */
export const outliers: Check = ({ series }) => {
  if (series.length === 0) return null;
  const found = series
    .filter(({ changed }) => changed)
    .flatMap((one) => {
      const periods = lookAt(one);
      return periods === null ? [] : [{ one, periods }];
    });
  if (found.length === 0)
    return {
      value: null,
      seen: series.some(({ changed }) => changed)
        ? 'The series are too short to know what is usual.'
        : 'No number changed in this session.',
      learned: null,
    };
  const all = found.flatMap(({ one, periods }) => periods.map((period) => ({ name: one.name, ...period })));
  const away = all.filter(({ z }) => Math.abs(z) > far).sort((a, b) => Math.abs(b.z) - Math.abs(a.z));
  const [worst] = away;
  return {
    value: away.length,
    seen:
      worst === undefined
        ? `${all.length} ${all.length === 1 ? 'period is' : 'periods are'} about what was to be expected.`
        : `${worst.name} of the period from ${worst.start} is ${shownAs(worst.value)}, where about ${shownAs(worst.expected)} was to be expected${away.length > 1 ? `; ${away.length - 1} more like it` : ''}.`,
    learned: { high: 0, ...(worst !== undefined && Math.abs(worst.z) > blatant && { failHigh: 0 }) },
  };
};
