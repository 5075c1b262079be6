import type { Actor } from '../../domain/contracts.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { FailedKind, ReportStatus } from '../../domain/report.ts';
import type { ReportOccasion } from '../../domain/report-contracts.ts';
import type { RowDiff } from '../../domain/report-diff.ts';
import type { ReportType } from '../../domain/report-type.ts';

/** A report type. `_id` is a slug. */
export interface ReportTypeDoc extends ReportType {
  readonly _id: string;
  readonly company: string;
  readonly createdBy: Actor;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly seq: number;
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
}
