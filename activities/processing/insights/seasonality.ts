import { chanceOf, meanOf } from './significance.ts';

export const seasonMethod =
  'Differences from the line through the values, by place in the year; how much of their variance lies between the places, against that with each year turned by any number of places (the order within a year stays).';

/** What the year does to a series. */
export interface Season {
  readonly p: number;
  /** Share of the variance about the line that the place in the year explains, 0 to 1, as measured. */
  readonly strength: number;
  /** Mean of each place, and the mean of all. */
  readonly means: readonly number[];
  readonly mean: number;
  readonly years: number;
  /** Place of the first period that was used within the values. */
  readonly from: number;
}

/** Fewest years: with three there are 144 ways to turn them. */
const fewestYears = 3;

/**
 * Whether the year shows in a series: only whole years, the newest ones, none of them with an unknown period.
 * @param values Of consecutive periods; NaN where not known.
 * @returns Null where there is too little to say.
 */
export function seasonOfTrack(values: Float64Array, season: number, random: () => number): Season | null {
  const years = Math.floor(values.length / season);
  const from = values.length - years * season;
  const used = [...values.subarray(from)];
  if (years < fewestYears || used.some(Number.isNaN)) return null;
  const rest = withoutLine(used);
  const whole = rest.reduce((sum, value) => sum + value * value, 0);
  const scale = Math.max(...used.map(Math.abs));
  if (whole <= (scale * 1e-9) ** 2 * used.length) return null;
  const between = (turns: readonly number[]): number => {
    let sum = 0;
    for (let place = 0; place < season; place++) {
      let mean = 0;
      for (let year = 0; year < years; year++)
        mean += rest[year * season + ((place + (turns[year] ?? 0)) % season)] ?? 0;
      sum += mean * mean;
    }
    return sum / years;
  };
  const none = new Array<number>(years).fill(0);
  const measured = between(none);
  const p = chanceOf(measured, () => between(none.map(() => Math.floor(random() * season))));
  const means = Array.from({ length: season }, (_, place) =>
    meanOf(used.filter((_value, at) => at % season === place)),
  );
  return { p, strength: Math.min(1, measured / whole), means, mean: meanOf(used), years, from };
}

/** Differences from the straight line through the values (least squares). */
function withoutLine(values: readonly number[]): number[] {
  const middle = (values.length - 1) / 2;
  const mean = meanOf(values);
  let above = 0;
  let below = 0;
  values.forEach((value, at) => {
    above += (at - middle) * (value - mean);
    below += (at - middle) ** 2;
  });
  const slope = below === 0 ? 0 : above / below;
  return values.map((value, at) => value - mean - slope * (at - middle));
}
