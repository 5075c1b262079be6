import { isDeepStrictEqual } from 'node:util';
import { isReportMetric, type ReportMetric, reportMetricId } from '../../../domain/report-target.ts';
import type { ReportDoc, ReportPointsDoc, ReportTypeDoc, SeriesDoc } from '../../../stores/model.ts';
import type { Stores } from '../../../stores/open.ts';
import type { Metric } from './plan.ts';
import { createReportTally, printOf, reportSeriesOf } from './report-points.ts';

type Stored = Pick<Stores, 'analysis' | 'reports' | 'reportRows' | 'reportTypes'>;

/** A report type whose numbers go to the datapoints. */
export type Feeding = ReportTypeDoc & { readonly datapoints: readonly ReportMetric[] };

interface Owner {
  readonly _id: string;
  readonly generation: number;
}

/** Report types that add to the datapoints of a connection. */
export async function feedingTypes(
  { reportTypes }: Pick<Stores, 'reportTypes'>,
  connectionId: string,
): Promise<Feeding[]> {
  const types = await reportTypes.list();
  return types.flatMap((type) => {
    const { addToDatapoints, source, datapoints = [] } = type;
    return addToDatapoints && source.connectionId === connectionId && datapoints.length > 0
      ? [{ ...type, datapoints }]
      : [];
  });
}

/** The numbers of report types as metrics: they are forecast and shown like those of the connector. */
export const reportMetricsOf = (types: readonly Feeding[]): Metric[] =>
  types.flatMap((type) =>
    type.datapoints.map(
      ({ metric, field, dimension, currency }): Metric => ({
        id: reportMetricId(type._id, metric),
        name: `${type.name}: ${metric}`,
        resource: 'report',
        measure: field === null ? { kind: 'count' } : { kind: 'sum', field },
        time: 'date',
        grain: 'day',
        dimensions: dimension === null ? [] : [dimension],
        entities: [],
        ...(currency === null ? {} : { currency: { field: currency } }),
        better: 'up',
      }),
    ),
  );

/**
 * Adds up the current revision of a report and stores what it adds to the datapoints. May be repeated.
 * @returns whether anything was written: not when that is there already, or the report has no revision
 */
export async function putReportPoints(
  stores: Stored,
  { _id: connectionId, generation }: Owner,
  type: Feeding,
  report: ReportDoc,
): Promise<boolean> {
  const { _id, slot, date, mongoId, revision } = report;
  if (mongoId === null || revision === 0) return false;
  const { reportPoints } = stores.analysis.of(connectionId, generation);
  const print = printOf(type.datapoints);
  const known = await reportPoints.get(_id);
  if (known?.revision === revision && known.print === print && known.date === date) return false;
  const tally = createReportTally(type.datapoints);
  for await (const page of stores.reportRows.of(type._id).pages(mongoId))
    for (const { data } of page) tally.add(data);
  // A new revision meanwhile took the rows away: it does this itself.
  if ((await stores.reports.get(_id))?.mongoId !== mongoId) return false;
  const updatedAt = new Date();
  const doc: ReportPointsDoc = {
    ...{ _id, type: type._id, slot, date, revision, print, updatedAt },
    points: tally.points(),
  };
  await reportPoints.putMany([doc]);
  return true;
}

/** Times that a pass is repeated because reports came meanwhile; the next report or session does it again. */
const mostPasses = 5;

/**
 * Brings the series of reports to what the reports say. Reports that end at the same time do it at the same time; each
 * looks again after it wrote, so that the last one has seen them all.
 * @param changedIn What the series are marked with: a session or a report
 */
export async function putReportSeries(
  stores: Stored,
  { _id: connectionId, generation }: Owner,
  types: readonly Feeding[],
  changedIn: string,
): Promise<void> {
  const { series, reportPoints } = stores.analysis.of(connectionId, generation);
  for (let pass = 0, seen = ''; pass < mostPasses; pass++) {
    const docs: ReportPointsDoc[] = [];
    for await (const doc of reportPoints.stream()) docs.push(doc);
    const now = JSON.stringify(docs.map(({ _id, revision, print }) => [_id, revision, print]));
    if (now === seen) return;
    seen = now;
    const wanted = new Map(reportSeriesOf(types, docs).map((one) => [one._id, one]));
    const stored: string[] = [];
    for await (const { _id, metric } of series.stream({ metric: 1 }))
      if (isReportMetric(metric)) stored.push(_id);
    const gone = stored.filter((id) => !wanted.has(id));
    for await (const doc of series.inParts(stored)) {
      const one = wanted.get(doc._id);
      const { changedIn: _in, updatedAt: _at, ...was } = doc;
      if (one !== undefined && isDeepStrictEqual(one, was)) wanted.delete(doc._id);
    }
    const updatedAt = new Date();
    const changed = [...wanted.values()].map((one): SeriesDoc => ({ ...one, changedIn, updatedAt }));
    if (changed.length > 0) await series.putMany(changed);
    await series.remove(gone);
  }
}
