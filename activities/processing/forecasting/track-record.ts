import type { ForecastAccuracy, ScoredForecast, SeriesPoint, TrackRecord } from '../../../domain/forecast.ts';
import { symmetricPercent } from './accuracy.ts';
import { mean } from './models/naive.ts';
import { shown } from './sentences.ts';

/**
 * Scores an earlier forecast by what came. Only periods that have come, with a value, count.
 * @param actual In any order; give only periods that are over
 * @returns null where none of its periods has come
 */
export function scoreForecast(
  { points, scale }: ScoredForecast,
  actual: readonly SeriesPoint[],
): (ForecastAccuracy & { readonly periods: number }) | null {
  const came = new Map(actual.map(({ start, value }) => [start, value]));
  const pairs = points.flatMap((point) => {
    const value = came.get(point.start) ?? null;
    return value === null || !Number.isFinite(value) ? [] : [{ point, value }];
  });
  if (pairs.length === 0) return null;
  const share = (test: (pair: (typeof pairs)[number]) => boolean) => pairs.filter(test).length / pairs.length;
  const unit = scale > 0 ? scale : 1;
  return {
    periods: pairs.length,
    // Each error on its own is divided first: the sum of very great ones would have no end.
    mase: Math.min(
      Number.MAX_VALUE,
      mean(pairs.map(({ point, value }) => Math.min(1e300, Math.abs(value / unit - point.value / unit)))),
    ),
    smape: mean(pairs.map(({ point, value }) => symmetricPercent(point.value, value))),
    coverage80: share(({ point, value }) => value >= point.low80 && value <= point.high80),
    coverage95: share(({ point, value }) => value >= point.low95 && value <= point.high95),
  };
}

/** The track record of a series: all its earlier forecasts together, every period that came counted alike. */
export function trackRecordOf(
  forecasts: readonly ScoredForecast[],
  actual: readonly SeriesPoint[],
): TrackRecord {
  return joinRecords(
    forecasts.flatMap((one) => {
      const score = scoreForecast(one, actual);
      return score === null ? [] : [{ forecasts: 1, periods: score.periods, accuracy: score }];
    }),
  );
}

/** Several track records as one: every period that came counts alike. */
export function joinRecords(records: readonly Omit<TrackRecord, 'sentence'>[]): TrackRecord {
  const scores = records.flatMap(({ forecasts, periods, accuracy }) =>
    accuracy === null ? [] : [{ ...accuracy, forecasts, periods }],
  );
  const periods = scores.reduce((sum, one) => sum + one.periods, 0);
  if (periods === 0)
    return {
      forecasts: 0,
      periods: 0,
      accuracy: null,
      sentence: 'Nothing of what was forecast has come yet.',
    };
  const weighted = (of: (one: (typeof scores)[number]) => number) =>
    scores.reduce((sum, one) => sum + of(one) * (one.periods / periods), 0);
  const accuracy = {
    mase: weighted(({ mase }) => mase),
    smape: weighted(({ smape }) => smape),
    coverage80: weighted(({ coverage80 }) => coverage80 ?? 0),
    coverage95: weighted(({ coverage95 }) => coverage95 ?? 0),
  };
  const inside = Math.round(accuracy.coverage95 * periods);
  return {
    forecasts: scores.reduce((sum, one) => sum + one.forecasts, 0),
    periods,
    accuracy,
    sentence: `Of ${periods} forecast periods that have come, ${inside} lay within the 95 % interval; the mean error was ${Math.round(accuracy.smape)} % (MASE ${shown(accuracy.mase)}).`,
  };
}
