import type { ForecastOutcome, SeriesPoint } from '../../../domain/forecast.ts';
import type { Analysis as AnalysisStore } from '../../../stores/analysis.ts';
import type { CurrentForecastDoc, ForecastDoc, KeptForecastDoc, KeptMark } from '../../../stores/model.ts';
import { trackRecordOf } from './track-record.ts';

/** Forecasts of each series that are kept for its track record. */
const mostKept = 24;

/** Where the directory of a connection's forecasts is. */
export const directoryId = '~';

/** @param number Of the session. */
export const keptIdOf = (series: string, number: number): string => `~${number}/${series}`;

/** Told apart by their kind. */
export const isCurrent = (doc: ForecastDoc): doc is CurrentForecastDoc => doc.kind === 'current';
/** See {@link isCurrent}. */
export const isKept = (doc: ForecastDoc): doc is KeptForecastDoc => doc.kind === 'kept';

/** The kept forecasts of a series, oldest first. */
export async function keptOf(
  forecasts: AnalysisStore['forecasts'],
  { _id, kept }: Pick<CurrentForecastDoc, '_id' | 'kept'>,
): Promise<readonly KeptForecastDoc[]> {
  if (kept.length === 0) return [];
  const docs = await forecasts.getMany(kept.map(({ number }) => keptIdOf(_id, number)));
  return docs.filter(isKept);
}

/** A forecast that was just made. */
export interface MadeForecast extends Omit<CurrentForecastDoc, 'kind' | 'record' | 'kept'> {
  readonly number: number;
  readonly known: readonly SeriesPoint[];
  readonly before: CurrentForecastDoc | undefined;
}

/**
 * Stores a forecast as the current one of its series, and as one to be scored later. Of those that begin with the
 * same period only the last one is kept: else a day of many sessions would push out all that something came of. The
 * current one is written last, so that a repeated attempt does again what was cut off.
 */
export async function storeForecast(
  forecasts: AnalysisStore['forecasts'],
  { number, known, before, ...made }: MadeForecast,
): Promise<void> {
  const earlier = before === undefined ? [] : await keptOf(forecasts, before);
  const record = trackRecordOf(earlier, known);
  const marks = keptMarks(before?.kept ?? [], number, made.outcome);
  const dropped = (before?.kept ?? []).filter((mark) => !marks.some((one) => one.number === mark.number));
  if (made.outcome.outcome === 'forecast') {
    const { points, scale, model } = made.outcome;
    const { _id: series, session, madeAt, asOf } = made;
    const _id = keptIdOf(series, number);
    await forecasts.putMany([{ _id, kind: 'kept', series, session, madeAt, asOf, points, scale, model }]);
  }
  if (dropped.length > 0) await forecasts.remove(dropped.map((mark) => keptIdOf(made._id, mark.number)));
  await forecasts.putMany([{ ...made, kind: 'current', record, kept: marks }]);
}

function keptMarks(
  before: readonly KeptMark[],
  number: number,
  outcome: ForecastOutcome,
): readonly KeptMark[] {
  const first = outcome.outcome === 'forecast' ? outcome.points[0]?.start : undefined;
  if (first === undefined) return before;
  const others = before.filter((mark) => mark.number !== number && mark.first !== first);
  return [...others, { number, first }].slice(-mostKept);
}

/** Removes what is stored of series that are not forecast any more. */
export async function forgetForecasts(
  forecasts: AnalysisStore['forecasts'],
  series: readonly string[],
): Promise<void> {
  const docs = (await forecasts.getMany(series)).filter(isCurrent);
  const ids = docs.flatMap(({ _id, kept }) => [_id, ...kept.map(({ number }) => keptIdOf(_id, number))]);
  if (ids.length > 0) await forecasts.remove(ids);
}
