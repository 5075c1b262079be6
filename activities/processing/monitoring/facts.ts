import type { IngestionRunDoc, ReadPlan } from '../../../stores/model.ts';
import type { MetricSeries } from './series.ts';

/** One resource's part of one session, as checks look at it. */
export interface RunSeen
  extends Pick<IngestionRunDoc, 'sessionId' | 'ledger' | 'nulls' | 'newest' | 'drift'> {
  readonly kind: ReadPlan['kind'];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** How many rows the app said there are; null: it did not say. */
  readonly total: number | null;
}

/** What a check may look at. */
export interface ResourceFacts {
  readonly run: RunSeen;
  /** Completed ones of the same generation, newest first, at most {@link mostHistory}. */
  readonly earlier: readonly RunSeen[];
  /** Time of the newest row that earlier checks knew of, where `earlier` has none; ms since the epoch. */
  readonly newestBefore: number | null;
  /** Totals of the resource's metrics; empty where the definition has none. */
  readonly series: readonly MetricSeries[];
}

/** What is expected: outside of `low` and `high` it is unusual, outside of `failLow` and `failHigh` blatantly so. */
export interface Bounds {
  readonly low?: number;
  readonly high?: number;
  readonly failLow?: number;
  readonly failHigh?: number;
}

/** What a check saw, before it is judged. */
export interface Measured {
  /** In the unit of the check; null: there was nothing to measure. */
  readonly value: number | null;
  /** One sentence about it, for people. */
  readonly seen: string;
  /** Null: nothing is expected yet. */
  readonly learned: Bounds | null;
  /** There are rows, but nothing that could be measured: a limit cannot be kept. */
  readonly blind?: boolean;
}

/** A check of one resource. Null: it does not apply to it. */
export type Check = (facts: ResourceFacts) => Measured | null;
