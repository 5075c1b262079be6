import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import type { LeftOut, SeriesDoc } from '../../../stores/model.ts';
import { openPeriodOf } from './periods.ts';

/** As the definition has it. */
export type Metric = ConnectorDefinition['metrics'][number];

/** A series that is to be forecast. */
export interface ChosenSeries {
  readonly id: string;
  readonly metric: Metric;
  readonly total: boolean;
}

/** Which series of a connection are forecast. */
export interface Choice {
  /** Totals first, then by dimension, greatest first. */
  readonly chosen: readonly ChosenSeries[];
  readonly leftOut: readonly LeftOut[];
  /** By metric: its newest period that is over and has records, in any of its series. */
  readonly dataEnds: ReadonlyMap<string, string>;
}

/** Of each dimension of a metric, and of its currencies. */
const mostSeries = 20;

interface Group {
  readonly metric: Metric;
  readonly field: string | null;
  readonly series: { readonly id: string; readonly rows: number }[];
}

/**
 * Chooses the totals and, of each dimension, the series with the most records. Series of metrics and dimensions that
 * the definition no longer has are not chosen, nor are entities.
 * @param asOf Today, YYYY-MM-DD
 */
export async function chooseSeries(
  series: AsyncIterable<SeriesDoc>,
  metrics: readonly Metric[],
  asOf: string,
): Promise<Choice> {
  const groups = new Map<string, Group>();
  for (const metric of metrics)
    for (const field of [null, ...metric.dimensions])
      groups.set(groupOf(metric.id, field), { metric, field, series: [] });
  const dataEnds = new Map<string, string>();
  for await (const { _id, metric, dimension, grain, points } of series) {
    const group = groups.get(groupOf(metric, dimension?.field ?? null));
    // After a change of grain, the old series is not that of the metric any more.
    if (group === undefined || group.metric.grain !== grain) continue;
    let rows = 0;
    let end = dataEnds.get(metric) ?? '';
    const open = openPeriodOf(grain, asOf);
    for (const point of points) {
      rows += point.rows;
      if (point.start < open && point.start > end) end = point.start;
    }
    if (end !== '') dataEnds.set(metric, end);
    group.series.push({ id: _id, rows });
  }
  const all = [...groups.values()];
  const inOrder = [
    ...all.filter(({ field }) => field === null),
    ...all.filter(({ field }) => field !== null),
  ];
  for (const group of inOrder) group.series.sort((a, b) => b.rows - a.rows || (a.id < b.id ? -1 : 1));
  return {
    chosen: inOrder.flatMap(({ metric, field, series: found }) =>
      found.slice(0, mostSeries).map(({ id }) => ({ id, metric, total: field === null })),
    ),
    leftOut: inOrder.flatMap(({ metric, field, series: found }) =>
      found.length > mostSeries ? [{ metric: metric.id, field, series: found.length - mostSeries }] : [],
    ),
    dataEnds,
  };
}

const groupOf = (metric: string, field: string | null): string => JSON.stringify([metric, field]);
