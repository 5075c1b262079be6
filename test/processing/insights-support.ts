import { type Frame, framesOf, type Metric } from '../../activities/processing/insights/frame.ts';
import { type Datapoint, type DatapointSeries, seriesIdOf } from '../../domain/datapoints.ts';

type Row = Readonly<Record<string, unknown>>;

/** Series of rows whose dates are YYYY-MM-DD, by the plainest way there is: one pass for each series. */
export function seriesOf(metrics: readonly Metric[], rows: readonly Row[]): DatapointSeries[] {
  return metrics.flatMap((metric) => {
    const currency = metric.currency !== undefined && 'code' in metric.currency ? metric.currency.code : null;
    const one = (dimension: DatapointSeries['dimension'], own: readonly Row[]): DatapointSeries => ({
      ...{ metric: metric.id, grain: metric.grain, dimension, currency, points: pointsOf(metric, own) },
      id: seriesIdOf({ metric: metric.id, dimension, currency }),
    });
    const parts = metric.dimensions.flatMap((field) =>
      [...new Set(rows.map((row) => String(row[field])))].map((value) =>
        one(
          { field, value },
          rows.filter((row) => String(row[field]) === value),
        ),
      ),
    );
    return [one(null, rows), ...parts];
  });
}

function pointsOf({ measure, time, grain }: Metric, rows: readonly Row[]): Datapoint[] {
  const periods = new Map<string, Row[]>();
  for (const row of rows) {
    const day = String(row[time]);
    const start = grain === 'month' ? `${day.slice(0, 7)}-01` : day;
    periods.set(start, [...(periods.get(start) ?? []), row]);
  }
  return [...periods]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([start, own]) => {
      const add = (field: string) => own.reduce((sum, row) => sum + Number(row[field]), 0);
      if (measure.kind === 'count') return { start, value: own.length, rows: own.length };
      if (measure.kind === 'sum') return { start, value: add(measure.field), rows: own.length };
      if (measure.kind === 'distinct')
        return { start, value: new Set(own.map((row) => row[measure.field])).size, rows: own.length };
      const sum = add(measure.field);
      const weight = measure.kind === 'ratio' ? add(measure.per) : own.length;
      return { start, value: weight === 0 ? null : sum / weight, rows: own.length, sum, weight };
    });
}

/** A metric of months that is no money. */
export const madeMetric = (id: string, more: Partial<Metric> = {}): Metric => ({
  ...{ id, name: 'Made', resource: 'orders', measure: { kind: 'count' }, time: 'day', grain: 'month' },
  ...{ dimensions: [], entities: [], better: 'up' },
  ...more,
});

/** Consecutive months from January 2014 on as a frame of their own. */
export function frameOfValues(id: string, count: number, of: (month: number) => number): Frame {
  const points = Array.from({ length: count }, (_, month) => ({
    start: new Date(Date.UTC(2014, month)).toISOString().slice(0, 10),
    value: of(month),
    rows: 1,
  }));
  const series = { id, metric: id, grain: 'month' as const, dimension: null, currency: null, points };
  const [frame] = framesOf([madeMetric(id)], [series], '2026-01-01');
  if (frame === undefined) throw new Error('There is no frame.');
  return frame;
}
