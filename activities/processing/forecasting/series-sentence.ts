import { type MeasureKind, readsAsShare, unknownCurrency } from '../../../domain/datapoints.ts';
import type {
  ForecastGrain,
  ForecastModel,
  ForecastOutcome,
  ForecastPoint,
  PublishedForecast,
  SeriesPoint,
} from '../../../domain/forecast.ts';
import { nextPeriodOf, openPeriodOf } from './periods.ts';
import { periodWords, shown } from './sentences.ts';

/** What a sentence says beside the forecast. */
export interface SentenceOf {
  /** Of the metric. */
  readonly name: string;
  readonly measure: MeasureKind;
  readonly grain: ForecastGrain;
  readonly dimension: { readonly field: string; readonly value: string } | null;
  readonly currency: string | null;
  /** As of which day the numbers are judged, and today; YYYY-MM-DD. */
  readonly asOf: string;
  readonly today: string;
  readonly dataEnd: string | null;
  /** Periods that are over. */
  readonly known: readonly SeriesPoint[];
  /** By period, the cleaned value that counts instead. */
  readonly cleaned: ReadonlyMap<string, number>;
}

const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const longestValue = 60;

/** Models by a name that a sentence can carry; docs/forecasting.md has the rest. */
const modelNames: Readonly<Record<ForecastModel, string>> = {
  'seasonal-naive': 'repeating the last season',
  naive: 'repeating the last value',
  drift: 'a straight line',
  average: 'the mean of the past',
  theta: 'theta',
  'theta-log': 'theta in percent',
  damped: 'a trend that fades',
  combined: 'the mean of several models',
  yearly: 'the pattern of week and year',
  mstl: 'MSTL',
  'mstl-log': 'MSTL in percent',
  croston: "Croston's method",
  'zero-rate': 'the mean of all periods',
  constant: 'the value that it always had',
};

/** The forecast that a person wants to hear of: the first one whose period is not over, else the first one. */
export function nextOf(
  points: readonly ForecastPoint[],
  grain: ForecastGrain,
  asOf: string,
): ForecastPoint | undefined {
  const open = openPeriodOf(grain, asOf);
  return points.find(({ start }) => start >= open) ?? points[0];
}

/** What is expected of a series, for a person who knows the metric by its name. */
export function seriesSentence(series: SentenceOf, outcome: ForecastOutcome): string {
  const what = `${series.name}${dimensionWords(series)}`;
  if (outcome.outcome === 'none') return `${what}: no forecast. ${outcome.sentence}`;
  const next = nextOf(outcome.points, series.grain, series.asOf);
  if (next === undefined) return `${what}: no forecast.`;
  const share = readsAsShare(series.measure, series.currency, [
    next.value,
    ...series.known.map(({ value }) => value),
  ]);
  const said = (value: number) => amount(value, { ...series, share });
  const about = `${what} ${whenWords(series.grain, next.start)}: about ${said(next.value)} expected`;
  const end = endWords(series);
  if (outcome.model === 'constant')
    return `${about}, as in all ${outcome.grain}s before; how sure that is cannot be said.${end}`;
  const range = ` (95 %: ${amount(next.low95, { ...series, share, currency: null })} to ${said(next.high95)})`;
  return `${about}${range}${yearBefore(series, next, said)}. ${methodWords(outcome)}${end}`;
}

const dimensionWords = ({ dimension }: SentenceOf): string => {
  if (dimension === null) return '';
  const { value } = dimension;
  const short = value.length > longestValue ? `${value.slice(0, longestValue - 1)}…` : value;
  return ` (${dimension.field.replaceAll('_', ' ')} ${short})`;
};

function whenWords(grain: ForecastGrain, start: string): string {
  if (grain === 'day') return `on ${start}`;
  if (grain === 'week') return `in the week from ${start}`;
  return `in ${periodWords(grain, start)}`;
}

/** Three digits, counts whole, small ones with two, shares in percent; with the currency where there is one that is known. */
export function amount(
  value: number,
  {
    measure,
    currency,
    share = false,
  }: Pick<SentenceOf, 'measure' | 'currency'> & { readonly share?: boolean },
): string {
  if (share) return `${shown(value * 100)} %`;
  const counts = measure === 'count' || measure === 'distinct';
  const whole = !counts ? value : Math.abs(value) >= 10 ? Math.round(value) : Number(value.toPrecision(2));
  const size = Math.abs(whole);
  const text = size >= 1_000 && size < 1e15 ? threeDigits.format(whole) : shown(whole);
  return currency === null || currency === unknownCurrency ? text : `${text} ${currency}`;
}

/** Against the same period one year before; days have no such one. */
function yearBefore(series: SentenceOf, next: ForecastPoint, said: (value: number) => string): string {
  const start = aYearBefore(series.grain, next.start);
  if (start === null) return '';
  const cleaned = series.cleaned.get(start);
  const before = cleaned ?? series.known.find((point) => point.start === start)?.value ?? null;
  if (before === null) return '';
  const note = cleaned === undefined ? '' : ' as cleaned';
  if (series.measure !== 'sum' && series.measure !== 'count' && series.measure !== 'distinct')
    return `; a year before it was ${said(before)}${note}`;
  const ratio = next.value / before;
  if (before <= 0 || next.value < 0 || !Number.isFinite(ratio)) return '';
  const percent = Math.round((ratio - 1) * 100);
  if (percent === 0) return `, as much as a year before${note}`;
  if (percent >= 900) return `, ${shown(ratio)} times as much as a year before${note}`;
  return `, ${shown(Math.abs(percent))} % ${percent > 0 ? 'more' : 'less'} than a year before${note}`;
}

function aYearBefore(grain: ForecastGrain, start: string): string | null {
  if (grain === 'month') return `${Number(start.slice(0, 4)) - 1}${start.slice(4)}`;
  if (grain === 'day') return null;
  return new Date(Date.parse(`${start}T00:00:00Z`) - 364 * 86_400_000).toISOString().slice(0, 10);
}

function methodWords({ model, floor, grain, backtest, beatsFloor, season, kind }: PublishedForecast): string {
  const repeating =
    season > 1 ? `repeating last ${grain === 'day' ? 'week' : 'year'}` : 'repeating the last value';
  if (!beatsFloor) return `Made by ${repeating}: on the past nothing else came nearer.`;
  const maseOf = (one: string | null) => backtest?.candidates.find((score) => score.model === one)?.mase ?? 0;
  const percent = Math.round((1 - maseOf(model) / (maseOf(floor) || 1)) * 100);
  const much = percent < 1 ? 'a little' : `${percent} %`;
  const now = kind === 'intermittent' ? ' It comes now and then, so this is a mean.' : '';
  return `Made by ${modelNames[model]}, which was ${much} nearer on the past than ${repeating}.${now}`;
}

/** Where data stop before the newest period that is over, a person has to know. */
function endWords({ grain, dataEnd, today }: SentenceOf): string {
  if (dataEnd === null || nextPeriodOf(grain, dataEnd) >= openPeriodOf(grain, today)) return '';
  return ` The newest data are of ${whenWords(grain, dataEnd).replace(/^(on|in) /, '')}; the forecast goes on from there.`;
}
