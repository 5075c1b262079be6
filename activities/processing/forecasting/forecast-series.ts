import {
  type ForecastInput,
  type ForecastOutcome,
  type ForecastPoint,
  noForecast,
  type PublishedForecast,
} from '../../../domain/forecast.ts';
import { errorUnit } from './accuracy.ts';
import { backtest, originsOf, run, type Tried } from './backtest.ts';
import { candidatesFor, seasons, shapeOf } from './candidates.ts';
import { widthsOf } from './intervals.ts';
import type { Mstl } from './model.ts';
import { type ReadSeries, readSeries } from './read-series.ts';
import { sentenceOf, whyOf } from './sentences.ts';

/** Periods that are forecast unless said otherwise: four weeks, a quarter, half a year. */
export const usualHorizons = { day: 28, week: 13, month: 6 } as const;

/**
 * The best of many models is partly the luckiest one; a mean of models is not. So it is taken where its error is at
 * most this much greater: measured, see docs/forecasting.md.
 */
const steadiness = 0.95;

/**
 * Forecasts one series: tries the models that fit it on its own past, and publishes the one that came nearest, or the
 * floor (as one season ago) where none came nearer than that. The same input gives the same output.
 * @param mstl The MSTL model; null leaves it out. Its ModelPanic comes through; the caller repeats without it.
 */
export function forecastSeries(input: ForecastInput, mstl: Mstl | null): ForecastOutcome {
  const series = readSeries(input);
  if ('outcome' in series) return series;
  // Near the greatest number that there is, sums and squares would have no end.
  const peak = series.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const values = series.values.map((value) => value / peak);
  const shape = shapeOf(input.grain, values, input.horizon ?? usualHorizons[input.grain]);
  const base = {
    grain: input.grain,
    kind: shape.kind,
    scale: within(errorUnit(values, shape.season) * peak),
  };
  if (shape.kind === 'constant') return constant(base, series, shape.horizon);

  const candidates = candidatesFor(input.grain, shape, values.length, input.effort === 'quick' ? null : mstl);
  const tried = [...backtest(values, series.known, shape, candidates)];
  const floor = tried.find(({ candidate }) => candidate === candidates[0]);
  if (floor === undefined)
    return noForecast('TOO_MANY_GAPS', 'The newest periods have no value to compare with.');
  const best = bestOf(tried, floor)
    .map((one) => ({ one, points: pointsOf(one, values, shape.horizon, series, peak) }))
    .find(({ points }) => points !== null);
  if (best?.points == null) return noForecast('INVALID_VALUE', 'The values are too far apart to count with.');
  tried.sort((a, b) => a.score.mase - b.score.mase);

  const lastOf = (length: number) => series.calendar.startOf(series.first + length - 1);
  const found: Omit<PublishedForecast, 'sentence' | 'why'> = {
    outcome: 'forecast',
    ...base,
    season: shape.season,
    model: best.one.candidate.model,
    floor: shape.season > 1 ? 'seasonal-naive' : 'naive',
    beatsFloor: best.one !== floor,
    points: best.points,
    backtest: {
      origins: originsOf(values.length, shape).map(lastOf),
      candidates: tried.map(({ score }) => score),
    },
    notes: notesOf(series, shape.season, input, shape.horizon),
  };
  const why = whyOf(found, best.one.score, floor.score);
  return { ...found, why, sentence: sentenceOf(found, series, best.one.score, floor.score) };
}

/** What beat the floor, best first, then the floor. Of equal ones the earlier candidate comes first. */
function bestOf(tried: readonly Tried[], floor: Tried): readonly Tried[] {
  const rank = ({ score }: Tried) => score.mase * (score.model === 'combined' ? steadiness : 1);
  const better = tried.filter(({ score }) => score.mase < floor.score.mase);
  return [...better.sort((a, b) => rank(a) - rank(b)), floor];
}

function constant(
  base: Pick<PublishedForecast, 'grain' | 'kind' | 'scale'>,
  series: ReadSeries,
  horizon: number,
): PublishedForecast {
  const value = series.values[0] ?? 0;
  const next = series.first + series.values.length;
  const sentence = `It has been ${value} in all ${series.known.filter(Boolean).length} periods and is expected to stay so; how sure that is cannot be said.`;
  return {
    outcome: 'forecast',
    ...base,
    season: 1,
    model: 'constant',
    floor: null,
    beatsFloor: false,
    why: 'Every known value is the same.',
    points: Array.from({ length: horizon }, (_, step) => ({
      start: series.calendar.startOf(next + step),
      value,
      low80: value,
      high80: value,
      low95: value,
      high95: value,
    })),
    backtest: null,
    notes: series.notes,
    sentence,
  };
}

/** The forecast with its intervals; null where the model has none for the whole series. */
function pointsOf(
  { candidate, errors }: Tried,
  values: readonly number[],
  horizon: number,
  { calendar, first }: ReadSeries,
  peak: number,
): readonly ForecastPoint[] | null {
  const forecast = run(candidate, values, horizon);
  const { of80, of95 } = widthsOf(errors, horizon);
  const least = values.every((value) => value >= 0) ? 0 : -Infinity;
  const shown = (value: number) => within(Math.max(least, candidate.scale.from(value)) * peak);
  if (!forecast.every((value) => Number.isFinite(candidate.scale.from(value)))) return null;
  return forecast.map((value, step) => ({
    start: calendar.startOf(first + values.length + step),
    value: shown(value),
    low80: shown(value - (of80[step] ?? 0)),
    high80: shown(value + (of80[step] ?? 0)),
    low95: shown(value - (of95[step] ?? 0)),
    high95: shown(value + (of95[step] ?? 0)),
  }));
}

function notesOf(
  series: ReadSeries,
  season: number,
  input: ForecastInput,
  horizon: number,
): readonly string[] {
  const notes = [...series.notes];
  if (season === 1)
    notes.push(
      `${series.values.length} ${input.grain}s are too few for a pattern of ${seasons[input.grain]} ${input.grain}s.`,
    );
  const asked = input.horizon ?? usualHorizons[input.grain];
  if (horizon < asked)
    notes.push(`${horizon} instead of ${asked} ${input.grain}s are forecast: at most a quarter of the past.`);
  return notes;
}

/** Finite, and no minus zero. */
const within = (value: number): number => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)) + 0;
