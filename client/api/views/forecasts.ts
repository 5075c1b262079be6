import { readCleaning } from '../../../activities/processing/cleaning/decisions.ts';
import { directoryId, isCurrent, keptOf } from '../../../activities/processing/forecasting/keep.ts';
import { prepare } from '../../../activities/processing/forecasting/prepare.ts';
import { nextOf } from '../../../activities/processing/forecasting/series-sentence.ts';
import { joinRecords, scoreForecast } from '../../../activities/processing/forecasting/track-record.ts';
import type { MeasureKind } from '../../../domain/datapoints.ts';
import type { SeriesPoint } from '../../../domain/forecast.ts';
import { isReportMetric } from '../../../domain/report-target.ts';
import type { ConnectionDoc, CurrentForecastDoc, ForecastDirectoryDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import { shownDefinition } from '../find.ts';
import { notFound } from '../problem.ts';
import type { ForecastAnswer, ForecastHeadline, ForecastList, ForecastsQuery } from '../schemas/forecasts.ts';

/** Actual periods beside a forecast. */
const mostRecent = 60;

/** The forecasts of a connection, without their points. */
export async function forecastsView(
  { stores }: Pick<RouteDeps, 'stores'>,
  { _id, generation }: ConnectionDoc,
  { metric, dimension }: ForecastsQuery,
): Promise<ForecastList> {
  const { forecasts } = stores.analysis.of(_id, generation);
  const directory = (await forecasts.get(directoryId)) as ForecastDirectoryDoc | null;
  if (directory === null) return { metrics: [], forecasts: [], leftOut: [] };
  const ofMetric = (of: string) => metric === undefined || of === metric;
  const all = (await forecasts.getMany(directory.series)).filter(isCurrent);
  const asked = all.filter((doc) => ofMetric(doc.metric));
  const names = new Map(asked.map((doc) => [doc.metric, doc.name]));
  return {
    metrics: [...names].map(([id, name]) => {
      const records = asked.filter((doc) => doc.metric === id).map(({ record }) => record);
      return { metric: id, name, series: records.length, record: joinRecords(records) };
    }),
    forecasts: asked
      .filter((doc) => dimension === undefined || doc.dimension?.field === dimension)
      .map(headlineOf),
    leftOut: directory.leftOut
      .filter((left) => ofMetric(left.metric) && (dimension === undefined || left.field === dimension))
      .map(({ metric: of, field, series }) => ({ metric: of, dimension: field, series })),
  };
}

/** One forecast with all there is to it. @throws {TributaryError} NOT_FOUND */
export async function forecastView(
  deps: Pick<RouteDeps, 'stores' | 'definitions'>,
  { _id, generation, app }: ConnectionDoc,
  seriesId: string,
): Promise<ForecastAnswer> {
  const analysis = deps.stores.analysis.of(_id, generation);
  const { forecasts, series } = analysis;
  const doc = await forecasts.get(seriesId);
  if (doc === null || !isCurrent(doc)) throw notFound('forecast', seriesId, `of connection ${_id}`);
  const [datapoints, kept, cleaning] = await Promise.all([
    series.get(seriesId),
    keptOf(forecasts, doc),
    readCleaning(analysis, seriesId),
  ]);
  const metric = shownDefinition(deps, app)?.metrics.find(({ id }) => id === doc.metric);
  const { dataEnd, asOf } = doc;
  const measure: MeasureKind = metric?.measure.kind ?? (isReportMetric(doc.metric) ? 'sum' : 'average');
  const changes = cleaning?.changes ?? [];
  const { known, cleaned } = prepare(datapoints ?? { grain: doc.grain, points: [] }, {
    ...{ measure, asOf, dataEnd, changes },
    effort: 'quick',
  });
  const made = doc.outcome.outcome === 'forecast' ? doc.outcome : null;
  return {
    ...headlineOf(doc),
    points: [...(made?.points ?? [])],
    why: made?.why ?? null,
    floor: made?.floor ?? null,
    season: made?.season ?? null,
    backtest: made?.backtest
      ? { origins: [...made.backtest.origins], candidates: [...made.backtest.candidates] }
      : null,
    notes: [...(made?.notes ?? [])],
    recent: recentOf(known, cleaned),
    earlier: [...kept].reverse().map(({ session, madeAt, model, points, scale }) => {
      const score = scoreForecast({ points, scale }, known);
      return {
        ...{ session, madeAt: madeAt.toISOString(), model, first: points[0]?.start ?? null },
        came: score?.periods ?? 0,
        accuracy: score,
      };
    }),
  };
}

/** Raw values, and beside them the cleaned ones that a forecast is made from. */
function recentOf(
  known: readonly SeriesPoint[],
  cleaned: ReadonlyMap<string, number>,
): ForecastAnswer['recent'] {
  const raw = new Map(known.map(({ start, value }) => [start, value]));
  return [...new Set([...raw.keys(), ...cleaned.keys()])]
    .sort()
    .slice(-mostRecent)
    .map((start) => ({ start, value: raw.get(start) ?? null, cleaned: cleaned.get(start) ?? null }));
}

function headlineOf(doc: CurrentForecastDoc): ForecastHeadline {
  const { _id, metric, name, grain, dimension, currency, sentence, outcome, asOf, dataEnd, record } = doc;
  const made = outcome.outcome === 'forecast' ? outcome : null;
  const score = made?.backtest?.candidates.find(({ model }) => model === made.model);
  return {
    ...{ series: _id, metric, name, grain, dimension, currency, sentence, dataEnd, record },
    reason: outcome.outcome === 'none' ? outcome.reason : null,
    kind: made?.kind ?? null,
    model: made?.model ?? null,
    beatsFloor: made?.beatsFloor ?? null,
    mase: score?.mase ?? null,
    coverage95: score?.coverage95 ?? null,
    next: (made && nextOf(made.points, grain, asOf)) ?? null,
    first: made?.points[0]?.start ?? null,
    last: made?.points.at(-1)?.start ?? null,
    session: doc.session,
    madeAt: doc.madeAt.toISOString(),
  };
}
