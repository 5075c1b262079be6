import { median } from '../../../domain/anomalies.ts';
import type { FoundChange } from '../../../domain/cleaning.ts';
import { periodWords } from '../forecasting/sentences.ts';
import { robustSpread } from '../statistics.ts';
import type { Grid } from './grid.ts';
import { shown } from './words.ts';

/** Powers of ten by which a level may be off. */
const powers = [-3, -2, -1, 0, 1, 2, 3] as const;
/** What a change of the unit costs, in usual steps: a few great steps are cheaper than a wrong unit. */
const changeCost = 4;
/** A power of ten must be so many usual steps, else the series jumps like that by itself. */
const leastSteps = 6;
/** After the unit is put right, the level may differ from the neighbours' by this, in powers of ten. */
const tolerance = { least: 0.15, most: 0.3 } as const;
/** Periods to either side of a border that are compared. */
const reach = 6;

/** Consecutive known places, both included, of one unit. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  /** In powers of ten, against the unit of most periods. */
  readonly power: number;
}

/**
 * Stretches whose level is off by 10, 100 or 1,000 while their records are as many as before. They are brought to the
 * unit that most periods have. Counts have no unit.
 */
export function findUnitJumps(grid: Grid): FoundChange[] {
  const { values, points, measure } = grid;
  if (measure === 'count' || measure === 'distinct') return [];
  const places = values.flatMap((value, at) => (value === null || value === 0 ? [] : [at]));
  // A sum grows with its records; the amount of each does not, unless its unit changes.
  const logs = places.map((at) => {
    const rows = measure === 'sum' ? Math.max(1, points[at]?.rows ?? 1) : 1;
    return Math.log10(Math.abs(values[at] ?? 1)) - Math.log10(rows);
  });
  const steps = logs.slice(1).map((value, at) => value - (logs[at] ?? 0));
  const step = Math.max(robustSpread(steps), 0.01);
  if (1 / step < leastSteps && 3 / step < leastSteps) return [];
  const stretches = stretchesOf(unitsOf(logs, step));
  return stretches
    .filter(({ power }) => power !== 0)
    .filter((stretch) => isLongEnough(stretch, logs.length) && isSharp(stretch, logs, step))
    .map((stretch) => changeOf(grid, places, stretch));
}

/** The unit of each value: the cheapest path over powers of ten, steps and changes of unit counted together. */
function unitsOf(logs: readonly number[], step: number): readonly number[] {
  let costs = powers.map(() => 0);
  const cameFrom: number[][] = [];
  for (let at = 1; at < logs.length; at++) {
    const moved = (logs[at] ?? 0) - (logs[at - 1] ?? 0);
    const best = powers.map((power) => {
      let [least, via] = [Infinity, 0];
      powers.forEach((earlier, index) => {
        const jump = power - earlier;
        const change = jump === 0 ? 0 : changeCost;
        const cost = (costs[index] ?? 0) + Math.abs(moved - jump) / step + change;
        if (cost < least) [least, via] = [cost, index];
      });
      return { least, via };
    });
    costs = best.map(({ least }) => least);
    cameFrom.push(best.map(({ via }) => via));
  }
  let state = costs.indexOf(Math.min(...costs));
  const path = [state];
  for (const via of cameFrom.reverse()) {
    state = via[state] ?? state;
    path.push(state);
  }
  const units = path.reverse().map((index) => powers[index] ?? 0);
  const sizes = new Map<number, number>();
  for (const unit of units) sizes.set(unit, (sizes.get(unit) ?? 0) + 1);
  // Of two as frequent ones the newer counts.
  const main = [...sizes].reduce((most, one) => (one[1] >= most[1] ? one : most))[0];
  return units.map((unit) => unit - main);
}

function stretchesOf(units: readonly number[]): Stretch[] {
  const stretches: Stretch[] = [];
  units.forEach((power, at) => {
    const last = stretches.at(-1);
    if (last?.power === power) stretches[stretches.length - 1] = { ...last, to: at };
    else stretches.push({ from: at, to: at, power });
  });
  return stretches;
}

/** One period ten times as high may be a good one; the newest ones may not be complete yet. */
function isLongEnough({ from, to, power }: Stretch, count: number): boolean {
  const atEnd = to === count - 1;
  return to - from + 1 >= (Math.abs(power) === 1 ? 2 : 1) + (atEnd ? 1 : 0);
}

/** Whether the level goes on as before at both borders once the unit is right, and jumps by more than is usual. */
function isSharp({ from, to, power }: Stretch, logs: readonly number[], step: number): boolean {
  if (Math.abs(power) / step < leastSteps) return false;
  const within = (a: readonly number[], b: readonly number[]) => {
    if (a.length === 0 || b.length === 0) return true;
    const scatter = step * Math.sqrt(1 / a.length + 1 / b.length);
    const allowed = Math.min(tolerance.most, tolerance.least + scatter);
    return Math.abs(median(a) - median(b)) <= allowed;
  };
  const right = logs.slice(from, to + 1).map((value) => value - power);
  return (
    within(logs.slice(Math.max(0, from - reach), from), right.slice(0, reach)) &&
    within(right.slice(-reach), logs.slice(to + 1, to + 1 + reach))
  );
}

function changeOf({ grain, starts, values }: Grid, places: readonly number[], stretch: Stretch): FoundChange {
  const { from, to, power } = stretch;
  const factor = 10 ** Math.abs(power);
  const points = places.slice(from, to + 1).map((at) => {
    const before = values[at] ?? 0;
    return { start: starts[at] ?? '', before, after: power > 0 ? before / factor : before * factor };
  });
  const [start, end] = [points[0]?.start ?? '', points.at(-1)?.start ?? ''];
  const span =
    points.length === 1 ? periodWords(grain, start) : `From ${start} to the ${grain} of ${end} everything`;
  const way = power > 0 ? 'high' : 'low';
  return {
    rule: 'unit-jump',
    start,
    points,
    effect: 'replace',
    certainty: points.length >= 3 && Math.abs(power) >= 2 ? 'high' : 'low',
    numbers: { factor: power > 0 ? factor : 1 / factor, periods: points.length },
    sentence: `${span} is about ${shown(factor)} times too ${way} for its number of records, as if in another unit; it is ${power > 0 ? 'divided' : 'multiplied'} by ${shown(factor)}.`,
  };
}
