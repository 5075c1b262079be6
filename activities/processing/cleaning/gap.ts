import { median } from '../../../domain/anomalies.ts';
import type { FoundChange } from '../../../domain/cleaning.ts';
import { periodWords } from '../forecasting/sentences.ts';
import type { Expected } from './expected.ts';
import type { Grid } from './grid.ts';
import { roughly, sayingOf } from './words.ts';

/** With so many records a period around it, chance leaves one empty less than once in a thousand times (Poisson). */
const leastRows = 7;
/** Periods to either side whose records are looked at. */
const reach = 4;
/** Of more empty periods in a row we could only guess. */
const longest = { day: 7, week: 3, month: 2 } as const;
/** A weekday or month that is empty more often than this has a pattern. */
const usuallyEmpty = 0.2;

/**
 * Periods without a record between periods with records, filled with what season and neighbours suggest. A pattern
 * (closed on Sundays, at New Year) is no gap, nor is a period that is empty by chance, nor a long break.
 */
export function findGaps(grid: Grid, expected: Expected): FoundChange[] {
  const { grain, points, starts } = grid;
  const say = sayingOf(grid);
  const found: FoundChange[] = [];
  for (let from = 0; from < points.length; from++) {
    if (points[from] !== undefined) continue;
    let to = from;
    while (to + 1 < points.length && points[to + 1] === undefined) to++;
    const around = [
      ...points.slice(Math.max(0, from - reach), from),
      ...points.slice(to + 1, to + 1 + reach),
    ];
    const rows = around.flatMap((point) => (point === undefined ? [] : [point.rows]));
    const usual = rows.length === 0 ? 0 : median(rows);
    if (to - from + 1 <= longest[grain] && usual >= leastRows)
      for (let at = from; at <= to; at++) if (!isPattern(grid, at)) found.push(filled(at, usual));
    from = to;
  }
  return found;

  function filled(at: number, usual: number): FoundChange {
    const start = starts[at] ?? '';
    const after = expected.values[at] ?? 0;
    return {
      rule: 'gap',
      start,
      points: [{ start, before: null, after }],
      effect: 'replace',
      certainty: usual >= 3 * leastRows ? 'high' : 'low',
      numbers: { usualRows: usual, expected: after },
      sentence: `${periodWords(grain, start)} has no record, while about ${roughly(usual)} are usual. ${say(after)} is estimated from season and neighbours.`,
    };
  }
}

/** Whether the same place of other seasons, or the same date of another year, is empty, too. */
function isPattern({ points, grain }: Grid, at: number): boolean {
  const isEmpty = (place: number) => place >= 0 && place < points.length && points[place] === undefined;
  const years = { day: [364, 365, 366], week: [52, 53], month: [12] }[grain];
  if (years.some((year) => isEmpty(at - year) || isEmpty(at + year))) return true;
  if (grain !== 'day') return false;
  let [all, empty] = [0, 0];
  for (let place = at % 7; place < points.length; place += 7) {
    if (place === at) continue;
    all++;
    if (isEmpty(place)) empty++;
  }
  return all > 0 && empty / all > usuallyEmpty;
}
