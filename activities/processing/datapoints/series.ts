import type { Datapoint } from '../../../domain/datapoints.ts';
import type { Analysis } from '../../../stores/analysis.ts';
import type { SeriesDoc } from '../../../stores/model.ts';
import type { Metric } from './plan.ts';
import { type Added, dimensionId } from './tally.ts';

const docsPerWrite = 200;

/** What the stored series of a resource's metrics come to. */
export interface SeriesSummary {
  /** By metric. */
  readonly series: ReadonlyMap<string, number>;
  /** Records that are in a point, by metric, and by `<metric>/<field>` of those in the series of a dimension. */
  readonly rows: ReadonlyMap<string, number>;
  /** Values of each dimension, by `<metric>/<field>`. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface PutSeries {
  readonly metrics: readonly Metric[];
  readonly added: Map<string, Added>;
  /** The periods of a metric that were added up again; null: all. */
  readonly periods: (metric: Metric) => ReadonlySet<string> | null;
  readonly sessionId: string;
  /** Told, and awaited, before series are removed. */
  readonly removing: (ids: readonly string[]) => Promise<void>;
}

/** Puts what was added up into the stored series: only those are written whose points are others now. */
export async function putSeries({ series }: Analysis, of: PutSeries): Promise<SeriesSummary> {
  const { metrics, added, periods, sessionId, removing } = of;
  const byId = new Map(metrics.map((metric) => [metric.id, metric]));
  const summary = createSummary();
  const updatedAt = new Date();
  let writes: SeriesDoc[] = [];
  const removed: string[] = [];
  const flush = async (): Promise<void> => {
    if (writes.length > 0) await series.putMany(writes);
    writes = [];
  };
  for await (const doc of series.stream()) {
    const metric = byId.get(doc.metric);
    if (metric === undefined) continue;
    const touched = periods(metric);
    const again = added.get(doc._id);
    added.delete(doc._id);
    const kept = touched === null ? [] : doc.points.filter(({ start }) => !touched.has(start));
    const points = [...kept, ...(again?.points ?? [])].sort((a, b) => (a.start < b.start ? -1 : 1));
    if (points.length === 0) {
      removed.push(doc._id);
      continue;
    }
    const { grain } = metric;
    const isSame = doc.grain === grain && samePoints(doc.points, points);
    const next = isSame ? doc : { ...doc, grain, points, changedIn: sessionId, updatedAt };
    summary.add(next);
    if (!isSame) writes.push(next);
    if (writes.length >= docsPerWrite) await flush();
  }
  for (const { id, ...rest } of added.values()) {
    const doc: SeriesDoc = { _id: id, ...rest, changedIn: sessionId, updatedAt };
    summary.add(doc);
    writes.push(doc);
    if (writes.length >= docsPerWrite) await flush();
  }
  await flush();
  if (removed.length > 0) {
    await removing(removed);
    await series.remove(removed);
  }
  return summary;
}

function createSummary() {
  const series = new Map<string, number>();
  const rows = new Map<string, number>();
  const values = new Map<string, Set<string>>();
  return {
    ...{ series, rows, values },
    add({ metric, dimension, points }: SeriesDoc): void {
      const id = dimension === null ? metric : dimensionId(metric, dimension.field);
      series.set(metric, (series.get(metric) ?? 0) + 1);
      rows.set(
        id,
        points.reduce((sum, point) => sum + point.rows, rows.get(id) ?? 0),
      );
      if (dimension !== null) values.set(id, (values.get(id) ?? new Set<string>()).add(dimension.value));
    },
  };
}

/** The values of each dimension that have series, by `<metric>/<field>`. */
export async function storedValues({ series }: Analysis): Promise<Map<string, Set<string>>> {
  const values = new Map<string, Set<string>>();
  for await (const { metric, dimension } of series.stream({ metric: 1, dimension: 1 })) {
    if (dimension === null) continue;
    const id = dimensionId(metric, dimension.field);
    values.set(id, (values.get(id) ?? new Set<string>()).add(dimension.value));
  }
  return values;
}

const samePoints = (a: readonly Datapoint[], b: readonly Datapoint[]): boolean =>
  a.length === b.length && a.every((point, index) => samePoint(point, b[index]));

const samePoint = (a: Datapoint, b: Datapoint | undefined): boolean =>
  a.start === b?.start &&
  a.value === b.value &&
  a.rows === b.rows &&
  a.sum === b.sum &&
  a.weight === b.weight;
