import type { CleaningChange } from '../../../domain/cleaning.ts';
import type { ForecastGrain, ForecastOutcome, NoForecastReason } from '../../../domain/forecast.ts';
import type { CurrentForecastDoc, ForecastDirectoryDoc, SeriesDoc } from '../../../stores/model.ts';
import type { AnalysisInput, NothingToDo, SubstageCounts } from '../analysis.ts';
import { readCleanings } from '../cleaning/decisions.ts';
import { type Choice, type ChosenSeries, chooseSeries } from './choose.ts';
import { directoryId, forgetForecasts, isCurrent, storeForecast } from './keep.ts';
import type { Forecaster } from './pool.ts';
import { prepare } from './prepare.ts';
import { periodWords } from './sentences.ts';
import { seriesSentence } from './series-sentence.ts';

/** With more series than this, all are forecast without the slow models. */
const mostInFull = 300;
/** Series of years of days take milliseconds each to decode. */
const seriesPerRead = 10;

/** What may be otherwise at another try. */
const passing: readonly NoForecastReason[] = ['TOO_SLOW', 'WORKER_FAILED'];

/**
 * Forecasts the stored series of a connection. A repeated attempt skips what it finds done; so does a later session
 * for every series of which the periods that are over are the same.
 * @param asOf See judgedDay.
 * @param today YYYY-MM-DD in the connection's time zone: where data stop earlier, the sentences say so.
 */
export async function forecastStored(
  input: AnalysisInput,
  asOf: string,
  today = asOf,
): Promise<SubstageCounts | NothingToDo> {
  const { ports, session, connection, definition, life } = input;
  const { forecaster } = ports;
  if (forecaster === undefined) return { skipped: 'NO_FORECASTER' };
  const analysis = ports.stores.analysis.of(connection._id, session.generation);
  const { series, forecasts } = analysis;
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
    const [docs, current, cleanings] = await Promise.all([
      series.getMany(partIds),
      forecasts.getMany(partIds),
      readCleanings(analysis, partIds),
    ]);
    const docOf = new Map(docs.map((doc) => [doc._id, doc]));
    const currentOf = new Map(current.filter(isCurrent).map((doc) => [doc._id, doc]));
    for (const one of part) {
      await life.stopIfAsked();
      const doc = docOf.get(one.id);
      if (doc === undefined) continue;
      const changes = cleanings.get(one.id)?.changes ?? [];
      const work = {
        input,
        forecaster,
        one,
        doc,
        changes,
        before: currentOf.get(one.id),
        choice,
        asOf,
        today,
      };
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
  readonly changes: readonly CleaningChange[];
  readonly before: CurrentForecastDoc | undefined;
  readonly choice: Choice;
  readonly asOf: string;
  readonly today: string;
}

async function forecastOne(work: Work): Promise<{ readonly made: boolean; readonly none: boolean }> {
  const { input, forecaster, one, doc, changes, before, choice, asOf, today } = work;
  const { ports, session, connection, life } = input;
  const { forecasts } = ports.stores.analysis.of(connection._id, session.generation);
  const { metric } = one;
  const dataEnd = choice.dataEnds.get(metric.id) ?? null;
  const effort = one.total && choice.chosen.length <= mostInFull ? 'full' : 'quick';
  const measure = metric.measure.kind;
  const prepared = prepare(doc, { measure, asOf, effort, dataEnd, changes });
  const { known, cleaned } = prepared;
  const { name } = metric;
  const { dimension, grain, currency } = doc;
  const about = { name, measure, grain, dimension, currency, asOf, today, dataEnd, known, cleaned };

  if (before !== undefined && holds(before, prepared.fingerprint, session._id)) {
    // The same forecast, but another day may make another of its periods the next one.
    const sentence = seriesSentence(about, before.outcome);
    if (sentence !== before.sentence || dataEnd !== before.dataEnd)
      await forecasts.putMany([{ ...before, name, asOf, dataEnd, sentence }]);
    return { made: false, none: before.outcome.outcome === 'none' };
  }
  const made = await forecaster.forecast(prepared.input, life.signal);
  const outcome = withCleaned(made, grain, [...cleaned.keys()]);
  await storeForecast(forecasts, {
    ...{ _id: doc._id, metric: metric.id, name, grain, dimension, currency },
    ...{ session: session._id, number: session.number, madeAt: new Date() },
    ...{ asOf, dataEnd, fingerprint: prepared.fingerprint, outcome },
    sentence: seriesSentence(about, outcome),
    ...{ known, before },
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

/** Periods that a note names one by one. */
const mostNamed = 6;

/** Says in the notes which periods did not go in as they are in the records. */
function withCleaned(
  outcome: ForecastOutcome,
  grain: ForecastGrain,
  cleaned: readonly string[],
): ForecastOutcome {
  if (outcome.outcome === 'none' || cleaned.length === 0) return outcome;
  const named = cleaned.slice(-mostNamed).map((start) => periodWords(grain, start).replace(/^The/, 'the'));
  const earlier = cleaned.length - named.length;
  const note = `${cleaned.length === 1 ? '1 period is' : `${cleaned.length} periods are`} taken as cleaned: ${earlier > 0 ? `${earlier} earlier, ` : ''}${named.join(', ')}.`;
  return { ...outcome, notes: [...outcome.notes, note] };
}
