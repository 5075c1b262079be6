import type { NoForecastReason } from '../../../domain/forecast.ts';
import type { CurrentForecastDoc, ForecastDirectoryDoc, SeriesDoc } from '../../../stores/model.ts';
import type { AnalysisInput, NothingToDo, SubstageCounts } from '../analysis.ts';
import { type Choice, type ChosenSeries, chooseSeries } from './choose.ts';
import { directoryId, forgetForecasts, isCurrent, storeForecast } from './keep.ts';
import type { Forecaster } from './pool.ts';
import { prepare } from './prepare.ts';
import { seriesSentence } from './series-sentence.ts';

/** With more series than this, all are forecast without the slow models. */
const mostInFull = 300;
const seriesPerRead = 50;

/** What may be otherwise at another try. */
const passing: readonly NoForecastReason[] = ['TOO_SLOW', 'WORKER_FAILED'];

/**
 * Forecasts the stored series of a connection. A repeated attempt skips what it finds done; so does a later session
 * for every series of which the periods that are over are the same.
 * @param asOf Today, YYYY-MM-DD in the connection's time zone
 */
export async function forecastStored(
  input: AnalysisInput,
  asOf: string,
): Promise<SubstageCounts | NothingToDo> {
  const { ports, session, connection, definition, life } = input;
  const { forecaster } = ports;
  if (forecaster === undefined) return { skipped: 'NO_FORECASTER' };
  const { series, forecasts } = ports.stores.analysis.of(connection._id, session.generation);
  const choice = await chooseSeries(series.stream(), definition.metrics, asOf);
  const ids = choice.chosen.map(({ id }) => id);
  const chosen = new Set(ids);

  const before = (await forecasts.get(directoryId)) as ForecastDirectoryDoc | null;
  const gone = (before?.series ?? []).filter((id) => !chosen.has(id));
  await forgetForecasts(forecasts, gone);
  await forecasts.putMany([
    {
      _id: directoryId,
      kind: 'directory',
      session: session._id,
      madeAt: new Date(),
      series: ids,
      leftOut: choice.leftOut,
    },
  ]);

  const counts = { series: ids.length, made: 0, unchanged: 0, withoutForecast: 0, leftOut: 0 };
  for (const { series: left } of choice.leftOut) counts.leftOut += left;
  for (let from = 0; from < ids.length; from += seriesPerRead) {
    const part = choice.chosen.slice(from, from + seriesPerRead);
    const partIds = part.map(({ id }) => id);
    const [docs, current] = await Promise.all([series.getMany(partIds), forecasts.getMany(partIds)]);
    const docOf = new Map(docs.map((doc) => [doc._id, doc]));
    const currentOf = new Map(current.filter(isCurrent).map((doc) => [doc._id, doc]));
    for (const one of part) {
      await life.stopIfAsked();
      const doc = docOf.get(one.id);
      if (doc === undefined) continue;
      const work = { input, forecaster, one, doc, before: currentOf.get(one.id), choice, asOf };
      const { made, none } = await forecastOne(work);
      counts[made ? 'made' : 'unchanged']++;
      if (none) counts.withoutForecast++;
      life.progressed({ series: counts.made + counts.unchanged, of: ids.length });
    }
  }
  return counts;
}

interface Work {
  readonly input: AnalysisInput;
  readonly forecaster: Forecaster;
  readonly one: ChosenSeries;
  readonly doc: SeriesDoc;
  readonly before: CurrentForecastDoc | undefined;
  readonly choice: Choice;
  readonly asOf: string;
}

async function forecastOne(work: Work): Promise<{ readonly made: boolean; readonly none: boolean }> {
  const { input, forecaster, one, doc, before, choice, asOf } = work;
  const { ports, session, connection, life } = input;
  const { forecasts } = ports.stores.analysis.of(connection._id, session.generation);
  const { metric } = one;
  const dataEnd = choice.dataEnds.get(metric.id) ?? null;
  const effort = one.total && choice.chosen.length <= mostInFull ? 'full' : 'quick';
  const measure = metric.measure.kind;
  const prepared = prepare(doc, { measure, asOf, effort, dataEnd });
  const { name } = metric;
  const { dimension, grain, currency } = doc;
  const about = { name, measure, grain, dimension, currency, asOf, dataEnd, known: prepared.known };

  if (before !== undefined && holds(before, prepared.fingerprint, session._id)) {
    // The same forecast, but another day may make another of its periods the next one.
    const sentence = seriesSentence(about, before.outcome);
    if (sentence !== before.sentence || dataEnd !== before.dataEnd)
      await forecasts.putMany([{ ...before, name, asOf, dataEnd, sentence }]);
    return { made: false, none: before.outcome.outcome === 'none' };
  }
  const outcome = await forecaster.forecast(prepared.input, life.signal);
  await storeForecast(forecasts, {
    ...{ _id: doc._id, metric: metric.id, name, grain, dimension, currency },
    ...{ session: session._id, number: session.number, madeAt: new Date() },
    ...{ asOf, dataEnd, fingerprint: prepared.fingerprint, outcome },
    sentence: seriesSentence(about, outcome),
    ...{ known: prepared.known, before },
  });
  return { made: true, none: outcome.outcome === 'none' };
}

const holds = (
  { fingerprint, outcome, session }: CurrentForecastDoc,
  now: string,
  sessionId: string,
): boolean =>
  fingerprint === now &&
  (session === sessionId || outcome.outcome === 'forecast' || !passing.includes(outcome.reason));
