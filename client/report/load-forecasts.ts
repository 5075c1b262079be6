import { directoryId, isCurrent, isKept, keptIdOf } from '../../activities/processing/forecasting/keep.ts';
import { periodWords } from '../../activities/processing/forecasting/sentences.ts';
import { amount } from '../../activities/processing/forecasting/series-sentence.ts';
import { trackRecordOf } from '../../activities/processing/forecasting/track-record.ts';
import { readsAsShare } from '../../domain/datapoints.ts';
import type {
  ConnectionDoc,
  CurrentForecastDoc,
  ForecastDirectoryDoc,
  KeptForecastDoc,
  SessionDoc,
} from '../../stores/model.ts';
import type { RouteDeps } from '../api/deps.ts';
import { shownDefinition } from '../api/find.ts';
import { forecastView } from '../api/views/forecasts.ts';
import type { ReportForecast, ReportForecasts } from './data.ts';

/** Plots of a page, and of them the values of a metric's first dimension. */
const mostPlots = 24;
const mostValues = 4;

/** The totals of each metric and the greatest values of its first dimension, as a session left them. */
export async function loadForecasts(
  deps: RouteDeps,
  connection: ConnectionDoc,
  session: SessionDoc,
): Promise<ReportForecasts> {
  const { forecasts } = deps.stores.analysis.of(connection._id, connection.generation);
  const directory = (await forecasts.get(directoryId)) as ForecastDirectoryDoc | null;
  if (directory === null) return { shown: [], left: 0, gone: 0 };
  const all = (await forecasts.getMany(directory.series)).filter(isCurrent);
  const later = connection.latestSession > session.number;
  const shown: ReportForecast[] = [];
  let gone = 0;
  for (const doc of mainOf(all)) {
    if (!later || doc.session === session._id) {
      shown.push(await forecastView(deps, connection, doc._id));
      continue;
    }
    const kept = await forecasts.get(keptIdOf(doc._id, session.number));
    if (kept === null || !isKept(kept)) gone += 1;
    else shown.push(await asItWas(deps, connection, doc, kept));
  }
  return { shown, left: later ? 0 : all.length - shown.length, gone };
}

function mainOf(all: readonly CurrentForecastDoc[]): CurrentForecastDoc[] {
  const firstField = new Map<string, string>();
  const taken = new Map<string, number>();
  const main = all.filter(({ metric, dimension }) => {
    if (dimension === null) return true;
    if (!firstField.has(metric)) firstField.set(metric, dimension.field);
    if (firstField.get(metric) !== dimension.field) return false;
    const count = taken.get(metric) ?? 0;
    taken.set(metric, count + 1);
    return count < mostValues;
  });
  return main.slice(0, mostPlots);
}

/** A forecast that later sessions replaced, with what came of it. */
async function asItWas(
  deps: RouteDeps,
  connection: ConnectionDoc,
  doc: CurrentForecastDoc,
  { points, scale }: KeptForecastDoc,
): Promise<ReportForecast> {
  const { recent, ...now } = await forecastView(deps, connection, doc._id);
  const measure =
    shownDefinition(deps, connection.app)?.metrics.find(({ id }) => id === doc.metric)?.measure.kind ??
    'average';
  const { name, grain, dimension, currency } = doc;
  const [next] = points;
  const last = points.at(-1)?.start ?? '';
  const share = readsAsShare(
    measure,
    currency,
    [...points, ...recent].map(({ value }) => value),
  );
  const told = (value: number): string => amount(value, { measure, currency, share });
  const what =
    dimension === null ? name : `${name} (${dimension.field.replaceAll('_', ' ')} ${dimension.value})`;
  return {
    ...now,
    sentence:
      next === undefined
        ? `${what}: no forecast.`
        : `${what}: about ${told(next.value)} was expected for ${grain === 'month' ? periodWords(grain, next.start) : next.start} (95 %: ${told(next.low95)} to ${told(next.high95)}).`,
    points: [...points],
    recent: recent.filter(({ start }) => start <= last),
    why: null,
    mase: null,
    coverage95: null,
    notes: [],
    record: trackRecordOf([{ points, scale }], recent),
  };
}
