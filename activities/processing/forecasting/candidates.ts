import type { ForecastGrain, SeriesKind } from '../../../domain/forecast.ts';
import { type Candidate, logarithm, ModelPanic, type Mstl, type Predict, plain } from './model.ts';
import { croston } from './models/croston.ts';
import { average, drift, naive, seasonalNaive } from './models/naive.ts';
import { seasonallyAdjusted, yearAdjusted } from './models/seasonal.ts';
import { combine, damped, theta } from './models/smoothing.ts';

/** Periods after which business data repeat: a week, a year, a year. */
export const seasons: Readonly<Record<ForecastGrain, number>> = { day: 7, week: 52, month: 12 };

/** MSTL's time grows with the length, and what is older than this helps it little. */
const mstlPeriods: Readonly<Record<ForecastGrain, number>> = { day: 182, week: 260, month: 120 };
/** From so many days on a year's wave is tried too: one year for each backtest to learn from. */
const yearlyFrom = 800;
/** From this share of zeros on a series is intermittent. */
const manyZeros = 0.4;

/** What is known of a series before any model is tried. */
export interface Shape {
  readonly kind: SeriesKind;
  readonly season: number;
  readonly horizon: number;
  readonly allPositive: boolean;
}

/** @param values Without holes. @param asked Periods asked for; a short series gets at most a quarter of its length. */
export function shapeOf(grain: ForecastGrain, values: readonly number[], asked: number): Shape {
  const horizon = Math.max(1, Math.min(asked, Math.floor(values.length / 4)));
  const season = seasons[grain];
  const long = values.length >= 2 * season + horizon + 2;
  const zeros = values.filter((value) => value === 0).length;
  const allPositive = values.every((value) => value > 0);
  const shape = { season: long ? season : 1, horizon, allPositive };
  if (values.every((value) => value === values[0])) return { ...shape, kind: 'constant' };
  if (zeros >= values.length * manyZeros && values.every((value) => value >= 0))
    return { ...shape, kind: 'intermittent' };
  return { ...shape, kind: long ? 'regular' : 'short' };
}

/** The models worth trying on a series; the first one is the floor that the others have to beat. */
export function candidatesFor(
  grain: ForecastGrain,
  { kind, season, allPositive }: Shape,
  length: number,
  mstl: Mstl | null,
): readonly Candidate[] {
  const adjusted = (predict: Predict) => seasonallyAdjusted(season, predict);
  const floor: Candidate =
    season > 1
      ? { model: 'seasonal-naive', scale: plain, predict: seasonalNaive(season) }
      : { model: 'naive', scale: plain, predict: naive };
  const straight = (model: Candidate['model'], predict: Predict): Candidate => ({
    model,
    scale: plain,
    predict,
  });
  const bent = (model: Candidate['model'], predict: Predict): Candidate => ({
    model,
    scale: logarithm,
    predict,
  });

  const ofTheta = remembered(adjusted(theta));
  const ofDamped = remembered(adjusted(damped));
  if (kind === 'intermittent')
    return [floor, straight('croston', croston), straight('zero-rate', average), straight('theta', ofTheta)];
  if (season === 1)
    return [
      floor,
      straight('drift', drift),
      straight('average', average),
      straight('theta', ofTheta),
      straight('damped', ofDamped),
    ];

  const decomposed = mstl === null ? null : remembered(withMstl(mstl, season, mstlPeriods[grain]));
  const parts = [ofTheta, ofDamped, ...(decomposed === null ? [] : [decomposed])];
  const ofLogs = remembered(adjusted(theta));
  if (allPositive) parts.push(throughLogs(ofLogs));
  return [
    floor,
    straight('naive', naive),
    straight('drift', drift),
    straight('theta', ofTheta),
    straight('damped', ofDamped),
    straight('combined', combine(...parts)),
    ...(allPositive ? [bent('theta-log', ofLogs)] : []),
    ...(grain === 'day' && length >= yearlyFrom ? [straight('yearly', yearAdjusted(adjusted(theta)))] : []),
    ...(decomposed === null || mstl === null ? [] : [straight('mstl', decomposed)]),
    ...(mstl === null || !allPositive ? [] : [bent('mstl-log', withMstl(mstl, season, mstlPeriods[grain]))]),
  ];
}

const withMstl =
  (mstl: Mstl, season: number, most: number): Predict =>
  (values, horizon) => {
    try {
      return mstl(values.slice(-most), season, horizon);
    } catch (error) {
      if (error instanceof ModelPanic) throw error;
      return new Array<number>(horizon).fill(Number.NaN);
    }
  };

const throughLogs =
  (predict: Predict): Predict =>
  (values, horizon) =>
    predict(logsOf(values), horizon).map(Math.exp);

const logs = new WeakMap<readonly number[], readonly number[]>();

/** The same list of logarithms for the same list of values, so that what is remembered of it is found. */
export function logsOf(values: readonly number[]): readonly number[] {
  const made = logs.get(values) ?? values.map(Math.log);
  logs.set(values, made);
  return made;
}

/** A model that is a part of another one too is fitted once to the same list of values. */
function remembered(predict: Predict): Predict {
  const seen = new WeakMap<readonly number[], readonly number[]>();
  return (values, horizon) => {
    const known = seen.get(values);
    if (known?.length === horizon) return known;
    const made = predict(values, horizon);
    seen.set(values, made);
    return made;
  };
}
