import { createTurns, type Pause } from './turns.ts';

/** Draws of a permutation test: the smallest p-value is 1 / (draws + 1). */
const mostDraws = 1999;
/** A test that is beaten so often by chance is given up (Besag and Clifford 1991). */
const enoughBeaten = 12;

/**
 * The p-value of a statistic against what chance gives: (beaten + 1) / (draws + 1), or beaten / draws where it was
 * given up early. Valid for every number of draws.
 */
export function chanceOf(statistic: number, draw: () => number): number {
  const draws = drawing(statistic, draw);
  for (;;) {
    const { done, value } = draws.next();
    if (done === true) return value;
  }
}

/** The same, for draws that take long. */
export async function chanceInTurns(statistic: number, draw: () => number, pause: Pause): Promise<number> {
  const draws = drawing(statistic, draw);
  const turn = createTurns(pause);
  for (;;) {
    const { done, value } = draws.next();
    if (done === true) return value;
    await turn();
  }
}

function* drawing(statistic: number, draw: () => number): Generator<undefined, number> {
  if (!Number.isFinite(statistic)) return 1;
  // What is equal but for rounding counts as beaten.
  const bar = statistic - Math.abs(statistic) * 1e-9;
  let beaten = 0;
  for (let draws = 1; draws <= mostDraws; draws++) {
    if (draw() >= bar) beaten++;
    if (beaten === enoughBeaten) return beaten / draws;
    yield;
  }
  return (beaten + 1) / (mostDraws + 1);
}

export const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Autocorrelation at lag 1, 0 to 0.9: what is below counts as none, so that nothing gets more certain by it. */
export function lagOne(values: readonly number[]): number {
  const mean = meanOf(values);
  let above = 0;
  let below = 0;
  values.forEach((value, at) => {
    below += (value - mean) ** 2;
    if (at > 0) above += (value - mean) * ((values[at - 1] as number) - mean);
  });
  return below > 0 ? Math.min(0.9, Math.max(0, above / below)) : 0;
}

/** Two-sided p-value of Student's t (numerical integral of the incomplete beta function). */
export function studentP(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return Number.isNaN(t) ? 1 : 0;
  const x = degrees / (degrees + t * t);
  return Math.min(1, Math.max(0, incompleteBeta(x, degrees / 2, 0.5)));
}

/** Regularized incomplete beta function by its continued fraction (Lentz; Numerical Recipes 6.4). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  const tiny = 1e-300;
  const safe = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1));
  let sum = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    sum *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    sum *= d * c;
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return (front * sum) / a;
}

/** Stirling's series, after moving up to where it is exact to 1e-12. */
function logGamma(z: number): number {
  let x = z;
  let shift = 0;
  while (x < 12) {
    shift += Math.log(x);
    x += 1;
  }
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series - shift;
}

/** A p-value and how much it counts: what was expected to matter most before looking weighs more. */
export interface Tested {
  readonly p: number;
  readonly weight: number;
}

/**
 * Benjamini and Hochberg's adjusted p-values with weights (Genovese, Roeder and Wasserman 2006): those at most q
 * are the findings of which on average at most the share q is chance. In the order of the tests.
 */
export function adjustAll(tests: readonly Tested[]): readonly number[] {
  const mean = meanOf(tests.map(({ weight }) => weight));
  const order = tests
    .map(({ p, weight }, at) => ({ at, p: Math.min(1, (p * mean) / weight) }))
    .sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(tests.length).fill(1);
  let least = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const { at, p } = order[rank - 1] as { at: number; p: number };
    least = Math.min(least, (p * tests.length) / rank);
    adjusted[at] = least;
  }
  return adjusted;
}
