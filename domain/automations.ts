import type { Actor } from './contracts.ts';

/** How often an automation runs (document 003). */
export const automationRuns = ['Daily', 'Weekly', 'Interval'] as const;
export type AutomationRun = (typeof automationRuns)[number];

export const weekdays = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;
export type Weekday = (typeof weekdays)[number];

/** What a run that was missed (the engine was down) comes to. */
export const missedPolicies = ['runAll', 'runOnce', 'skip'] as const;
export type MissedPolicy = (typeof missedPolicies)[number];

/** What an automation does. */
export type AutomationTask =
  | { readonly kind: 'report'; readonly reportType: string }
  | { readonly kind: 'refresh'; readonly connectionId: string; readonly full?: boolean }
  | { readonly kind: 'sync'; readonly syncId: string }
  /** Deletes what is older than its settings allow: raw batches, and plans that ended. */
  | { readonly kind: 'retention' }
  /** Fills the gaps of the last so many days. */
  | { readonly kind: 'fill'; readonly reportType: string; readonly days: number };

/** A row of Automations; people see "schedule". */
export interface Automation {
  /** A slug. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly task: AutomationTask;
  readonly run: AutomationRun;
  /** 24 h, `HH:MM`; of Interval the length of the period, 00:01 to 24:00. */
  readonly time: string;
  /** An IANA name, or an offset from GMT such as `-7`, `GMT-7`, `+05:30`. @default '-7' */
  readonly timezone: string;
  /** Of Weekly. */
  readonly weekday: Weekday | null;
  readonly disabled: boolean;
  readonly missed: MissedPolicy;
}

/** One time at which an automation is due. */
export interface DueTime {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of Daily and Weekly the date in the automation's zone, YYYY-MM-DD; of Interval the scheduled time, ISO 8601 UTC. */
  readonly slot: string;
}

/**
 * What became of a due time. `joined`: what it starts was running already. `missed`: it came too late, by the policy
 * `skip`. `coalesced`: a later due time runs in its place, by the policy `runOnce`.
 */
export const tickResults = ['started', 'joined', 'skipped', 'missed', 'coalesced', 'failed'] as const;
export type TickResult = (typeof tickResults)[number];

/** Who changed what of the control base: a row of Logs. */
export interface LogLine {
  readonly at: Date;
  readonly by: Actor;
  /** What was changed or happened: `automation/<id>`, `report-type/<id>`, `report/<type>/<slot>`, `service`. */
  readonly subject: string;
  /** For people. */
  readonly text: string;
  readonly before: unknown;
  readonly after: unknown;
}
