import type { Actor } from './contracts.ts';

/** Why a report runs. */
export const reportOccasions = ['due', 'repeat', 'fill', 'hand', 'retry'] as const;
export type ReportOccasion = (typeof reportOccasions)[number];

/** One for each type and slot: a second start joins the open one. */
export const reportWorkflowId = (type: string, slot: string): string => `report/${type}/${slot}`;
export const reportFillWorkflowId = (type: string): string => `report-fill/${type}`;
export const reportIdOf = (type: string, slot: string): string => `${type}/${slot}`;
export const reportWorkflowType = 'report';
export const reportFillWorkflowType = 'reportFill';

/** Input of the workflow `report/<type>/<slot>`: ids only. */
export interface ReportInput {
  readonly type: string;
  readonly slot: string;
  readonly occasion: ReportOccasion;
  readonly by: Actor;
  readonly durations: ReportDurations;
}

/** Frozen into each run at its start; milliseconds. */
export interface ReportDurations {
  readonly heartbeatMs: number;
  readonly retryInitialMs: number;
  /** All attempts to get and write the rows. */
  readonly stageMs: number;
  /** Of a report that the app makes in its own time: before the second question whether it is ready; later ones are further apart. */
  readonly pollMs: number;
  /** How long it is waited for in all. */
  readonly readyMs: number;
  /** A report that comes later than this after it was due is late; one that did not come is missing. */
  readonly missingMs: number;
}

export const defaultReportDurations: ReportDurations = {
  heartbeatMs: 30_000,
  retryInitialMs: 1_000,
  stageMs: 7_200_000,
  pollMs: 30_000,
  readyMs: 21_600_000,
  missingMs: 86_400_000,
};

/** Why an execution made no report. */
export const reportRefusals = [
  'NOT_FOUND',
  'SLOT_INVALID',
  'DATE_TO_COME',
  'REAL_TIME',
  'TYPE_INACTIVE',
  'CREATED_ALREADY',
  'REPEATED_ALREADY',
  'FAIL_NOT_CLEARED',
] as const;
export type ReportRefusal = (typeof reportRefusals)[number];

/** How an execution ended. A failed report is a failed execution instead, its type the reason. */
export interface ReportOutcome {
  /** `<type>/<slot>` */
  readonly id: string;
  /** Null: it was not made, for this reason. */
  readonly refused: ReportRefusal | null;
  /** The current revision, as far as it is known here. */
  readonly revision: number | null;
  readonly rows: number | null;
}

/** Input of the workflow `report-fill/<type>`: the slots that have no report. */
export interface ReportFillInput {
  readonly type: string;
  readonly slots: readonly string[];
  /** Reports that are made at the same time. */
  readonly atOnce: number;
  readonly by: Actor;
  readonly durations: ReportDurations;
}

/** What became of the slots of a fill. */
export interface ReportFillOutcome {
  readonly created: number;
  readonly failed: number;
  /** Made by somebody else meanwhile, or refused. */
  readonly left: number;
}
