import type { CleaningChange, Unclean } from '../../domain/cleaning.ts';
import type { DatapointSeries } from '../../domain/datapoints.ts';

/** What was found in a series. `_id` is the series id. Only sessions write it. */
export interface CleanedSeriesDoc extends Omit<DatapointSeries, 'id' | 'points'> {
  readonly _id: string;
  readonly kind: 'series';
  /** Those of now, and earlier ones whose raw values are others by now. */
  readonly changes: readonly CleaningChange[];
  /** Why none of its values was judged; null: they were. */
  readonly unclean: Unclean | null;
  /** Of a total: its settled values as they were then, to see what is restated later. */
  readonly seen: readonly (readonly [start: string, value: number | null])[];
  /** Session and time of the series that was judged, and the period that was open then: the same need no look. */
  readonly changedIn: string;
  readonly changedAt: Date;
  readonly open: string;
  /** Start of its newest point, and how many it had. */
  readonly newest: string | null;
  readonly judged: number;
  readonly sessionId: string;
  readonly updatedAt: Date;
}

/**
 * What a person decided of a change. `_id` is `/decision/<rule>/<start>/<series id>`. Only people write it, so that no
 * session can lose it.
 */
export interface CleaningDecisionDoc {
  readonly _id: string;
  readonly kind: 'decision';
  readonly series: string;
  /** `<rule>/<start>` */
  readonly change: string;
  /** False: it was taken back again, and counts as before. */
  readonly undone: boolean;
  /** Raw values that it was about, by period. */
  readonly raw: readonly (readonly [start: string, value: number | null])[];
  readonly by: { readonly kind: string; readonly id: string };
  readonly why: string;
  readonly at: Date;
}

/** Of the cleaning of one connection and generation. */
export type CleaningDoc = CleanedSeriesDoc | CleaningDecisionDoc;
