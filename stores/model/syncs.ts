import type { Actor } from '../../domain/contracts.ts';
import type { DestinationKind, FieldType } from '../../domain/delivery.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { Recurrence } from '../../domain/schedule.ts';
import type { SyncStatus } from '../../domain/sync.ts';
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
  readonly quota: { readonly requestsPerMonth: number; readonly over: 'refuse' | 'warn' } | null;
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
  /** Number of the newest run, and of the newest that ended; 0 before the first. */
  readonly latestRun: number;
  /** The mapping changed or a person asked for it: the next run stages every record, whatever was delivered. */
  readonly resync: 'all' | null;
  /** Raised by one with every change of model, mapping, target or mode. */
  readonly version: number;
  readonly remindedAt: Date | null;
  readonly seq: number;
  readonly createdBy: Actor;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Counts of a run: staged = inserted + updated + deleted + skipped + rejected + quarantined, or it fails. */
export interface SyncLedger {
  /** Keys that the run looked at. */
  readonly staged: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly skipped: number;
  readonly rejected: number;
  readonly quarantined: number;
  /** Rows among them that an earlier run had sent in vain. */
  readonly retried: number;
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
  readonly kind: 'run' | 'resync' | 'test';
  readonly status: SyncRunStatus;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly by: Actor;
  readonly seq: number;
  /** Engine runs that worked for it, newest last. */
  readonly runIds: readonly string[];
  readonly ledger: SyncLedger;
  /** Rows that wait to be delivered; null until staging is complete. */
  readonly toDeliver: number | null;
  /** Place among the runs that wait for the destination; null when it waits for none. */
  readonly place: number | null;
  readonly requests: number;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
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
