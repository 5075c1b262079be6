/** What of a run is compared with earlier ones. */
export const watchedNumbers = ['rows', 'durationMs'] as const;
export type WatchedNumber = (typeof watchedNumbers)[number];

/** One number of a run that its connection's own past does not suggest. */
export interface Anomaly {
  readonly of: WatchedNumber;
  readonly value: number;
  /** Median of the earlier runs, and the bounds within which it would have been usual. */
  readonly usual: number;
  readonly low: number;
  readonly high: number;
  readonly sentence: string;
}

/** A run as it is compared. */
export type ComparedRun = Readonly<Record<WatchedNumber, number>>;

/** Of so many newest runs of the same kind the usual is learned; below the least nothing is expected yet. */
export const mostCompared = 30;
export const leastCompared = 8;

/** Robust z-score (Iglewicz and Hoaglin 1993) beyond which a number is unusual. */
const unusual = 3.5;
/** Brings a median absolute deviation, and a mean one, to the scale of a standard deviation. */
const medianScale = 1.4826;
const meanScale = 1.2533;
/** The spread is taken to be at least so much: this share of the median, or this many; so small changes are none. */
const floors: Readonly<Record<WatchedNumber, { readonly share: number; readonly least: number }>> = {
  rows: { share: 0.05, least: 2 },
  durationMs: { share: 0.1, least: 1_000 },
};

/**
 * Compares a completed run with earlier completed ones of the same resource and read kind, newest first. A number is
 * unusual when it is more than 3.5 spreads from the median. The spread is the median absolute deviation; where that
 * is zero (more than half of the runs are equal) the mean one; and never less than the floors. Trends and times of
 * day are not known to it.
 */
export function anomaliesOf(run: ComparedRun, earlier: readonly ComparedRun[]): readonly Anomaly[] {
  const compared = earlier.slice(0, mostCompared);
  if (compared.length < leastCompared) return [];
  return watchedNumbers.flatMap((of) => {
    const values = compared.map((one) => one[of]);
    const usual = median(values);
    const distance = unusual * spreadOf(values, usual, floors[of]);
    const low = Math.max(0, Math.ceil(usual - distance));
    const high = Math.floor(usual + distance);
    const value = run[of];
    if (value >= low && value <= high) return [];
    const found = { of, value, usual, low, high };
    return [{ ...found, sentence: sentenceOf(found, compared.length) }];
  });
}

function spreadOf(
  values: readonly number[],
  middle: number,
  { share, least }: (typeof floors)[WatchedNumber],
): number {
  const deviations = values.map((value) => Math.abs(value - middle));
  const mean = deviations.reduce((sum, one) => sum + one, 0) / values.length;
  const spread = median(deviations) * medianScale || mean * meanScale;
  return Math.max(spread, middle * share, least);
}

function sentenceOf({ of, value, usual, low, high }: Omit<Anomaly, 'sentence'>, compared: number): string {
  const past = `the last ${compared} runs of this kind suggest`;
  if (of === 'rows')
    return `${value} rows were read, ${value < low ? 'fewer' : 'more'} than usual: ${past} ${low} to ${high}, mostly about ${Math.round(usual)}.`;
  const secs = (ms: number) => `${Math.round(ms / 100) / 10} s`;
  return `It took ${secs(value)}, ${value < low ? 'less' : 'longer'} than usual: ${past} ${secs(low)} to ${secs(high)}, mostly about ${secs(usual)}.`;
}

/** The middle one of them by size, the mean of both middle ones of an even number; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
