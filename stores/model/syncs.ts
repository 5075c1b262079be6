import type { Actor } from '../../domain/contracts.ts';
import type { DestinationKind, FieldType } from '../../domain/delivery.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { Recurrence } from '../../domain/schedule.ts';
import type { SyncStatus } from '../../domain/sync.ts';
import type { DestinationQuota, SyncBudget } from '../../domain/sync-budget.ts';
import type { SyncRunKind, SyncRunLedger, SyncRunStep } from '../../domain/sync-contracts.ts';
import type { SyncRecordAction, SyncRecordStatus } from '../../domain/sync-record.ts';
import type { SyncRunStatus } from '../../domain/sync-run.ts';
import type { Sealed } from '../../platform/crypto.ts';

/** A place where syncs deliver. */
export interface DestinationDoc {
  readonly _id: string;
  readonly kind: DestinationKind;
  readonly name: string;
  /** Without secrets. */
  readonly configuration: JsonObject;
  readonly secret: Sealed | null;
  /** Requests that may be made in a calendar month (UTC), and what happens when a run would need more. */
  readonly quota: DestinationQuota | null;
  /** Runs that may deliver at a time. */
  readonly slots: number;
  readonly seq: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A field of the delivered row: where its value comes from. */
export interface FieldMapping {
  readonly to: string;
  readonly type: FieldType;
  readonly from: /** A field of the record; a dot reaches into an object. */
    | { readonly field: string }
    | { readonly constant: JsonValue }
    /** Liquid; the record's fields are its variables. */
    | { readonly template: string };
}

/** What a sync reads: records of one resource of its connection. */
export interface SyncModel {
  readonly resource: string;
  /** Equality on fields; all must hold. A list means any of its values. */
  readonly filter: Readonly<Record<string, JsonValue>>;
}

export type SyncSchedule = { readonly kind: 'MANUAL' } | { readonly kind: 'AFTER_SESSION' } | Recurrence;

export const syncModes = ['full', 'upsert', 'insertOnly', 'mirror'] as const;

/**
 * full: everything is sent again and what is gone is deleted; upsert: new and changed rows; insertOnly: new rows;
 * mirror: upsert, and what is gone is deleted.
 */
export type SyncMode = (typeof syncModes)[number];

/** A delivery of a model's records to a destination (document 001). */
export interface SyncDoc {
  readonly _id: string;
  readonly connectionId: string;
  /** Of the connection when the sync was made: what it owns goes with that one. */
  readonly generation: number;
  readonly company: string;
  readonly destinationId: string;
  readonly model: SyncModel;
  readonly mapping: readonly FieldMapping[];
  /** Name of the field at the destination that holds the record's key. */
  readonly keyField: string;
  /** Collection, table, path, file or stream at the destination. */
  readonly object: string;
  readonly mode: SyncMode;
  readonly schedule: SyncSchedule;
  readonly timeZone: string;
  /** Rejected rows up to which a run succeeds. */
  readonly rejectedThreshold: number;
  /** Rejections of one row until it goes to quarantine. */
  readonly rejectionCap: number;
  readonly status: SyncStatus;
  readonly statusSince: Date;
  /** Such as CONNECTION_DISCONNECTED or ROWS_REJECTED. */
  readonly statusReason: string | null;
  /** Number of the newest run; 0 before the first. */
  readonly latestRun: number;
  /** The mapping changed or a person asked for it: the next run stages every record, whatever was delivered. */
  readonly resync: 'all' | null;
  /** Raised by one with every change of model, mapping, target or mode. */
  readonly version: number;
  /** What its last whole run took from the change feed; null before the first. */
  readonly staged: SyncStaged | null;
  readonly remindedAt: Date | null;
  readonly seq: number;
  readonly createdBy: Actor;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** One execution of a sync. `_id` is `<syncId>.<number>`. */
export interface SyncRunDoc {
  readonly _id: string;
  readonly syncId: string;
  readonly number: number;
  readonly connectionId: string;
  readonly generation: number;
  /** Of the sync when it began. */
  readonly version: number;
  readonly kind: SyncRunKind;
  /** Only this record; null: all that the kind means. */
  readonly key: string | null;
  /** Null until its first status is written. */
  readonly status: SyncRunStatus | null;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly by: Actor;
  readonly seq: number;
  /** Engine runs that worked for it, newest last. */
  readonly runIds: readonly string[];
  readonly ledger: SyncRunLedger;
  /** Rows that wait to be delivered; null until staging is complete. */
  readonly toDeliver: number | null;
  /** Null until staging begins. */
  readonly staging: SyncStaging | null;
  readonly delivery: SyncDelivery;
  /** Retry lists that it wrote: rejected rows that a later run tries again. */
  readonly retryLists: number;
  /** Calls of the destination. */
  readonly requests: number;
  /** What it needs of its destination, computed before the first row; missing until then. */
  readonly budget?: SyncBudget;
  readonly since: Date;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** From where the next run goes on in the change feed: every sealed session up to `sealed` was delivered whole. */
export interface SyncStaged {
  readonly version: number;
  readonly generation: number;
  readonly sealed: number;
  /** Runs whose retry lists hold rows that were rejected and are to be tried again. */
  readonly retry: readonly number[];
}

/** How far staging is. It may be repeated from there. */
export interface SyncStaging {
  /** `changes`: keys of the change feed. `all`: every record, then what is gone. `key`: one record. */
  readonly how: 'changes' | 'all' | 'key';
  readonly phase: 'records' | 'gone' | 'done';
  /** Newest sealed session when it began: what comes later is the next run's. */
  readonly upTo: number;
  /** Last key that was looked at in this phase. */
  readonly after: string | null;
  /** Of `changes`: how many keys were looked at. */
  readonly keys: number;
  /** Work lists written. */
  readonly lists: number;
  readonly rows: number;
  /** Retry lists that were there when it began, by the run that wrote them: later ones are the next run's. */
  readonly retry: readonly RetryLists[];
}

/** The first so many retry lists of a run. */
export interface RetryLists {
  readonly run: number;
  readonly lists: number;
}

/** A place in the work lists. */
export interface ListPlace {
  readonly list: number;
  readonly row: number;
}

/** How far delivery is: every row before `done` has its outcome, no row from `sent` on was ever sent. */
export interface SyncDelivery {
  readonly done: ListPlace;
  readonly sent: ListPlace;
}

/** What to do for one key. Names are short: there are many. */
export interface ListRow {
  readonly key: string;
  readonly action: SyncRecordAction;
  /** Fields to send, as JSON text, the key field left out; empty for a delete. */
  readonly fields: string;
  /** Fingerprint of these; null for a delete. */
  readonly staged: string | null;
  /** Fingerprint of what the destination has. */
  readonly delivered: string | null;
  /** Rejections in a row so far. */
  readonly attempts: number;
  /** The key has no sync record yet. */
  readonly fresh: boolean;
}

/** One work list of a run. `_id` is `<runId>/todo/<n>`; of a retry list `<runId>/retry/<n>`, with keys alone. */
export interface SyncListDoc {
  readonly _id: string;
  readonly rows: readonly ListRow[];
}

export interface SyncRetryDoc {
  readonly _id: string;
  readonly keys: readonly string[];
}

/** A transition of a run. `_id` is `<runId>/<seq>`. */
export interface SyncTimelineDoc extends Omit<SyncRunStep, 'at'> {
  readonly _id: string;
  readonly at: Date;
}

/** Who delivers to a destination and who waits, in order. `_id` is the destination's id. */
export interface DestinationQueueDoc {
  readonly _id: string;
  readonly seq: number;
  readonly holders: readonly string[];
  readonly waiting: readonly string[];
  readonly updatedAt: Date;
}

/** One row of a sync. One collection for each sync, `_id` is the record's key. */
export interface SyncRecordDoc {
  readonly _id: string;
  readonly action: SyncRecordAction;
  readonly status: SyncRecordStatus;
  /** Fingerprint of what the destination has; null when it has nothing of this key. */
  readonly delivered: string | null;
  /** Fingerprint of what was staged last; null when that was a delete. */
  readonly staged: string | null;
  /** What is to be sent, as JSON text; null once it was. */
  readonly fields: string | null;
  /** Number of the run that staged it, and of the one that delivered it last. */
  readonly run: number;
  readonly deliveredRun: number | null;
  /** Rejections in a row. */
  readonly attempts: number;
  /** Number of the run before which it is not tried again: back-off. */
  readonly notBefore: number | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly requestId: string | null;
  } | null;
  readonly at: Date;
}
