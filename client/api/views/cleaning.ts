import {
  isCleanedSeries,
  isDecision,
  readCleaning,
  withDecisions,
} from '../../../activities/processing/cleaning/decisions.ts';
import { applyChanges, type CleaningChange, statusOf, type UncleanReason } from '../../../domain/cleaning.ts';
import type { Actor } from '../../../domain/contracts.ts';
import type { Datapoint } from '../../../domain/datapoints.ts';
import type {
  CleanedSeriesDoc,
  CleaningDecisionDoc,
  ConnectionDoc,
  SeriesDoc,
} from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import { notFound } from '../problem.ts';
import type { CleanedSeries, CleaningChangeView, CleaningList } from '../schemas/cleaning.ts';

type Deps = Pick<RouteDeps, 'stores'>;
type About = Pick<SeriesDoc, '_id' | 'metric' | 'dimension' | 'currency'>;

/** What was found in the series of a connection, newest first. */
export async function cleaningView(
  { stores }: Deps,
  { _id, generation }: ConnectionDoc,
  {
    metric,
    series,
    limit,
  }: { readonly metric?: string | undefined; readonly series?: string | undefined; readonly limit: number },
): Promise<CleaningList> {
  const analysis = stores.analysis.of(_id, generation);
  const docs: CleanedSeriesDoc[] = [];
  const decisions: CleaningDecisionDoc[] = [];
  for await (const doc of analysis.cleaning.stream({ seen: 0 })) {
    if (isDecision(doc)) decisions.push(doc);
    else if (isCleanedSeries(doc) && (series ?? doc._id) === doc._id && (metric ?? doc.metric) === doc.metric)
      docs.push(doc);
  }
  const all = docs
    .flatMap((doc) => withDecisions(doc, decisions).map((change) => ({ doc, change })))
    .sort((a, b) => newestFirst(a.change, b.change));
  const shown = all.slice(0, limit);
  const raw = new Map(
    (await analysis.series.getMany([...new Set(shown.map(({ doc }) => doc._id))])).map((one) => [
      one._id,
      one.points,
    ]),
  );
  const reasons = new Map<UncleanReason, number>();
  for (const { unclean } of docs)
    if (unclean !== null) reasons.set(unclean.reason, (reasons.get(unclean.reason) ?? 0) + 1);
  return {
    looked: docs.length,
    unjudged: [...reasons].map(([reason, count]) => ({ reason, series: count })),
    changes: shown.map(({ doc, change }) => changeView(doc, change, raw.get(doc._id) ?? [])),
    left: all.length - shown.length,
  };
}

/** Raw and cleaned values of a series side by side. @throws {TributaryError} NOT_FOUND */
export async function cleanedSeriesView(
  { stores }: Deps,
  { _id, generation }: ConnectionDoc,
  series: string,
): Promise<CleanedSeries> {
  const analysis = stores.analysis.of(_id, generation);
  const doc = await analysis.series.get(series);
  if (doc === null || series.startsWith('/')) throw notFound('series', series, `of connection ${_id}`);
  const cleaning = await readCleaning(analysis, series);
  const changes = cleaning?.changes ?? [];
  const raw = new Map(doc.points.map((point) => [point.start, point]));
  const { metric, grain, dimension, currency } = doc;
  return {
    ...{ series, metric, grain, dimension, currency },
    unclean: cleaning?.doc.unclean ?? null,
    points: applyChanges(doc.points, changes).map(({ start, value, rows, change }) => ({
      ...{ start, raw: raw.get(start)?.value ?? null, rows, cleaned: value },
      change: change ?? null,
    })),
    changes: [...changes].sort(newestFirst).map((change) => changeView(doc, change, doc.points)),
  };
}

/** One change as it stands now. @throws {TributaryError} NOT_FOUND */
export async function findChange(
  { stores }: Deps,
  { _id, generation }: ConnectionDoc,
  series: string,
  id: string,
): Promise<{ readonly change: CleaningChange; readonly view: CleaningChangeView }> {
  const analysis = stores.analysis.of(_id, generation);
  const cleaning = await readCleaning(analysis, series);
  const change = cleaning?.changes.find((one) => one.id === id);
  if (cleaning === null || change === undefined) throw notFound('change', id, `in series ${series}`);
  const points = (await analysis.series.get(series))?.points ?? [];
  return { change, view: changeView(cleaning.doc, change, points) };
}

const newestFirst = (a: CleaningChange, b: CleaningChange): number =>
  b.foundAt.getTime() - a.foundAt.getTime() || (a.start < b.start ? 1 : -1);

function changeView(
  { _id, metric, dimension, currency }: About,
  change: CleaningChange,
  raw: readonly Datapoint[],
): CleaningChangeView {
  const { id, rule, effect, certainty, points, numbers, sentence, foundIn, foundAt, undone } = change;
  return {
    ...{ series: _id, id, metric, dimension, currency, rule, effect, certainty, sentence, foundIn },
    status: statusOf(raw, change),
    points: [...points],
    numbers: { ...numbers },
    foundAt: foundAt.toISOString(),
    undone: undone ? { by: undone.by as Actor, at: undone.at.toISOString(), why: undone.why } : null,
  };
}
