import type { InsightDrivers } from '../../../domain/insights.ts';
import { spanOf } from './calendar.ts';
import { meanDifference, singleChange, singleMethod, windowChange, windowMethod } from './change-test.ts';
import { type Comparison, driversOf } from './drivers.ts';
import { type Frame, gather, type Track } from './frame.ts';
import {
  type Draft,
  datapointsRequest,
  goodOf,
  howToGather,
  importance,
  insightIdOf,
  type Probe,
  placeOf,
  within,
} from './probe.ts';
import { randomOf } from './random.ts';
import { distanceOf, signedPercent, stood, subjectOf } from './words.ts';

/** A change of less is not told: share of the number itself, and of the metric's total. */
const leastOfItself = 0.02;
const leastOfTotal = 0.01;

/**
 * Changes of a track: the last year against the one before, and of totals the last period against the same one a
 * year before. With less than two years only the last period against the one before it.
 */
export function changesOf(connectionId: string, frame: Frame, track: Track): Probe[] {
  const { length, season } = frame;
  if (frame.gathering === 'extreme') return [];
  // The first period may have begun before the data do: it is compared with nothing.
  const years = length > 2 * season;
  const lag = years ? season : 1;
  const differences = Array.from(
    { length: Math.max(0, length - 1 - lag) },
    (_, at) => (track.values[at + 1 + lag] as number) - (track.values[at + 1] as number),
  );
  const isTotal = track === frame.total;
  const probes: Probe[] = [];
  const probe = (comparison: Comparison, p: number, weight: number, method: string) => {
    if (p < 1)
      probes.push({
        p,
        weight,
        method,
        draft: () => draftOf(connectionId, frame, track, comparison, differences),
      });
  };
  if (years) {
    const comparison = { now: length - season, before: length - 2 * season, count: season };
    const p = windowChange(differences, season, randomOf(`change/${track.id}`));
    probe(comparison, p, isTotal ? 6 : 1, windowMethod);
  }
  if (isTotal) {
    const comparison = { now: length - 1, before: length - 1 - lag, count: 1 };
    probe(comparison, singleChange(differences), 3, singleMethod);
  }
  return probes;
}

function draftOf(
  connectionId: string,
  frame: Frame,
  track: Track,
  comparison: Comparison,
  differences: readonly number[],
): Draft | null {
  const { now, before, count } = comparison;
  const current = gather(frame, track, now, count);
  const earlier = gather(frame, track, before, count);
  const total = {
    now: gather(frame, frame.total, now, count),
    before: gather(frame, frame.total, before, count),
  };
  if (current.value === null || earlier.value === null) return null;
  const change = current.value - earlier.value;
  const size = sizeOf(frame, { now: current, before: earlier }, total, count);
  const relative = earlier.value === 0 ? null : change / Math.abs(earlier.value);
  if (change === 0 || size < leastOfTotal * (count / frame.season)) return null;
  if (relative !== null && Math.abs(relative) < leastOfItself) return null;
  // Sums over the year may point another way than most of its months: then neither is told.
  if (count > 1 && Math.sign(meanDifference(differences, count)) !== Math.sign(change)) return null;
  const direction = change > 0 ? 'up' : 'down';
  const span = (from: number) => spanOf(frame.grain, frame.first + from, frame.first + from + count - 1);
  const period = span(now);
  const comparisonPeriod = span(before);
  const drivers = track === frame.total ? driversOf(frame, comparison) : null;
  return {
    id: insightIdOf(['change', track.id, period.from, period.to, direction]),
    kind: 'change',
    ...placeOf(frame, track),
    direction,
    good: goodOf(frame, direction),
    period,
    comparison: comparisonPeriod,
    numbers: {
      now: current.value,
      before: earlier.value,
      change,
      ...(relative === null ? {} : { relative }),
      periods: count,
    },
    drivers,
    entities: [],
    size,
    sentence: `${subjectOf(frame, track)} in ${period.label} ${stood(frame, current.value)}, ${distanceOf(frame, Math.abs(change))} ${change > 0 ? 'more' : 'less'} than in ${comparisonPeriod.label}${
      relative === null || frame.gathering === 'ratio' ? '' : ` (${signedPercent(relative)})`
    }${driversText(frame, drivers)}.`,
    query: {
      request: datapointsRequest(connectionId, frame, track, comparisonPeriod.from, period.to),
      how: `For ${period.from} to ${period.to} and for ${comparisonPeriod.from} to ${comparisonPeriod.to}: ${howToGather(frame)}.`,
    },
  };
}

type Pair = { readonly now: ReturnType<typeof gather>; readonly before: ReturnType<typeof gather> };

/** The part of the metric's total, over a year, that has changed. */
function sizeOf(frame: Frame, own: Pair, total: Pair, count: number): number {
  const whole = Math.max(Math.abs(total.now.value ?? 0), Math.abs(total.before.value ?? 0));
  const change = Math.abs((own.now.value ?? 0) - (own.before.value ?? 0));
  const part = whole === 0 ? 0 : change / whole;
  const weight = frame.gathering === 'ratio' ? Math.abs(own.now.weight / total.now.weight) : 1;
  return within(
    part * weight * importance(frame) * (count === 1 ? Math.max(count / frame.season, 1 / 12) : 1),
  );
}

function driversText(frame: Frame, drivers: InsightDrivers | null): string {
  if (drivers === null) return '';
  const { total, values } = drivers;
  const same = values.filter(({ contribution }) => contribution * total > 0);
  const [first, second] = same;
  if (first === undefined || first.contribution / total < 0.2) return '';
  const told = (one: (typeof same)[number]) =>
    `${one.value} (${one.contribution > 0 ? '+' : '-'}${distanceOf(frame, Math.abs(one.contribution))})`;
  const share = first.contribution / total;
  if (share > 0.5) return `; most of it from ${told(first)}`;
  return second === undefined
    ? `; the largest part from ${told(first)}`
    : `; the largest parts from ${told(first)} and ${told(second)}`;
}
