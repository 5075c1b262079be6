import type { Actor } from '../../domain/contracts.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { FailedKind, ReportStatus } from '../../domain/report.ts';
import type { ReportOccasion } from '../../domain/report-contracts.ts';
import type { RowDiff } from '../../domain/report-diff.ts';
import type { ReportType } from '../../domain/report-type.ts';
import type { FieldTimes, LogDoc } from './control.ts';

/** A report type. `_id` is a slug. */
export interface ReportTypeDoc extends ReportType {
  readonly _id: string;
  readonly company: string;
  readonly createdBy: Actor;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly seq: number;
  /** When each field was changed last by somebody; one that is not there: when it was made. */
  readonly changedAt?: FieldTimes;
  /** Rows of Logs about it that are not written yet; see stores/logged.ts. */
  readonly unlogged?: readonly LogDoc[];
}

/** A report that the app was asked to make in its own time. */
export interface RequestedReportDoc {
  readonly connectionId: string;
  readonly generation: number;
  /** Id in the definition. */
  readonly report: string;
  readonly date: string;
  /** Its id at the app. */
  readonly reportId: string;
  readonly at: Date;
}

/** Rows that an app gave for a report and that are not in it. */
export interface UnfitRows {
  /** Without a key, or not as the schema says. */
  readonly rows: number;
  /** Of a key that the report had already: the last one counts. */
  readonly twice: number;
  /** The first of both. */
  readonly samples: readonly {
    /** Null: it has none. */
    readonly key: string | null;
    readonly why: string;
    /** Beginning of its JSON. */
    readonly text: string;
  }[];
}

/** The report of one type and slot. `_id` is `<type>/<slot>`. */
export interface ReportDoc {
  readonly _id: string;
  readonly type: string;
  readonly slot: string;
  readonly company: string;
  /** Of the type, when the report was made last. */
  readonly name: string;
  readonly realTime: boolean;
  /** What it is of, YYYY-MM-DD. */
  readonly date: string;
  readonly status: ReportStatus;
  readonly statusSince: Date;
  readonly lastUpdated: Date | null;
  readonly updateRepeated: Date | null;
  readonly fail: boolean;
  readonly kind: FailedKind | null;
  /** A code of the error table. */
  readonly reason: string | null;
  readonly detail: string | null;
  /** Of the current revision; null: there is none. */
  readonly rows: number | null;
  /** The current one; 0: none. */
  readonly revision: number;
  /** Where the rows of the current revision are: their ids begin with it and a slash. */
  readonly mongoId: string | null;
  /** When its automation was to make it; null: no automation did. */
  readonly dueAt: Date | null;
  /** It came more than the allowed time after it was due. */
  readonly late: boolean;
  readonly occasion: ReportOccasion | null;
  readonly by: Actor | null;
  /** How often it was begun: the rows of each run are apart. */
  readonly runs: number;
  /** Id of the execution that may write; null: none runs. */
  readonly engineRun: string | null;
  /** When the present run asked its source; null: not yet. */
  readonly askedAt: Date | null;
  /** What the app was asked to make and nobody has fetched yet. Missing: nothing. */
  readonly requested?: RequestedReportDoc | null;
  /** What came with the rows that wait to become the current revision, and where those are. */
  readonly staged?: { readonly stage: string; readonly unfit: UnfitRows } | null;
  /** Rows that the app gave for the current revision and that are not in it. Missing: none. */
  readonly unfit?: number;
  /** Of the last delivery, where its rows go to a destination too. Missing: there was none. */
  readonly delivery?: ReportDeliveryDoc | null;
  /** How often it failed: the incident of an alert. */
  readonly failures: number;
  /** How many sealed sessions of the connection the current revision knows of. */
  readonly sealed: number | null;
  readonly seq: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A row of a report. `_id` is `<slot>/<run>.<attempt>/<key>`; it counts while its report names `<slot>/<run>.<attempt>`. */
export interface ReportRowDoc {
  readonly _id: string;
  readonly key: string;
  readonly data: JsonObject;
}

/** A revision of a report and how it differs from the one before. `_id` is `<type>/<slot>/<n>`. */
export interface ReportRevisionDoc extends RowDiff {
  readonly _id: string;
  readonly type: string;
  readonly slot: string;
  readonly number: number;
  readonly at: Date;
  readonly occasion: ReportOccasion;
  readonly by: Actor;
  readonly rows: number;
  /** Missing: there were none. */
  readonly unfit?: UnfitRows;
}

/** How the rows of a report were delivered. */
export interface ReportDeliveryDoc {
  readonly destinationId: string;
  /** Table, collection, path, file or stream there. */
  readonly object: string;
  /** The rows that are delivered: see `mongoId`. */
  readonly stage: string;
  readonly startedAt: Date;
  /** Null: it is under way, or it failed. */
  readonly endedAt: Date | null;
  readonly counts: ReportDeliveryCounts;
  /** The first rejected rows, in the words of the destination. */
  readonly rejected: readonly RejectedReportRow[];
}

/** What became of rows; `kept`: gone from the report, but the destination does not delete. */
export type ReportDeliveryCounts = Readonly<
  Record<'inserted' | 'updated' | 'removed' | 'unchanged' | 'rejected' | 'kept', number>
>;

export interface RejectedReportRow {
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

/** What the destination has of a row. One collection for each report type, `_id` is `<slot>/<key>`. */
export interface ReportRowDeliveryDoc {
  readonly _id: string;
  readonly key: string;
  /** Destination, object and key field: what another one has says nothing. */
  readonly place: string;
  readonly action: 'insert' | 'update' | 'delete';
  /** `pending`: it may have arrived. `removed`: the destination deleted it. */
  readonly status: 'pending' | 'delivered' | 'rejected' | 'removed';
  /** Of what was sent; null of a delete. */
  readonly fingerprint: string | null;
  /** `runs` of the report when it was sent. */
  readonly run: number;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly at: Date;
}
