import type { FoundChange } from '../../../domain/cleaning.ts';
import { periodWords } from '../forecasting/sentences.ts';
import type { Expected } from './expected.ts';
import type { Grid } from './grid.ts';
import { roughly, sayingOf } from './words.ts';

/** Robust standard deviations from the expected value beyond which a single value is taken for wrong. */
const threshold = 4.2;
/** Where a tenth of all values lie far out, few large orders make the total: then it takes so many times that distance. */
const tails = 2.4;
/** From the periods just before and just after it is at least so far away: else it belongs to a step. */
const fromNeighbours = 2.5;
/** So many in a row on one side are an event or a new level, and no slip. */
const event = 3;

/**
 * Single values far from what season and neighbours say, by Hampel's rule. What comes back every season or every year,
 * a new level, several in a row and the newest period stay as they are.
 * @param skip Places that another rule has dealt with
 */
export function findOutliers(grid: Grid, expected: Expected, skip: ReadonlySet<number>): FoundChange[] {
  const least = Math.max(threshold, tails * tenthOf(expected.deviations));
  const off = expected.deviations.map((deviation, at) =>
    deviation !== null && Math.abs(deviation) > least && (expected.nearest[at] ?? 0) > fromNeighbours
      ? Math.sign(deviation)
      : 0,
  );
  const say = sayingOf(grid);
  return grid.values.flatMap((before, at): FoundChange[] => {
    const side = off[at] ?? 0;
    // What comes next may still explain the newest value, and late rows may complete it.
    if (side === 0 || before === null || skip.has(at) || at === grid.values.length - 1) return [];
    if (isEvent(off, at, side) || comesBack(expected, grid, at)) return [];
    const start = grid.starts[at] ?? '';
    const [after, deviations] = [expected.values[at] ?? 0, expected.deviations[at] ?? 0];
    return [
      {
        rule: 'outlier',
        start,
        points: [{ start, before, after }],
        effect: 'replace',
        certainty: Math.abs(deviations) > 2 * threshold ? 'high' : 'low',
        numbers: { expected: after, deviations },
        sentence: `${periodWords(grid.grain, start)} has ${say(before)}; season and neighbours suggest about ${say(after)}. That is ${roughly(Math.abs(deviations))} times the usual scatter away.`,
      },
    ];
  });
}

/** The distance that a tenth of the values exceeds: 1.6 of normal scatter. */
function tenthOf(deviations: Expected['deviations']): number {
  const sizes = deviations
    .flatMap((value) => (value === null ? [] : [Math.abs(value)]))
    .sort((a, b) => a - b);
  return sizes[Math.floor(0.9 * sizes.length)] ?? 0;
}

function isEvent(off: readonly number[], at: number, side: number): boolean {
  let [from, to] = [at, at];
  while (off[from - 1] === side) from--;
  while (off[to + 1] === side) to++;
  return to - from + 1 >= event;
}

/** Whether the same happened one season or one year before or after, at least half as strongly. */
function comesBack({ deviations, season }: Expected, { grain }: Grid, at: number): boolean {
  const here = deviations[at] ?? 0;
  const year = { day: [364, 365, 366, 363], week: [52, 53, 51], month: [12] }[grain];
  const distances = season > 1 && grain === 'day' ? [season, ...year] : year;
  return distances.some((distance) =>
    [at - distance, at + distance].some((place) => {
      const there = deviations[place] ?? 0;
      return Math.sign(there) === Math.sign(here) && Math.abs(there) >= Math.abs(here) / 2;
    }),
  );
}
