import type { Anomaly } from '../../domain/anomalies.ts';
import type { IngestionRunStatus } from '../../domain/ingestion.ts';
import type { Ledger } from '../../domain/ledger.ts';
import type { IngestionSums } from '../../domain/statistics.ts';
import type { ReadPlan } from './loading.ts';

/**
 * The statistics row of one ingestion run: one resource's part of one session. `_id` is `<sessionId>/<resource>`.
 * Made from checkpoint, structuring run and timeline; kept for a year.
 */
export interface IngestionDoc {
  readonly _id: string;
  readonly sessionId: string;
  readonly connectionId: string;
  readonly company: string;
  readonly app: string;
  readonly generation: number;
  readonly resource: string;
  /** The resource's configuration whose part it was, or `global`; null or missing: a person or a webhook asked for it. */
  readonly configuration?: string | null;
  /** How it was read; null before its loading began. */
  readonly kind: ReadPlan['kind'] | null;
  readonly status: IngestionRunStatus;
  /** Why it is not (or not yet) completed: a reason code. */
  readonly reason: string | null;
  /** It failed only because these resources of its session did; empty when the reason is its own. */
  readonly blockedBy: readonly string[];
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** From start to end without the time that the session stood in an error status; null until it ends. */
  readonly durationMs: number | null;
  /** Stored by loading, with their size as JSON. */
  readonly rows: number;
  readonly bytes: number;
  readonly rowsPerSecond: number | null;
  /** Null until structuring begins. */
  readonly ledger: Ledger | null;
  /** What is unusual for the connection, and how many earlier runs say so. */
  readonly anomalies: readonly Anomaly[];
  readonly comparedWith: number;
  /** The hour in UTC in which it started, ISO 8601. */
  readonly hour: string;
  /** Hours under which it was counted before its start was known exactly. */
  readonly formerHours: readonly string[];
  /** Raised by every write; a write with a smaller one comes too late. */
  readonly version: number;
}

/** What one connection took in, by the hour in which the runs started. `_id` is `<connectionId>/<hour>`. */
export interface IngestionHourDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly company: string;
  readonly app: string;
  readonly hour: string;
  /** Ids of the rows that are summed, in order. */
  readonly runs: readonly string[];
  readonly resources: readonly ({ readonly resource: string } & IngestionSums)[];
  readonly seq: number;
}
