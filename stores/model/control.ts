import type { Automation, LogLine, TickResult } from '../../domain/automations.ts';
import type { Actor } from '../../domain/contracts.ts';

/** A row of Automations. `_id` is its id; compare-and-set goes by (_id, seq). */
export interface AutomationDoc extends Omit<Automation, 'id'> {
  readonly _id: string;
  readonly seq: number;
  /** Its times count from here on: when it was made, enabled, or given another time. */
  readonly since: Date;
  /** Fingerprint of the Schedule that the engine has; null: not known. */
  readonly applied: string | null;
  readonly createdBy: Actor;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** When each field was changed last by somebody; one that is not there: when it was made. */
  readonly changedAt?: FieldTimes;
  /** Rows of Logs about it that are not written yet; see stores/logged.ts. */
  readonly unlogged?: readonly LogDoc[];
}

/** Times by the field's name. */
export type FieldTimes = Readonly<Record<string, Date>>;

/**
 * What became of one due time of an automation. `_id` is `<automationId>/<slot>`, of a run by hand
 * `<automationId>/<slot>/hand/<id>`: whoever inserts it does the work, so that one slot runs once.
 */
export interface AutomationTickDoc {
  readonly _id: string;
  readonly automationId: string;
  readonly slot: string;
  /** When it was due; of a run by hand when it was asked for. */
  readonly dueAt: Date;
  readonly by: Actor;
  /** `running`: it is being started, by the tick that `holder` names. */
  readonly outcome: TickResult | 'running';
  readonly holder: string | null;
  /** Why it was skipped: a code; null: it was not. */
  readonly reason: string | null;
  /** For people. */
  readonly text: string;
  readonly at: Date;
  readonly seq: number;
}

/** A row of Logs. `_id` begins with its time, so that its order is that of time. */
export interface LogDoc extends LogLine {
  readonly _id: string;
}

/** The row of Overview. `_id` is `service`. */
export interface OverviewDoc {
  readonly _id: string;
  /** When the service last said that it lives. */
  readonly timestamp: Date;
  /** Of the worker that said so. */
  readonly versions: Readonly<Record<string, string>>;
}
