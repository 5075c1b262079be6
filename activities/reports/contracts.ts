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
}

/** Why a run failed. */
export interface ReportFault {
  /** A code of the error table. */
  readonly reason: string;
  readonly detail: string;
}

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
  /** Reads the rows of the report's date and stores them apart from those of the current revision. */
  collectReport(input: ReportRef): Promise<CollectedReport>;
  /** Writes down how the collected rows differ from the current revision. */
  compareReport(input: ReportRef & CollectedReport): Promise<void>;
}
