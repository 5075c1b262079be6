/** Length of a period. */
export const forecastGrains = ['day', 'week', 'month'] as const;
export type ForecastGrain = (typeof forecastGrains)[number];

/** How a forecast may be made; docs/forecasting.md says what each one does. */
export const forecastModels = [
  'seasonal-naive',
  'naive',
  'drift',
  'average',
  'theta',
  'theta-log',
  'damped',
  'combined',
  'yearly',
  'mstl',
  'mstl-log',
  'croston',
  'zero-rate',
  'constant',
] as const;
export type ForecastModel = (typeof forecastModels)[number];

/** What kind of series it is: decides which models are tried. */
export type SeriesKind = 'regular' | 'short' | 'intermittent' | 'constant';

/** One period of a series. */
export interface SeriesPoint {
  /** First day of the period, YYYY-MM-DD in the company's calendar. */
  readonly start: string;
  /** Null where it is not known. */
  readonly value: number | null;
}

/** What is asked of a forecast. */
export interface ForecastInput {
  readonly grain: ForecastGrain;
  /** In any order, no period twice. Months begin on the 1st, weeks all on the same weekday. */
  readonly points: readonly SeriesPoint[];
  /** Today, YYYY-MM-DD in the company's calendar: periods that are not over by then are left out. */
  readonly asOf: string;
  /** Periods to forecast, 1 to 366. @default 28 days, 13 weeks, 6 months */
  readonly horizon?: number;
  /** What a period between the first and the last one is that has no point: 0, or not known. @default 'unknown' */
  readonly gaps?: 'zero' | 'unknown';
  /** `quick` leaves the MSTL models out: a tenth of the time, for thousands of series. @default 'full' */
  readonly effort?: 'full' | 'quick';
}

/** A forecast period. low95 <= low80 <= value <= high80 <= high95, all finite. */
export interface ForecastPoint {
  readonly start: string;
  readonly value: number;
  readonly low80: number;
  readonly high80: number;
  readonly low95: number;
  readonly high95: number;
}

/** How near forecasts came to what came. Coverages are shares from 0 to 1; null where they cannot be known. */
export interface ForecastAccuracy {
  /** Mean absolute error in units of that of "the same as one season ago" within the earlier data. */
  readonly mase: number;
  /** Symmetric mean absolute percentage error, 0 to 200. */
  readonly smape: number;
  readonly coverage80: number | null;
  readonly coverage95: number | null;
}

/** What a model did in the backtest. */
export interface CandidateScore extends ForecastAccuracy {
  readonly model: ForecastModel;
}

/** Forecasts made from earlier days, with what was known then, and compared with what came. */
export interface Backtest {
  /** Last known period of each origin, oldest first. */
  readonly origins: readonly string[];
  /** Best first. */
  readonly candidates: readonly CandidateScore[];
}

/** A forecast that may be shown. */
export interface PublishedForecast {
  readonly outcome: 'forecast';
  readonly grain: ForecastGrain;
  readonly kind: SeriesKind;
  /** Periods after which the pattern is taken to repeat; 1 where the series is too short for one. */
  readonly season: number;
  readonly model: ForecastModel;
  /** What the model had to beat; null where there was nothing to compare (constant series). */
  readonly floor: 'seasonal-naive' | 'naive' | null;
  /** False where nothing beat the floor, so that the floor itself is published. */
  readonly beatsFloor: boolean;
  readonly why: string;
  readonly points: readonly ForecastPoint[];
  /** Mean absolute error of the floor within the data: the unit of MASE when this forecast is scored later. */
  readonly scale: number;
  readonly backtest: Backtest | null;
  /** What was left out or filled in, in words. */
  readonly notes: readonly string[];
  readonly sentence: string;
}

/** Why there is no forecast. */
export const noForecastReasons = [
  'INVALID_SERIES',
  'INVALID_VALUE',
  'DUPLICATE_PERIOD',
  'NO_VALUES',
  'TOO_SHORT',
  'TOO_MANY_GAPS',
  'TOO_SLOW',
  'WORKER_FAILED',
] as const;
export type NoForecastReason = (typeof noForecastReasons)[number];

export interface NoForecast {
  readonly outcome: 'none';
  readonly reason: NoForecastReason;
  readonly sentence: string;
}

export type ForecastOutcome = PublishedForecast | NoForecast;

/** An earlier forecast as it is kept for its track record. */
export type ScoredForecast = Pick<PublishedForecast, 'points' | 'scale'>;

/** How earlier forecasts did. */
export interface TrackRecord {
  /** Forecasts of which at least one period has come. */
  readonly forecasts: number;
  /** Forecast periods that have come. */
  readonly periods: number;
  /** Null while nothing has come. */
  readonly accuracy: ForecastAccuracy | null;
  readonly sentence: string;
}

/** There is no forecast, for this reason. */
export const noForecast = (reason: NoForecastReason, sentence: string): NoForecast => ({
  outcome: 'none',
  reason,
  sentence,
});
