import type { Grain } from '../../../domain/datapoints.ts';
import type { SeriesDoc } from '../../../stores/model.ts';
import { calendarOf, dayNumber } from '../forecasting/periods.ts';

/** One period of a series; without rows where the series has no point. */
export interface Period {
  /** YYYY-MM-DD */
  readonly start: string;
  readonly rows: number;
  readonly value: number | null;
}

/** The total of a metric, every period from its first point to its last one that is over. */
export interface MetricSeries {
  /** Name of the metric, with the currency where there is one. */
  readonly name: string;
  readonly grain: Grain;
  readonly periods: readonly Period[];
  /** This session changed a point of it. */
  readonly changed: boolean;
}

/** No series is longer: about 40 years of days. */
const mostPeriods = 15_000;

/**
 * Lays a series out period by period.
 * @param today YYYY-MM-DD in the company's calendar: a period that is not over is left out.
 */
export function layOut(
  { grain, points }: Pick<SeriesDoc, 'grain' | 'points'>,
  { name, changed, today }: Pick<MetricSeries, 'name' | 'changed'> & { readonly today: string },
): MetricSeries {
  const days = points.flatMap(({ start, rows, value }) => {
    const day = dayNumber(start);
    return day === null ? [] : [{ day, rows, value }];
  });
  const calendar = calendarOf(grain, days[0]?.day ?? 0);
  const byNumber = new Map<number, { rows: number; value: number | null }>();
  for (const { day, rows, value } of days) {
    const number = calendar.numberOf(day);
    if (number === null || calendar.startOf(number + 1) > today) continue;
    byNumber.set(number, { rows, value: value !== null && Number.isFinite(value) ? value : null });
  }
  const numbers = [...byNumber.keys()].sort((a, b) => a - b);
  const last = numbers.at(-1) ?? -1;
  const first = Math.max(numbers[0] ?? 0, last - mostPeriods + 1);
  const periods = Array.from({ length: last < first ? 0 : last - first + 1 }, (_, at) => ({
    start: calendar.startOf(first + at),
    ...(byNumber.get(first + at) ?? { rows: 0, value: null }),
  }));
  return { name, grain, periods, changed };
}
