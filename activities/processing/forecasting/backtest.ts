import type { CandidateScore } from '../../../domain/forecast.ts';
import { errorUnit, symmetricPercent } from './accuracy.ts';
import { logsOf, type Shape } from './candidates.ts';
import { widthsOf } from './intervals.ts';
import { type Candidate, logarithm, type Predict } from './model.ts';
import { mean } from './models/naive.ts';

/** More of them cost time and say little more. */
const mostOrigins = 12;
/** Of fewer origins the coverage of intervals cannot be said. */
const leastForCoverage = 3;

/** What a candidate did, and its errors for the intervals. */
export interface Tried {
  readonly candidate: Candidate;
  readonly score: CandidateScore;
  /** What came less the forecast on the candidate's scale, by origin and step; NaN where it is not known. */
  readonly errors: readonly (readonly number[])[];
}

/** Lengths of the data that each origin has, evenly spread over the second half, oldest first. */
export function originsOf(length: number, { season, horizon }: Shape): readonly number[] {
  const last = length - horizon;
  const first = Math.min(last, Math.max(2 * season, Math.ceil(length / 2), 4));
  const step = Math.max(1, Math.ceil((last - first) / (mostOrigins - 1)));
  const origins: number[] = [];
  for (let origin = last; origin >= first; origin -= step) origins.push(origin);
  return origins.reverse();
}

/** Forecasts from the values, on the scale of the candidate. */
export const run = (
  { predict, scale }: Candidate,
  values: readonly number[],
  horizon: number,
): ReturnType<Predict> => predict(scale === logarithm ? logsOf(values) : values, horizon);

/** Lets every candidate forecast from every origin; those that fail at one are left out. */
export function backtest(
  values: readonly number[],
  known: readonly boolean[],
  shape: Shape,
  candidates: readonly Candidate[],
): readonly Tried[] {
  const origins = originsOf(values.length, shape).map((length) => {
    const learned = values.slice(0, length);
    return { length, learned, unit: errorUnit(learned, shape.season) };
  });
  return candidates.flatMap((candidate) => {
    const errors: number[][] = [];
    const forecasts: (readonly number[])[] = [];
    const mases: number[] = [];
    const smapes: number[] = [];
    for (const { length, learned, unit } of origins) {
      const forecast = run(candidate, learned, shape.horizon);
      const missed: number[] = [];
      let sum = 0;
      let count = 0;
      for (let step = 0; step < shape.horizon; step++) {
        const value = forecast[step] ?? Number.NaN;
        const given = candidate.scale.from(value);
        if (!Number.isFinite(given)) return [];
        const actual = values[length + step] ?? 0;
        const counts = known[length + step] === true;
        missed.push(counts ? candidate.scale.to(actual) - value : Number.NaN);
        if (!counts) continue;
        sum += Math.abs(actual - given);
        count++;
        smapes.push(symmetricPercent(given, actual));
      }
      forecasts.push(forecast);
      errors.push(missed);
      if (count > 0) mases.push(sum / count / unit);
    }
    if (mases.length === 0) return [];
    const score = {
      model: candidate.model,
      mase: mean(mases),
      smape: mean(smapes),
      ...coverageOf(errors, shape.horizon),
    };
    return [{ candidate, score, errors }];
  });
}

/** For each origin the intervals are made from the errors of the other ones, so that none is measured on itself. */
function coverageOf(
  errors: readonly (readonly number[])[],
  horizon: number,
): Pick<CandidateScore, 'coverage80' | 'coverage95'> {
  if (errors.length < leastForCoverage) return { coverage80: null, coverage95: null };
  let count = 0;
  let in80 = 0;
  let in95 = 0;
  errors.forEach((own, origin) => {
    const { of80, of95 } = widthsOf(
      errors.filter((_, other) => other !== origin),
      horizon,
    );
    own.forEach((error, step) => {
      if (Number.isNaN(error)) return;
      count++;
      if (Math.abs(error) <= (of80[step] ?? 0)) in80++;
      if (Math.abs(error) <= (of95[step] ?? 0)) in95++;
    });
  });
  return { coverage80: in80 / count, coverage95: in95 / count };
}
