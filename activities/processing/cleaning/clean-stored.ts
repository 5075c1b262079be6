import type { DatapointSeries } from '../../../domain/datapoints.ts';
import type { Analysis } from '../../../stores/analysis.ts';
import type { CleanedSeriesDoc, SeriesDoc } from '../../../stores/model.ts';
import type { AnalysisInput, SubstageCounts } from '../analysis.ts';
import { openPeriodOf } from '../forecasting/periods.ts';
import { carryChanges } from './carry.ts';
import { type CleaningContext, cleanSeries } from './clean-series.ts';
import { isCleanedSeries } from './decisions.ts';
import { seenOf } from './restated.ts';

/** Series of years of days take milliseconds each to decode. */
const seriesPerRead = 10;
/** A look at a year of days takes some milliseconds: others get their turn in between. */
const longestTurnMs = 20;
/** Single values of dimensions that are compared where a total repeats. */
const mostParts = 1_000;

type Head = Omit<SeriesDoc, 'points'>;

/**
 * Looks at every stored series that changed, or of which a period is over, since it was looked at last.
 * @param asOf Today, YYYY-MM-DD in the connection's time zone
 */
export async function cleanStored(input: AnalysisInput, asOf: string): Promise<SubstageCounts> {
  const { ports, ref, session, definition, life } = input;
  const analysis = ports.stores.analysis.of(ref.connectionId, ref.generation);
  const measures = new Map(definition.metrics.map(({ id, measure }) => [id, measure.kind]));
  const heads: Head[] = [];
  for await (const head of analysis.series.stream({ points: 0 }))
    if (measures.has(head.metric)) heads.push(head);
  const due = await dueOf(analysis, heads, asOf);
  const totals = heads.filter(({ dimension }) => dimension === null);
  const counts = { series: heads.length, looked: 0, changed: 0, told: 0, unjudged: 0 };
  let turn = performance.now();
  for (let from = 0; from < due.length; from += seriesPerRead) {
    await life.stopIfAsked();
    const ids = due.slice(from, from + seriesPerRead);
    const before = new Map(
      (await analysis.cleaning.getMany(ids)).filter(isCleanedSeries).map((doc) => [doc._id, doc]),
    );
    const docs: CleanedSeriesDoc[] = [];
    for (const doc of await analysis.series.getMany(ids)) {
      docs.push(await look(doc, before.get(doc._id)));
      if (performance.now() - turn < longestTurnMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turn = performance.now();
    }
    await analysis.cleaning.putMany(docs);
    life.progressed({ series: from + ids.length });
  }
  return counts;

  async function look(doc: SeriesDoc, before: CleanedSeriesDoc | undefined): Promise<CleanedSeriesDoc> {
    const series = seriesOf(doc);
    const { metric, grain, dimension, currency, points } = doc;
    const isTotal = dimension === null;
    const context: CleaningContext = {
      measure: measures.get(metric) ?? 'sum',
      asOf,
      ...(isTotal && { seen: before?.seen, currencies: await currenciesOf(doc) }),
    };
    let result = cleanSeries(series, context);
    if (result.changes.some(({ rule }) => rule === 'repeat'))
      result = cleanSeries(series, { ...context, parts: await partsOf(doc) });
    const at = new Date();
    const now = { foundIn: session._id, foundAt: at };
    const changes = carryChanges(points, before?.changes ?? [], result.changes, now);
    counts.looked += 1;
    counts.changed += result.changes.filter(({ effect }) => effect === 'replace').length;
    counts.told += result.changes.filter(({ effect }) => effect === 'report').length;
    counts.unjudged += result.unclean === null ? 0 : 1;
    return {
      ...{ _id: doc._id, kind: 'series', metric, grain, dimension, currency },
      changes,
      unclean: result.unclean,
      seen: isTotal ? seenOf(series, asOf) : [],
      ...{ changedIn: doc.changedIn, changedAt: doc.updatedAt, open: openPeriodOf(grain, asOf) },
      ...{ newest: points.at(-1)?.start ?? null, judged: points.length },
      ...{ sessionId: session._id, updatedAt: at },
    };
  }

  async function currenciesOf({ _id, metric, currency }: SeriesDoc): Promise<DatapointSeries[]> {
    if (currency === null) return [];
    const ids = totals.filter((head) => head.metric === metric && head._id !== _id).map((head) => head._id);
    return seriesOfAll(ids);
  }

  async function partsOf({ metric, currency }: SeriesDoc): Promise<DatapointSeries[]> {
    const parts = heads.filter(
      (head) => head.metric === metric && head.currency === currency && head.dimension !== null,
    );
    return seriesOfAll(parts.slice(0, mostParts).map(({ _id }) => _id));
  }

  async function seriesOfAll(ids: readonly string[]): Promise<DatapointSeries[]> {
    const found: DatapointSeries[] = [];
    for await (const doc of analysis.series.inParts(ids)) found.push(seriesOf(doc));
    return found;
  }
}

const seriesOf = ({ _id: id, metric, grain, dimension, currency, points }: SeriesDoc): DatapointSeries => ({
  ...{ id, metric, grain, dimension, currency },
  points,
});

/** Series to look at, in order; what was found in series that there are no more is forgotten. */
async function dueOf(
  { cleaning }: Analysis,
  heads: readonly Head[],
  asOf: string,
): Promise<readonly string[]> {
  const known = new Map<string, CleanedSeriesDoc>();
  for await (const doc of cleaning.stream({ changes: 0, seen: 0 }))
    if (isCleanedSeries(doc)) known.set(doc._id, doc);
  const there = new Set(heads.map(({ _id }) => _id));
  await cleaning.remove([...known.keys()].filter((id) => !there.has(id)));
  return heads.filter((head) => isDue(head, known.get(head._id), asOf)).map(({ _id }) => _id);
}

function isDue(
  { changedIn, updatedAt, grain }: Head,
  doc: CleanedSeriesDoc | undefined,
  asOf: string,
): boolean {
  if (doc === undefined) return true;
  const isSame = doc.changedIn === changedIn && doc.changedAt.getTime() === updatedAt.getTime();
  const grew = doc.newest !== null && doc.newest >= doc.open && doc.open !== openPeriodOf(grain, asOf);
  return !isSame || grew;
}
