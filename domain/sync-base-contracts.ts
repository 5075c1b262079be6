/** Workflow type of one pass over a SYNC base. */
export const syncBaseWorkflowType = 'syncBase';

export const syncBaseScheduleIdOf = (baseId: string): string => `sync-base/${baseId}`;

/** Incident of a SYNC base that cannot be reached or used: one for each base. */
export const syncBaseIncidentOf = (baseId: string): string => `airtable/${baseId}`;

export interface SyncBaseInput {
  readonly baseId: string;
  /** How long a pass tries to get through; then its Schedule begins another. */
  readonly patienceMs: number;
}

/** What the parts of a pass found; counts only. */
export interface BasePulled {
  /** Null: it is attached no longer. */
  readonly changes: number | null;
  readonly listed: boolean;
}
export interface BaseApplied {
  readonly taken: number;
  readonly held: number;
  readonly refused: number;
}
export interface BasePushed {
  readonly written: number;
  readonly removed: number;
  readonly rejected: number;
}

/** What became of a pass. */
export interface SyncBaseOutcome extends BaseApplied, BasePushed {
  readonly changes: number;
  /** `failed`: the base could not be used; the reason is with the base. */
  readonly decision: 'done' | 'detached' | 'failed';
}
