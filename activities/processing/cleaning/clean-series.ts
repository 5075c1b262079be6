import type { FoundChange, Unclean } from '../../../domain/cleaning.ts';
import type { DatapointSeries, MeasureKind } from '../../../domain/datapoints.ts';
import { findCurrencyJump } from './currency-jump.ts';
import { expectedOf } from './expected.ts';
import { findGaps } from './gap.ts';
import { gridOf, isUnclean } from './grid.ts';
import { findOutliers } from './outlier.ts';
import { findRepeats } from './repeat.ts';
import { findRestated, type Seen } from './restated.ts';
import { findUnitJumps } from './unit-jump.ts';

/** What a series is judged with. */
export interface CleaningContext {
  readonly measure: MeasureKind;
  /** Today, YYYY-MM-DD in the connection's time zone: periods that are not over by then are not judged. */
  readonly asOf: string;
  /** Of a total: what an earlier session saw of it. */
  readonly seen?: Seen | undefined;
  /** Of a total: the same metric in other currencies. */
  readonly currencies?: readonly DatapointSeries[];
  /** Of a total: the series of its single dimension values. */
  readonly parts?: readonly DatapointSeries[];
}

/** What was found in a series; `unclean`: why none of its values was judged. */
export interface Cleaning {
  readonly changes: readonly FoundChange[];
  readonly unclean: Unclean | null;
}

/** All rules over one series: units first, because they hide everything else. The same input gives the same result. */
export function cleanSeries(series: DatapointSeries, context: CleaningContext): Cleaning {
  const { measure, asOf, seen = [], currencies = [], parts = [] } = context;
  const told = [...findRestated(series, seen), ...findCurrencyJump(series, currencies, asOf)];
  const grid = gridOf(series, measure, asOf);
  if (isUnclean(grid)) return { changes: told, unclean: grid };
  const jumps = findUnitJumps(grid);
  const placeOf = new Map(grid.starts.map((start, at) => [start, at]));
  const values = [...grid.values];
  const dealtWith = new Set<number>();
  for (const { start, after } of jumps.flatMap(({ points }) => points)) {
    const at = placeOf.get(start) ?? -1;
    values[at] = after;
    dealtWith.add(at);
  }
  const expected = expectedOf(values, grid.grain, measure);
  const changes = [
    ...jumps,
    ...findGaps(grid, expected),
    ...findOutliers(grid, expected, dealtWith),
    ...(series.dimension === null ? findRepeats(grid, parts) : []),
    ...told,
  ];
  return { changes: changes.filter(isCountable), unclean: null };
}

/** Of values near the end of what numbers can hold, an estimate may lie beyond it. */
const isCountable = ({ points, numbers }: FoundChange): boolean =>
  [...points.map(({ after }) => after ?? 0), ...Object.values(numbers)].every(Number.isFinite);
