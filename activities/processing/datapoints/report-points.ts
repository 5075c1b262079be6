import { type Datapoint, noDimensionValue, seriesIdOf } from '../../../domain/datapoints.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { type ReportMetric, reportMetricId } from '../../../domain/report-target.ts';
import type { ReportPoint, ReportPointsDoc, SeriesDoc } from '../../../stores/model.ts';
import { valueAtPath } from '../../sync/mapping/compile.ts';
import { addExactly, sumOf } from './exact-sum.ts';
import { mostValues } from './tally.ts';
import { currencyOf, numberOf, textOf } from './values.ts';

/** Values of a dimension that one report can tell apart; the rows of the others are in the total only. */
const mostOfReport = 1_000;

interface Added extends Omit<ReportPoint, 'value' | 'rows'> {
  rows: number;
  measured: number;
  readonly parts: number[];
}

/** Adds up the rows of a report. */
export function createReportTally(metrics: readonly ReportMetric[]) {
  const added = new Map<string, Added>();
  const values = new Map<string, number>();
  const addTo = (point: Omit<ReportPoint, 'value' | 'rows'>, number: number | null): void => {
    const id = seriesIdOf(point);
    let one = added.get(id);
    if (one === undefined) {
      if (point.dimension !== null) {
        const known = values.get(point.metric) ?? 0;
        if (known >= mostOfReport) return;
        values.set(point.metric, known + 1);
      }
      one = { ...point, rows: 0, measured: 0, parts: [] };
      added.set(id, one);
    }
    one.rows += 1;
    if (number === null) return;
    one.measured += 1;
    addExactly(one.parts, number);
  };
  return {
    add(row: JsonObject): void {
      for (const { metric, field, dimension, currency } of metrics) {
        const number = field === null ? 1 : numberOf(valueAtPath(row, field));
        const money = currency === null ? null : currencyOf(textOf(valueAtPath(row, currency)));
        addTo({ metric, dimension: null, currency: money }, number);
        if (dimension === null) continue;
        const value = textOf(valueAtPath(row, dimension)) ?? noDimensionValue;
        addTo({ metric, dimension: { field: dimension, value }, currency: money }, number);
      }
    },
    /** What was added so far, in the order of its series. */
    points: (): ReportPoint[] =>
      [...added]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { metric, dimension, currency, rows, measured, parts }]) => ({
          ...{ metric, dimension, currency, rows },
          value: measured === 0 ? null : sumOf(parts),
        })),
  };
}

/** A report type that adds to the datapoints. */
export interface FeedingType {
  readonly _id: string;
  readonly datapoints: readonly ReportMetric[];
}

/**
 * The series that reports make: a point for each day that has one. Of several slots of a day the newest counts; of a
 * dimension with more values than get series, those with the most rows.
 * @param docs In any order; of other types, and made by other numbers than the type has now, they count for nothing
 */
export function reportSeriesOf(
  types: readonly FeedingType[],
  docs: Iterable<Pick<ReportPointsDoc, 'type' | 'slot' | 'date' | 'print' | 'points'>>,
): Omit<SeriesDoc, 'changedIn' | 'updatedAt'>[] {
  const known = new Map(types.map((type) => [type._id, printOf(type.datapoints)]));
  const newest = new Map<string, Pick<ReportPointsDoc, 'type' | 'slot' | 'date' | 'points'>>();
  for (const doc of docs) {
    if (known.get(doc.type) !== doc.print) continue;
    const day = JSON.stringify([doc.type, doc.date]);
    const other = newest.get(day);
    if (other === undefined || other.slot < doc.slot) newest.set(day, doc);
  }
  const series = new Map<
    string,
    Omit<SeriesDoc, 'changedIn' | 'updatedAt' | 'points'> & { points: Datapoint[] }
  >();
  for (const { type, date, points } of newest.values())
    for (const { metric: name, dimension, currency, value, rows } of points) {
      const metric = reportMetricId(type, name);
      const _id = seriesIdOf({ metric, dimension, currency });
      const one = series.get(_id) ?? { _id, metric, grain: 'day', dimension, currency, points: [] };
      one.points.push({ start: date, value, rows });
      series.set(_id, one);
    }
  for (const { points } of series.values()) points.sort((a, b) => (a.start < b.start ? -1 : 1));
  return chosen([...series.values()]).sort((a, b) => (a._id < b._id ? -1 : 1));
}

/** By which numbers of a type points were made. */
export const printOf = (metrics: readonly ReportMetric[]): string =>
  JSON.stringify(
    metrics.map(({ metric, field, dimension, currency }) => [metric, field, dimension, currency]),
  );

/** Leaves out the values with the fewest rows where a dimension has too many. */
function chosen<S extends Pick<SeriesDoc, '_id' | 'metric' | 'dimension' | 'points'>>(
  series: readonly S[],
): S[] {
  const rowsOf = new Map<string, Map<string, number>>();
  for (const { metric, dimension, points } of series) {
    if (dimension === null) continue;
    const values = rowsOf.get(metric) ?? new Map<string, number>();
    const rows = points.reduce((sum, point) => sum + point.rows, values.get(dimension.value) ?? 0);
    rowsOf.set(metric, values.set(dimension.value, rows));
  }
  const kept = new Map(
    [...rowsOf].map(([metric, values]) => [
      metric,
      new Set(
        [...values]
          .sort(([a, some], [b, more]) => more - some || (a < b ? -1 : 1))
          .slice(0, mostValues)
          .map(([value]) => value),
      ),
    ]),
  );
  return series.filter(
    ({ metric, dimension }) => dimension === null || kept.get(metric)?.has(dimension.value) === true,
  );
}
