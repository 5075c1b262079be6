import { breakMethod, breakOf } from './breaks.ts';
import { monthOrWeek, placeInYear, spanOf } from './calendar.ts';
import { type Frame, gather, type Track } from './frame.ts';
import {
  type Draft,
  datapointsRequest,
  dayAt,
  goodOf,
  howToGather,
  importance,
  insightIdOf,
  type Probe,
  placeOf,
  within,
} from './probe.ts';
import { randomOf } from './random.ts';
import { type Season, seasonMethod, seasonOfTrack } from './seasonality.ts';
import { amountOf, distanceOf, figure, percent, signedPercent, subjectOf } from './words.ts';

/** A season that explains less of what moves the series is not told. */
const leastStrength = 0.3;
/** A step of less is not told: share of the level before. */
const leastStep = 0.05;

/** What the year does to the total: said once. */
export function seasonalityOf(connectionId: string, frame: Frame): Probe[] {
  const { total } = frame;
  const season = seasonOfTrack(total.values, frame.season, randomOf(`season/${total.id}`));
  if (season === null) return [];
  return [
    { p: season.p, weight: 3, method: seasonMethod, draft: () => seasonDraft(connectionId, frame, season) },
  ];
}

function seasonDraft(connectionId: string, frame: Frame, season: Season): Draft | null {
  if (season.strength < leastStrength) return null;
  const { means, mean, from, years } = season;
  const peak = means.reduce((best, value, at) => (value > (means[best] as number) ? at : best), 0);
  const low = means.reduce((best, value, at) => (value < (means[best] as number) ? at : best), 0);
  const high = means[peak] as number;
  const least = means[low] as number;
  const relative = mean > 0 && least >= 0;
  const name = (at: number) => placeInYear(frame.grain, dayAt(frame, from + at));
  const off = (value: number) =>
    relative
      ? `${percent(Math.abs(value / mean - 1))} ${value > mean ? 'above' : 'below'}`
      : `${distanceOf(frame, Math.abs(value - mean))} ${value > mean ? 'above' : 'below'}`;
  const period = spanOf(frame.grain, frame.first + from, frame.first + frame.length - 1);
  const whole = Math.max(Math.abs(high), Math.abs(least), Math.abs(mean));
  return {
    id: insightIdOf(['seasonality', frame.total.id]),
    kind: 'seasonality',
    ...placeOf(frame, frame.total),
    direction: 'none',
    good: null,
    period,
    comparison: null,
    numbers: {
      mean,
      peak: peak + 1,
      peakMean: high,
      low: low + 1,
      lowMean: least,
      strength: season.strength,
      years,
    },
    drivers: null,
    entities: [],
    // Known to most who run the shop: behind what has changed.
    size: within(((high - least) / whole / 4) * season.strength * importance(frame)),
    sentence: `${frame.metric.name} follow${frame.metric.name.endsWith('s') ? '' : 's'} the season: ${name(peak)} is on average ${off(high)} the year's mean, ${name(low)} ${off(least)} it (${years} years to ${period.to}).`,
    query: {
      request: datapointsRequest(connectionId, frame, frame.total, period.from, period.to),
      how: `Take the mean of the values of each ${frame.grain} of the year, and of all values.`,
    },
  };
}

/** The strongest step or bend of a track. */
export function breaksOf(connectionId: string, frame: Frame, track: Track): Probe[] {
  // The first period may have begun before the data do.
  const values = track.values.subarray(1);
  const logs = frame.gathering !== 'ratio';
  const found = breakOf(values, frame.season, logs, randomOf(`break/${track.id}`));
  if (found === null) return [];
  const at = found.at + 1;
  const draft = () =>
    found.kind === 'levelShift'
      ? stepDraft(connectionId, frame, track, at, found.effect)
      : bendDraft(connectionId, frame, track, at, found.effect);
  return [{ p: found.p, weight: track === frame.total ? 2 : 1, method: breakMethod, draft }];
}

function shareOf(frame: Frame, track: Track): number {
  const { season, length } = frame;
  const own = gather(frame, track, length - season, season);
  const total = gather(frame, frame.total, length - season, season);
  if (frame.gathering === 'ratio') return within(Math.abs(own.weight / total.weight));
  return within(Math.abs((own.value ?? 0) / (total.value ?? 0)));
}

/** What happened long ago matters less: half as much after two years. */
const recency = ({ length, season }: Frame, at: number): number => 0.5 ** ((length - at) / (2 * season));

