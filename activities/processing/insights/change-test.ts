import { median } from '../../../domain/anomalies.ts';
import { robustSpread } from '../statistics.ts';
import { chanceOf, lagOne, meanOf, studentP } from './significance.ts';

/** How a change over many periods is tested, in words. */
export const windowMethod =
  'Each period minus the same one a year before. The larger p-value of two tests: random signs of these differences (holds for heavy tails), and a t-test whose spread is the robust one of all earlier differences where that is larger, with fewer periods counted where they hang together.';

/** How a change of one period is tested, in words. */
export const singleMethod =
  "The period's difference against all earlier ones of the series: a t-test with a robust spread, whose tails are as heavy as those of the earlier differences.";

/**
 * P-value of "these periods are like those that they are compared with".
 * @param differences Of all periods to their counterparts, oldest first, NaN where not known.
 * @param recent The last so many are tested; the others tell what is usual.
 */
export function windowChange(differences: readonly number[], recent: number, random: () => number): number {
  const tested = differences.slice(-recent).filter((value) => !Number.isNaN(value));
  if (tested.length < Math.max(8, recent * 0.8)) return 1;
  const sum = tested.reduce((a, b) => a + b, 0);
  if (sum === 0) return 1;
  const earlier = differences.slice(0, -recent).filter((value) => !Number.isNaN(value));
  const deviation = Math.sqrt(
    tested.reduce((total, value) => total + (value - sum / tested.length) ** 2, 0) / (tested.length - 1),
  );
  const spread = Math.max(deviation, robustSpread(earlier));
  const rho = lagOne([...earlier, ...tested]);
  const effective = Math.max(2, (tested.length * (1 - rho)) / (1 + rho));
  const byT =
    spread === 0 ? 0 : studentP(sum / tested.length / (spread / Math.sqrt(effective)), effective - 1);
  if (byT > 0.2) return byT;
  const bySigns = chanceOf(Math.abs(sum), () => {
    let total = 0;
    for (const value of tested) total += random() < 0.5 ? value : -value;
    return Math.abs(total);
  });
  return Math.max(byT, bySigns);
}

/** Fewest earlier differences from which it can be told what is usual. */
const leastEarlier = 11;

/** P-value of "the last difference is like the earlier ones"; see {@link windowChange}. */
export function singleChange(differences: readonly number[]): number {
  const last = differences.at(-1) ?? Number.NaN;
  const earlier = differences.slice(0, -1).filter((value) => !Number.isNaN(value));
  if (Number.isNaN(last) || earlier.length < leastEarlier) return 1;
  const middle = median(earlier);
  const spread = robustSpread(earlier);
  if (spread === 0) return 1;
  const sizes = earlier.map((value) => Math.abs(value - middle)).sort((a, b) => a - b);
  const degrees = tailOf(sizes, spread / 1.4826);
  // The median of |t| is above the normal one's for few degrees: the same spread then says less.
  const scale = (spread / 1.4826 / medianOfT(degrees)) * Math.sqrt(1 + 1 / earlier.length);
  const byT = studentP((last - middle) / scale, degrees);
  const beaten = sizes.filter((size) => size >= Math.abs(last - middle)).length;
  return beaten > 0 ? Math.max(byT, beaten / (earlier.length + 1)) : byT;
}

/** Degrees of freedom of Student's t, and its quantiles of |t| at 50 and 90 %. */
const tails = [
  [1, 1, 6.314],
  [1.5, 0.8807, 3.7],
  [2, 0.8165, 2.92],
  [3, 0.7649, 2.353],
  [4, 0.7407, 2.132],
  [6, 0.7176, 1.943],
] as const;

/** The heaviest of the tails that the 90 % quantile and the largest value suggest; never lighter than 6 degrees. */
function tailOf(sizes: readonly number[], middle: number): number {
  const at = sizes[Math.min(sizes.length - 1, Math.ceil(sizes.length * 0.9))] ?? 0;
  const ratio = at / middle;
  return (tails.find(([, half, ninety]) => ratio >= ninety / half) ?? [6])[0];
}

const medianOfT = (degrees: number): number => (tails.find(([one]) => one === degrees) ?? tails[5])[1];

/** Mean of the known differences: whether they point the way that the whole does. */
export const meanDifference = (differences: readonly number[], recent: number): number =>
  meanOf(differences.slice(-recent).filter((value) => !Number.isNaN(value)));
