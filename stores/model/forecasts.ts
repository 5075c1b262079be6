import type { DatapointSeries } from '../../domain/datapoints.ts';
import type { ForecastOutcome, PublishedForecast, TrackRecord } from '../../domain/forecast.ts';

/** What is expected of a series now. `_id` is the series id. */
export interface CurrentForecastDoc extends Omit<DatapointSeries, 'id' | 'points'> {
  readonly _id: string;
  readonly kind: 'current';
  /** Of the metric, for people. */
  readonly name: string;
  /** The session that made it. */
  readonly session: string;
  readonly madeAt: Date;
  /** The day on which `sentence` is right, YYYY-MM-DD in the connection's time zone. */
  readonly asOf: string;
  /** Newest period that is over and for which the metric has records, in any of its series. */
  readonly dataEnd: string | null;
  /** Of all that the forecast was made from: while it is the same, the forecast is too. */
  readonly fingerprint: string;
  readonly outcome: ForecastOutcome;
  /** The outcome in words, with the metric's name, dimension and currency. */
  readonly sentence: string;
  /** How the earlier forecasts of this series did. */
  readonly record: TrackRecord;
  /** Its kept forecasts, oldest first: number of the session, first period. */
  readonly kept: readonly KeptMark[];
}

/** A kept forecast: number of its session, its first period. */
export interface KeptMark {
  readonly number: number;
  readonly first: string;
}

/** A forecast as it was made, for the track record. `_id` is `~<number of the session>/<series>`. */
export interface KeptForecastDoc extends Pick<PublishedForecast, 'points' | 'scale' | 'model'> {
  readonly _id: string;
  readonly kind: 'kept';
  readonly series: string;
  readonly session: string;
  readonly madeAt: Date;
  readonly asOf: string;
}

/** Which series are forecast, and how many are not. `_id` is `~`. */
export interface ForecastDirectoryDoc {
  readonly _id: string;
  readonly kind: 'directory';
  readonly session: string;
  readonly madeAt: Date;
  /** Ids: totals first, then by dimension, greatest first. */
  readonly series: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/** Series that are not forecast, because others of the same dimension have more records. */
export interface LeftOut {
  readonly metric: string;
  /** Null: of totals, one for each currency. */
  readonly field: string | null;
  readonly series: number;
}

/** No series id begins with `~`, so the kinds cannot meet. */
export type ForecastDoc = CurrentForecastDoc | KeptForecastDoc | ForecastDirectoryDoc;