function stepDraft(
  connectionId: string,
  frame: Frame,
  track: Track,
  at: number,
  effect: number,
): Draft | null {
  const { season, length } = frame;
  const count = Math.min(season, length - at);
  const now = gather(frame, track, at, count).value;
  const before = gather(frame, track, at - season, count).value;
  if (now === null || before === null || now === before) return null;
  const change = now - before;
  const base = Math.max(Math.abs(now), Math.abs(before));
  // On top of the line it may be a step up where the level itself went down: then it is no plain step.
  if (Math.sign(change) !== Math.sign(effect) || Math.abs(change) / base < leastStep) return null;
  const direction = change > 0 ? 'up' : 'down';
  const span = (from: number) => spanOf(frame.grain, frame.first + from, frame.first + from + count - 1);
  const period = span(at);
  const comparison = span(at - season);
  const each = frame.gathering === 'sum' ? count : 1;
  const unit =
    frame.gathering === 'sum'
      ? ` a ${frame.grain}`
      : frame.gathering === 'mean'
        ? ` a ${frame.metric.grain}`
        : '';
  const relative = before === 0 ? null : change / Math.abs(before);
  return {
    id: insightIdOf(['levelShift', track.id, period.from, direction]),
    kind: 'levelShift',
    ...placeOf(frame, track),
    direction,
    good: goodOf(frame, direction),
    period,
    comparison,
    numbers: {
      now: now / each,
      before: before / each,
      change: change / each,
      ...(relative === null ? {} : { relative }),
    },
    drivers: null,
    entities: [],
    size: within(
      (Math.abs(change) / base) * shareOf(frame, track) * recency(frame, at) * importance(frame) * 0.6,
    ),
    sentence: `${subjectOf(frame, track)} went ${direction} to a new level in ${monthOrWeek(frame.grain, period.from)}: ${amountOf(frame, now / each)}${unit} in ${period.label}, ${amountOf(frame, before / each)} in ${comparison.label}${relative === null || frame.gathering === 'ratio' ? '' : ` (${signedPercent(relative)})`}.`,
    query: {
      request: datapointsRequest(connectionId, frame, track, comparison.from, period.to),
      how: `For ${period.from} to ${period.to} and for ${comparison.from} to ${comparison.to}: ${howToGather(frame)}${each > 1 ? `, and divide by ${count}` : ''}.`,
    },
  };
}

function bendDraft(
  connectionId: string,
  frame: Frame,
  track: Track,
  at: number,
  effect: number,
): Draft | null {
  const { season, length, gathering } = frame;
  const years = (length - at) / season;
  // Whole years only, so that the season does not look like a slope.
  const yearFrom = (from: number) => gather(frame, track, from, season).value;
  const [earlier, until, last] = [
    yearFrom(at - 2 * season),
    yearFrom(at - season),
    yearFrom(length - season),
  ];
  if (at < 2 * season || years < 1 || earlier === null || until === null || last === null) return null;
  const each = gathering === 'sum' ? season : 1;
  const now = (last - until) / each / years;
  const before = (until - earlier) / each;
  const change = now - before;
  const level = Math.max(Math.abs(last), Math.abs(until), Math.abs(earlier)) / each;
  if (level === 0 || Math.sign(change) !== Math.sign(effect) || Math.abs(change) / level < leastStep)
    return null;
  const direction = change > 0 ? 'up' : 'down';
  const period = spanOf(frame.grain, frame.first + at, frame.first + length - 1);
  const comparison = spanOf(frame.grain, frame.first + at - 2 * season, frame.first + at - 1);
  const unit =
    gathering === 'sum' ? `a ${frame.grain} ` : gathering === 'mean' ? `a ${frame.metric.grain} ` : '';
  const moved = (slope: number) =>
    `${slope < 0 ? '-' : '+'}${distanceOf(frame, Math.abs(slope))} ${unit}each year`;
  const lastYear = (to: number) => spanOf(frame.grain, frame.first + to - season, frame.first + to - 1);
  const spans = [lastYear(at - season), lastYear(at), lastYear(length)].map(
    ({ from, to }) => `${from} to ${to}`,
  );
  return {
    id: insightIdOf(['trendBreak', track.id, period.from, direction]),
    kind: 'trendBreak',
    ...placeOf(frame, track),
    direction,
    good: goodOf(frame, direction),
    period,
    comparison,
    numbers: { now, before, change, years },
    drivers: null,
    entities: [],
    size: within(
      (Math.abs(change) / level) * shareOf(frame, track) * recency(frame, at) * importance(frame) * 0.4,
    ),
    sentence: `The trend of ${subjectOf(frame, track)} turned ${direction} in ${monthOrWeek(frame.grain, period.from)}: ${moved(now)} since, ${moved(before)} before.`,
    query: {
      request: datapointsRequest(connectionId, frame, track, comparison.from, period.to),
      how: `For ${spans.join(', for ')}: ${howToGather(frame)}${each > 1 ? `, and divide by ${each}` : ''}. The second less the first is what it moved a year before; the third less the second, divided by ${figure(years)} years, since.`,
    },
  };
}
