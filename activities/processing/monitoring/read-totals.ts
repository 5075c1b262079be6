import { seriesIdOf } from '../../../domain/datapoints.ts';
import type { SeriesDoc } from '../../../stores/model.ts';
import type { AnalysisInput } from '../analysis.ts';
import { createDayReader } from '../datapoints/calendar.ts';
import { refreshDatapoints } from '../datapoints/refresh.ts';
import { layOut, type MetricSeries } from './series.ts';

/** The totals of the definition's metrics, by resource, brought to this session. Without metrics nothing is read. */
export async function readTotals(
  input: AnalysisInput,
): Promise<ReadonlyMap<string, readonly MetricSeries[]>> {
  const { ports, ref, session, connection, definition } = input;
  const metrics = definition.metrics.filter(({ resource }) => session.resources.includes(resource));
  if (metrics.length === 0) return new Map();
  const { touched: ids } = await refreshDatapoints(input);
  const touched = new Set(ids);
  const collection = ports.stores.analysis.of(ref.connectionId, ref.generation).series;
  const docs: SeriesDoc[] = [];
  // Only the currencies that are in the records are not known beforehand.
  if (metrics.some(({ currency }) => currency !== undefined && 'field' in currency)) {
    for await (const doc of collection.totals()) docs.push(doc);
  } else {
    const totals = metrics.map(({ id, currency }) =>
      seriesIdOf({
        metric: id,
        dimension: null,
        currency: currency && 'code' in currency ? currency.code : null,
      }),
    );
    docs.push(...(await collection.getMany(totals)));
  }
  const today = createDayReader(connection.timeZone)(Date.now()) ?? '';
  const found = new Map<string, MetricSeries[]>();
  for (const doc of docs) {
    const metric = metrics.find(({ id }) => id === doc.metric);
    if (metric === undefined) continue;
    const name =
      doc.currency === null || metric.currency === undefined
        ? metric.name
        : `${metric.name} (${doc.currency})`;
    const before = found.get(metric.resource) ?? [];
    found.set(metric.resource, [...before, layOut(doc, { name, changed: touched.has(doc._id), today })]);
  }
  return found;
}
