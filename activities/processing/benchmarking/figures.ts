import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import type { Figure, FigureGap, FigureKind } from '../../../domain/benchmark.ts';
import { addsUp, type Datapoint, type Grain } from '../../../domain/datapoints.ts';
import type { SeriesDoc } from '../../../stores/model.ts';
import { seasonalPattern } from '../forecasting/models/seasonal.ts';
import { calendarOf, dayNumber, openPeriodOf } from '../forecasting/periods.ts';

export type Metric = ConnectorDefinition['metrics'][number];
type Points = Pick<SeriesDoc, 'metric' | 'grain' | 'dimension' | 'currency' | 'points'>;

/** Periods of a year, and of the season that is taken out. */
const yearOf: Readonly<Record<Grain, number>> = { day: 365, week: 52, month: 12 };
const seasonOf: Readonly<Record<Grain, number>> = { day: 7, week: 52, month: 12 };
/** With fewer, a change of the level cannot be told from the season. */
const leastSeasons = 3;
/** A pattern of longer ago says little of today. */
const mostSeasons = 10;
/** 1970-01-05. */
const firstMonday = 4;

/** The last year of a metric: what its figures are computed from. */
export interface LastYear {
  readonly metric: Metric;
  readonly currency: string | null;
  /** First and last day. */
  readonly from: string;
  readonly to: string;
  /** First day of the last period. */
  readonly lastPeriod: string;
  /** Whether there are records as old as its first period, and as old as that of the year before. */
  readonly whole: boolean;
  readonly twice: boolean;
  /** Of the last year, and of the one before; by period, missing ones left out. */
  readonly now: readonly Datapoint[];
  readonly before: readonly Datapoint[];
  /** By period up to the last one, at most ten seasons; null where a period has none. */
  readonly season: readonly (Datapoint | null)[];
}

/**
 * The year that ends with the last period that has records and is over. Of several currencies it is the one with the
 * most records in its own last year. Null: there are no records.
 * @param today YYYY-MM-DD in the company's calendar
 */
export function lastYearOf(metric: Metric, series: readonly Points[], today: string): LastYear | null {
  const years = series
    .filter((one) => one.metric === metric.id && one.dimension === null && one.grain === metric.grain)
    .flatMap((one) => yearOfSeries(metric, one, today) ?? []);
  const rows = ({ now }: LastYear) => now.reduce((sum, point) => sum + point.rows, 0);
  const first = (a: LastYear, b: LastYear) =>
    rows(b) - rows(a) || ((a.currency ?? '') < (b.currency ?? '') ? -1 : 1);
  return years.sort(first)[0] ?? null;
}

function yearOfSeries(metric: Metric, { points, currency }: Points, today: string): LastYear | null {
  const { grain } = metric;
  const calendar = calendarOf(grain, grain === 'week' ? firstMonday : 0);
  const open = openPeriodOf(grain, today);
  const byPeriod = new Map<number, Datapoint>();
  for (const point of points) {
    const day = dayNumber(point.start);
    const period = day === null ? null : calendar.numberOf(day);
    if (period !== null && point.rows > 0 && point.start < open) byPeriod.set(period, point);
  }
  if (byPeriod.size === 0) return null;
  const periods = [...byPeriod.keys()].sort((a, b) => a - b);
  const first = periods[0] ?? 0;
  const last = periods.at(-1) ?? 0;
  const length = yearOf[grain];
  const between = (from: number, to: number) =>
    periods
      .filter((period) => period >= from && period <= to)
      .flatMap((period) => byPeriod.get(period) ?? []);
  const begin = Math.max(first, last - mostSeasons * seasonOf[grain] + 1);
  return {
    metric,
    currency,
    from: calendar.startOf(last - length + 1),
    to: dayBefore(calendar.startOf(last + 1)),
    lastPeriod: calendar.startOf(last),
    whole: first <= last - length + 1,
    twice: first <= last - 2 * length + 1,
    now: between(last - length + 1, last),
    before: between(last - 2 * length + 1, last - length),
    season: Array.from({ length: last - begin + 1 }, (_, index) => byPeriod.get(begin + index) ?? null),
  };
}

const dayBefore = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

/** What a figure comes to, or why there is none. */
export type Outcome = number | FigureGap;

/** Growth and level of what adds up, the average of averages and ratios; none of minimum and maximum. */
export function figuresOf(year: LastYear): Figure[] {
  const { kind } = year.metric.measure;
  if (kind === 'average' || kind === 'ratio') return [figure(year, 'average', average(year))];
  if (!addsUp(kind) && kind !== 'distinct') return [];
  return [figure(year, 'growth', growth(year)), figure(year, 'level', level(year))];
}

/** One figure of a year; NaN and infinity are no values. */
export function figure(
  { metric, currency, from, to, lastPeriod }: LastYear,
  kind: FigureKind,
  outcome: Outcome,
  entity: string | null = null,
): Figure {
  const gap = typeof outcome === 'string' ? outcome : Number.isFinite(outcome) ? null : 'NO_VALUES';
  const money = kind === 'level' || kind === 'average';
  const parts = [metric.id, kind, entity, money ? currency : null];
  return {
    id: parts.filter((part) => part !== null).join('/'),
    ...{ metric: metric.id, name: metric.name, kind, grain: metric.grain, entity, currency },
    better: kind === 'topTen' ? 'down' : kind === 'effective' ? 'up' : metric.better,
    value: gap === null ? (outcome as number) : null,
    gap,
    from: kind === 'level' ? lastPeriod : from,
    to,
  };
}

const valuesOf = (points: readonly (Datapoint | null)[]): readonly number[] =>
  points.flatMap((point) => point?.value ?? []);
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function growth({ now, before, twice }: LastYear): Outcome {
  if (!twice) return 'NOT_ENOUGH_HISTORY';
  if (valuesOf(now).length === 0) return 'NO_VALUES';
  const [sum, base] = [sumOf(valuesOf(now)), sumOf(valuesOf(before))];
  if (sum < 0 || base < 0) return 'NEGATIVE';
  return base === 0 ? 'ZERO_BEFORE' : sum / base - 1;
}

function level({ metric, season }: LastYear): Outcome {
  const length = seasonOf[metric.grain];
  if (season.length < leastSeasons * length) return 'NOT_ENOUGH_HISTORY';
  const known = valuesOf(season);
  const last = season.at(-1)?.value ?? null;
  if (last === null) return 'NO_VALUES';
  // A period without records is one in which nothing was counted.
  const values = season.map((point) => point?.value ?? 0);
  const adjusted = last - (seasonalPattern(values, length)[(values.length - 1) % length] ?? 0);
  return known.every((value) => value >= 0) ? Math.max(0, adjusted) : adjusted;
}

function average({ now, whole }: LastYear): Outcome {
  if (!whole) return 'NOT_ENOUGH_HISTORY';
  const weight = sumOf(now.flatMap((point) => point.weight ?? []));
  return weight === 0 ? 'NO_VALUES' : sumOf(now.flatMap((point) => point.sum ?? [])) / weight;
}
