import type { Actor } from '../../domain/contracts.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { Ledger } from '../../domain/ledger.ts';

/** What a field of the rows looked like. */
export interface FieldStat {
  readonly name: string;
  /** Names of the JSON types it had: null, boolean, integer, number, string, object, array. */
  readonly types: readonly string[];
  /** Rows that had it. */
  readonly rows: number;
}

/** What the rows of a session looked like; of more than a thousand fields the first ones. */
export interface FieldsSeen {
  readonly rows: number;
  readonly stats: readonly FieldStat[];
}

/** The fields that a resource's rows had so far. `_id` is `<connectionId>/<generation>/<resource>`. */
export interface LearnedSchemaDoc {
  readonly _id: string;
  readonly fields: readonly {
    readonly name: string;
    readonly types: readonly string[];
    /** Every row so far had it. */
    readonly required: boolean;
  }[];
  readonly sessionId: string;
  readonly at: Date;
}

/** How the fields of a session's rows differ from those of the sessions before. */
export interface Drift {
  readonly class: 'none' | 'additive' | 'breaking';
  readonly added: readonly string[];
  /** Fields that every row had, and now none. */
  readonly removed: readonly string[];
  readonly retyped: readonly string[];
}

/**
 * What a session took away: a deleted object. One collection for each connection, generation and resource, `_id` is
 * the key. An older version of the object that comes later does not bring it back.
 */
export interface TombstoneDoc {
  readonly _id: string;
  readonly cursor: string | null;
  readonly sessionId: string;
  /** The row by which it was counted; null when there was no record to remove. */
  readonly countedAt: Place | null;
  /** The removed record as it was before the session, until the session's resource is complete. */
  readonly record: RecordDoc | null;
}

/** One resource's part of one session (document 002). `_id` is `<sessionId>/<resource>`. */
export interface IngestionRunDoc {
  readonly _id: string;
  readonly sessionId: string;
  readonly connectionId: string;
  readonly resource: string;
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'NOT_FOUND';
  /** Fingerprint of the resource's definition that the merged batches were read by. */
  readonly definition: string;
  readonly ledger: Ledger;
  /** Batches that are merged and whose change document is written. */
  readonly mergedBatches: number;
  readonly nulls: Readonly<Record<string, number>>;
  /** Greatest value of the freshness field among the rows. */
  readonly newest: string | null;
  readonly bytes: number;
  /** What the rows looked like, and how that differs from earlier sessions; null until it is known. */
  readonly fields: FieldsSeen;
  readonly drift: Drift | null;
  readonly reason: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** Place of a row: batch number and index in it. */
export type Place = readonly [batch: number, index: number];

/** The current state of one object. `_id` is its key. One collection for each connection, generation and resource. */
export interface RecordDoc {
  readonly _id: string;
  readonly data: JsonObject;
  /** SHA-256 of the data in canonical form, base64. */
  readonly fingerprint: string;
  readonly cursor: string | null;
  readonly createdIn: string;
  readonly changedIn: string;
  /** The row that this key was counted by in `changedIn`; a repeated merge counts it the same way. */
  readonly countedAt: Place;
  /** Where the row lies that the data come from: batch id and index. */
  readonly source: readonly [batchId: string, index: number];
  /** Earlier sources, newest first, at most 20. */
  readonly versions: readonly {
    readonly session: string;
    readonly source: readonly [string, number];
    readonly fingerprint: string;
  }[];
  readonly updatedAt: Date;
}

/** A row that we could not take. `_id` is `<sessionId>/<resource>/<batch>/<index>`. */
export interface QuarantineDoc {
  readonly _id: string;
  readonly sessionId: string;
  readonly key: string | null;
  readonly reason: 'KEY_MISSING' | 'SCHEMA_MISMATCH' | 'TOO_LARGE' | 'NOT_AN_OBJECT' | 'ROW_UNREADABLE';
  readonly message: string;
  /** Stored as JSON text; the repository reads and writes values. */
  readonly payload: JsonValue;
  readonly at: Date;
  /** Replays that refused it again; missing: none. */
  readonly refusals?: number;
  /** Session that refused it last, and when. */
  readonly refusedIn?: string;
  readonly refusedAt?: Date;
}

/** A row in quarantine without its payload: what counting needs. */
export type QuarantineTally = Pick<QuarantineDoc, '_id' | 'sessionId' | 'reason' | 'refusedIn' | 'at'>;

/**
 * Rows that left quarantine together, of one reason. `_id` is `<connectionId>/<generation>/<resource>/<what>`.
 * The payloads are gone; their hash tells which they were.
 */
export interface QuarantineLineDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly generation: number;
  readonly resource: string;
  /** Null: rows of the connection's own sessions. */
  readonly syncId: string | null;
  readonly action: 'replayed' | 'discarded' | 'expired';
  readonly reason: string;
  readonly rows: number;
  /** SHA-256 (hex) over id and payload of each row, in the order of the ids. */
  readonly hash: string;
  readonly by: Actor;
  readonly why: string | null;
  /** Of a replay: the session. */
  readonly sessionId: string | null;
  readonly at: Date;
}

/** What one merged batch changed. `_id` is `<sessionId>/<resource>/changes/<n>`. */
export interface ChangeDoc {
  readonly _id: string;
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  /** Keys that changed at the app, and that readers find in another connection: nothing is told of them. */
  readonly away?: readonly string[];
}

/** A sealed session: from this write on its changes are visible. `_id` is the session id. */
export interface FeedDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly number: number;
  /** Change documents that become visible, those of earlier sessions that never were sealed included. */
  readonly parts: readonly {
    readonly sessionId: string;
    readonly resource: string;
    readonly changes: number;
  }[];
  readonly sealedAt: Date;
}
