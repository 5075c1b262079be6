import type {
  CandidateScore,
  ForecastGrain,
  ForecastModel,
  PublishedForecast,
} from '../../../domain/forecast.ts';
import { shownBy } from '../../../domain/words.ts';
import type { ReadSeries } from './read-series.ts';

// Made once: making one takes longer than a backtest of a short series.
const monthName = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const fourDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

type Found = Omit<PublishedForecast, 'sentence' | 'why'>;

/** What each model does, for people. */
export const modelWords: Readonly<Record<ForecastModel, string>> = {
  'seasonal-naive': 'the same as one season before',
  naive: 'the same as the last value',
  drift: 'a straight line through the first and the last value',
  average: 'the mean of the past',
  theta: 'season, half the long trend and the present level',
  'theta-log': 'season, half the long growth and the present level, in percent',
  damped: 'season and a trend that fades',
  combined: 'the mean of several models',
  yearly: 'week, year and the present level',
  mstl: 'season by loess and a smoothed trend',
  'mstl-log': 'season by loess and a smoothed trend, in percent',
  croston: 'size and waiting time of what comes now and then',
  'zero-rate': 'the mean of all periods, with their zeros',
  constant: 'the value that it has always had',
};

/** Why this model. */
export function whyOf(
  { backtest, beatsFloor, model, floor, grain }: Found,
  best: CandidateScore,
  ofFloor: CandidateScore,
): string {
  const origins = backtest?.origins.length ?? 0;
  const tries = `${origins} earlier ${grain}${origins === 1 ? '' : 's'}`;
  if (!beatsFloor)
    return `In forecasts from ${tries} no model came nearer than "${modelWords[floor ?? 'naive']}" (MASE ${shown(ofFloor.mase)}), so that one is published.`;
  const place = backtest?.candidates[0]?.model === model ? 'came nearest' : 'was within 5 % of the nearest';
  return `In forecasts from ${tries} "${modelWords[model]}" ${place} of ${backtest?.candidates.length ?? 0} models: MASE ${shown(best.mase)} against ${shown(ofFloor.mase)} of "${modelWords[floor ?? 'naive']}".`;
}

/** What is expected, and how far to trust it. */
export function sentenceOf(
  { points, grain, season, beatsFloor, floor }: Found,
  series: ReadSeries,
  best: CandidateScore,
  ofFloor: CandidateScore,
): string {
  const next = points[0];
  if (next === undefined) return '';
  const range = `${shown(next.low95)} to ${shown(next.high95)} in 95 of 100 cases`;
  const before = season > 1 ? series.values[series.values.length - season] : undefined;
  const change =
    before === undefined || before <= 0 || grain !== 'month' ? '' : changeOf(next.value / before);
  const trust = beatsFloor
    ? `In tries on the past the error was ${Math.round((1 - best.mase / ofFloor.mase) * 100)} % smaller than that of "${modelWords[floor ?? 'naive']}".`
    : `No model did better on the past than "${modelWords[floor ?? 'naive']}", so that is what is shown.`;
  return `${periodWords(grain, next.start)} is expected at about ${shown(next.value)} (${range})${change}. ${trust}`;
}

function changeOf(ratio: number): string {
  const percent = Math.round((ratio - 1) * 100);
  if (percent === 0) return ', as much as a year before';
  // Against next to nothing, a share says nothing.
  if (!Number.isFinite(percent)) return '';
  return `, ${shown(Math.abs(percent))} % ${percent > 0 ? 'above' : 'below'} a year before`;
}

/** `January 2018`, `The week from 2018-01-01`, `2018-01-05` */
export function periodWords(grain: ForecastGrain, start: string): string {
  if (grain === 'day') return start;
  if (grain === 'week') return `The week from ${start}`;
  return monthName.format(new Date(`${start}T00:00:00Z`));
}

/** Three digits, with separators; very large or small ones with an exponent. */
export const shown = (value: number): string =>
  shownBy(Math.abs(value) >= 1_000 ? fourDigits : threeDigits, value);
