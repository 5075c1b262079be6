import type { JsonValue } from '../../domain/json.ts';
import type { Place } from './records.ts';

/** How far loading is. `_id` is `<sessionId>/<resource>`. The truth for resume. */
export interface CheckpointDoc {
  readonly _id: string;
  readonly batches: number;
  readonly rows: number;
  readonly bytes: number;
  /** Where the next page starts; null before the first and after the last page. */
  readonly next: JsonValue;
  /** The greatest cursor value among the rows so far, or the last bookmark of a source that keeps its own place. */
  readonly cursor: string | null;
  readonly total: number | null;
  readonly done: boolean;
  /** The source says that it gave every row that there is. */
  readonly replaces?: true;
  /** Some batch tells of files that were read once more. */
  readonly again?: true;
  readonly lastBatchAt: Date;
  readonly startedAt: Date;
  /** What is read; the same until the resource is done, whatever is configured meanwhile. */
  readonly read: ReadPlan;
}

/** What one session reads of a resource. Values of the cursor field, or ISO 8601 times. */
export interface ReadPlan {
  /**
   * `full`: all there is. `changes`: what changed since. `range`: a backfill. `hooks`: rows that webhooks brought.
   * `replay`: rows of quarantine.
   */
  readonly kind: 'full' | 'changes' | 'range' | 'hooks' | 'replay';
  /** Told to the app. */
  readonly since: string | null;
  readonly until: string | null;
  /** Rows before it are passed over. */
  readonly from: string | null;
  /** Rows from it on are passed over. */
  readonly to: string | null;
}

/** Rows as they came. `_id` is `<sessionId>/<resource>/<number>`, numbers from 0; written once. */
export interface BatchDoc {
  readonly _id: string;
  readonly attempt: number;
  readonly rowCount: number;
  /** Each row is stored as JSON text; the repository reads and writes values. */
  readonly rows: readonly JsonValue[];
  readonly bytes: number;
  /** Rows that were read and passed over: outside of what the session reads. */
  readonly filtered: number;
  readonly next: JsonValue;
  readonly cursor: string | null;
  readonly total: number | null;
  readonly last: boolean;
  /** With `last`: the source says that it gave every row that there is. */
  readonly replaces?: true;
  /** Files that are read once more from a line on; `row` is the index of their first row in the batch. */
  readonly again?: readonly { readonly file: string; readonly line: number; readonly row: number }[];
  readonly storedAt: Date;
  /** Of a replay: the place in quarantine that each row comes from. */
  readonly origins?: readonly string[];
}

/** The last requests and answers of a resource in a session. `_id` is `<sessionId>/<resource>`. Kept for 7 days. */
export interface ExchangesDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly exchanges: readonly StoredExchange[];
  readonly updatedAt: Date;
}

/** One request and its answer, safe to show. */
export interface StoredExchange {
  readonly at: Date;
  readonly method: string;
  readonly url: string;
  readonly status: number | null;
  readonly durationMs: number;
  readonly bytes: number | null;
  /** List of name and value: a name may have a dot. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly rows: number | null;
  /** As JSON text. */
  readonly page: string | null;
  readonly excerpt: string | null;
  readonly error: string | null;
  /** Where its first row is stored; null when it brought none. */
  readonly firstRow: Place | null;
}

/** The cursor of a resource, committed together with its merge. `_id` is `<connectionId>/<generation>/<resource>`. */
export interface CursorDoc {
  readonly _id: string;
  readonly value: string | null;
  readonly sessionId: string;
  readonly at: Date;
  /** The last session that read the resource whole; missing: none. */
  readonly wholeIn?: string;
}
