import type { ReportDurations, ReportInput, ReportRefusal } from '../../domain/report-contracts.ts';

/** The run of a report that an activity works for; another one that took over shuts it out. */
export interface ReportRef {
  /** `<type>/<slot>` */
  readonly id: string;
  /** Id of the execution. */
  readonly engineRun: string;
}

/** A report that runs. */
export interface BegunReport {
  readonly poolQueue: string;
  /** The app makes it in its own time: it is requested first. */
  readonly asynchronous: boolean;
  /** Its rows go elsewhere than into the store too. */
  readonly delivers: boolean;
}

/** Why a run failed. */
export interface ReportFault {
  /** A code of the error table. */
  readonly reason: string;
  readonly detail: string;
  /** Where it failed, if that is known: `control` is no fault of the source, though it was asked. */
  readonly side?: 'control';
}

/** A report that the app was asked to make in its own time. */
export interface RequestedRef extends ReportRef {
  /** Its id at the app. */
  readonly reportId: string;
}

/** What the app says of it. */
export type AskedReport =
  | { readonly ready: true }
  /** @property waitMs When to ask again, where the app says it. */
  | { readonly ready: false; readonly waitMs?: number };

/** Rows that wait to become the current revision. */
export interface CollectedReport {
  readonly stage: string;
  readonly rows: number;
  readonly sealed: number;
}

/** Short activities of reports: writes of the store. */
export interface ReportActivities {
  /** Brings the report to `running`, or says why not; a run that an earlier execution left behind is taken over. */
  beginReport(
    input: ReportInput & { readonly engineRun: string },
  ): Promise<BegunReport | { readonly fault: ReportFault } | { readonly refused: ReportRefusal }>;
  /** The collected rows become the current revision. @returns its number */
  createReport(
    input: ReportRef & CollectedReport & Pick<ReportDurations, 'missingMs'>,
  ): Promise<{ readonly revision: number }>;
  /** The earlier revision, if there is one, stays current. */
  failReport(input: ReportRef & ReportFault): Promise<void>;
}

/** Long activities of reports, with heartbeat: on the task queue of the connection's pool. */
export interface ReportHeavyActivities {
  /**
   * Has the app make the report in its own time; one that was requested before and not fetched yet is gone on with.
   * @param input `instead`: the app has forgotten this one
   */
  requestReport(
    input: ReportRef & { readonly instead: string | null },
  ): Promise<Pick<RequestedRef, 'reportId'>>;
  /** Asks the app once how far it is. */
  askReport(input: RequestedRef): Promise<AskedReport>;
  /** Reads the rows of the report's date and stores them apart from those of the current revision. */
  collectReport(input: ReportRef & Partial<RequestedRef>): Promise<CollectedReport>;
  /** Writes down how the collected rows differ from the current revision. */
  compareReport(input: ReportRef & CollectedReport): Promise<void>;
  /**
   * Delivers the collected rows to the destination of the report's type: what it does not have already, and what is
   * gone. May be repeated; it runs before they become current. What became of it stands in the report.
   */
  deliverReport(input: ReportRef & CollectedReport): Promise<void>;
}
