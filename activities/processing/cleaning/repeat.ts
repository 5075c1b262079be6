import type { FoundChange } from '../../../domain/cleaning.ts';
import type { DatapointSeries } from '../../../domain/datapoints.ts';
import { periodWords } from '../forecasting/sentences.ts';
import type { Grid } from './grid.ts';
import { shown } from './words.ts';

/** A value of fewer digits may well come twice. */
const leastDigits = 4;
const leastRows = 3;
/** Where more of the values than this repeat others, repeating is usual. */
const usualRepeats = 0.05;

const digitsOf = (value: number): number =>
  Math.abs(value)
    .toExponential()
    .replace(/e.*$/, '')
    .replace(/[.0]+$/, '')
    .replace('.', '').length;

/**
 * Two periods in a row with the same total. Only told: which one is right cannot be known from here.
 * @param parts The series of single dimension values of the same metric and currency; none: it stays uncertain
 */
export function findRepeats(grid: Grid, parts: readonly DatapointSeries[]): FoundChange[] {
  const { values, points, starts, grain, measure } = grid;
  if (measure === 'count' || measure === 'distinct') return [];
  const known = values.filter((value) => value !== null);
  const pairs = values.flatMap((value, at) => {
    const rows = points[at]?.rows ?? 0;
    const isLikely =
      at > 0 &&
      value !== null &&
      value === values[at - 1] &&
      digitsOf(value) >= leastDigits &&
      rows >= leastRows;
    return isLikely ? [at] : [];
  });
  const repeated = known.length - new Set(known).size;
  if (repeated > Math.max(2, known.length * usualRepeats)) return [];
  return pairs.map((at) => {
    const [value, start, earlier] = [values[at] ?? 0, starts[at] ?? '', starts[at - 1] ?? ''];
    const rows = [points[at - 1]?.rows ?? 0, points[at]?.rows ?? 0] as const;
    const wholly = rows[0] === rows[1] && repeatsIn(parts, earlier, start);
    return {
      rule: 'repeat',
      start,
      points: [{ start, before: value, after: value }],
      effect: 'report',
      certainty: wholly ? 'high' : 'low',
      numbers: { value, rows: rows[1], rowsBefore: rows[0] },
      sentence: `${periodWords(grain, start)} has exactly the total of the ${grain} before, ${shown(value)}${rows[0] === rows[1] ? `, of as many records (${rows[1]})` : ''}. ${wholly ? 'Every part of it repeats, too: it seems to be booked twice.' : 'That may be chance.'} Nothing is changed.`,
    };
  });
}

/** Whether every part that is in one of the periods is in both, with the same value and rows; false of no parts. */
function repeatsIn(parts: readonly DatapointSeries[], earlier: string, start: string): boolean {
  let seen = 0;
  for (const { points } of parts) {
    const [a, b] = [earlier, start].map((one) => points.find((point) => point.start === one));
    if (a === undefined && b === undefined) continue;
    seen++;
    if (a?.value !== b?.value || a?.rows !== b?.rows) return false;
  }
  return seen > 1;
}
