import type { TickResult } from './automations.ts';
import type { ConfigurationStatus, ConnectionStatus } from './connection.ts';
import type { Actor, Scope, StartRefusal } from './contracts.ts';
import type { ErrorCode } from './errors.ts';
import {
  type ConnectionSchedule,
  defaultConfiguration,
  globalConfiguration,
  type IngestionConfiguration,
  intervalMs,
  type Recurrence,
} from './schedule.ts';
import type { SyncStatus } from './sync.ts';
import type { SyncRefusal } from './sync-contracts.ts';

/** What the Schedules of a connection are made from. */
export interface ScheduledConnection {
  readonly _id: string;
  readonly status: ConnectionStatus;
  readonly configurationStatus: ConfigurationStatus;
  readonly ownCode: 8 | 26 | null;
  readonly timeZone: string;
  readonly schedule?: ConnectionSchedule;
  readonly resources: readonly ScheduledResource[];
}

/** A resource with the ways in which it is ingested. */
export interface ScheduledResource {
  readonly id: string;
  readonly enabled: boolean;
  readonly configurations?: readonly IngestionConfiguration[];
}

/** When a Schedule runs. */
export interface ScheduleTimes {
  /** `refresh/<connectionId>/<configuration>`, `sync/<syncId>` */
  readonly scheduleId: string;
  readonly recurrence: Recurrence;
  readonly timeZone: string;
  /** Where in the interval it runs, counted from the epoch; 0 for CRON. */
  readonly phaseMs: number;
  /** A run comes up to so much later, so that not all start at one full hour. */
  readonly jitterMs: number;
  readonly paused: boolean;
}

/** A Schedule of a connection as it should be. */
export interface DesiredSchedule extends ScheduleTimes {
  /** `global`, or `<resource>.<configuration>`. */
  readonly configuration: string;
  /** What its ticks want to be read; SNAPSHOT means `full`. */
  readonly scopes: readonly Scope[];
}

/** A Schedule of a sync as it should be. */
export interface DesiredSyncSchedule extends ScheduleTimes {
  readonly syncId: string;
}

/** What a sync's Schedule is made from. */
export interface ScheduledSync {
  readonly _id: string;
  readonly generation: number;
  readonly status: SyncStatus;
  readonly schedule: Recurrence | { readonly kind: 'MANUAL' } | { readonly kind: 'AFTER_SESSION' };
  readonly timeZone: string;
}

/** A tick of a connection: ids only. */
export interface RefreshTick {
  readonly connectionId: string;
  readonly configuration: string;
}

/** A tick of a sync: ids only. */
export interface SyncTick {
  readonly connectionId: string;
  readonly syncId: string;
}

/** A tick of an automation. */
export interface AutomationTick {
  readonly automationId: string;
  /** The instant that it stands for, ISO 8601; missing: the time at which the engine was to start it. */
  readonly at?: string;
  /** A person wants it now. */
  readonly hand?: { readonly by: Actor; readonly id: string };
}

/** The heartbeat of the service: writes the row of Overview. */
export interface OverviewTick {
  readonly system: 'overview';
}

/** Input of the workflow `tick/<scheduleId>`. */
export type TickInput = RefreshTick | SyncTick | AutomationTick | OverviewTick;

/** Why a tick of an automation starts nothing, beside what it starts says. */
export type AutomationRefusal = 'AUTOMATION_GONE' | 'DISABLED' | 'NOT_DUE' | 'SLOT_DONE' | 'NO_REPORT_TYPES';

/** What became of a tick. */
export interface TickOutcome {
  /**
   * `kept`: an open session works or waits, and the scope runs next. `retried`: the open session stands in an error.
   * `continued`: the latest one closed in an error and goes on first. Of automations also what
   * {@link TickResult} says. `noted`: the row of Overview was written.
   */
  readonly decision: 'started' | 'kept' | 'retried' | 'continued' | 'noted' | TickResult;
  /** Of `skipped` and `failed`. */
  readonly reason: StartRefusal | SyncRefusal | AutomationRefusal | ErrorCode | null;
  /** The one that was found; null where there is none, or a new one was started. */
  readonly sessionId: string | null;
}

const cronJitterMs = 30_000;

export const scheduleIdOf = (connectionId: string, configuration: string): string =>
  `refresh/${connectionId}/${configuration}`;

export const syncScheduleIdOf = (syncId: string): string => `sync/${syncId}`;

/** The configurations of a resource; without any of its own it has the default one. */
export const configurationsOf = ({
  configurations,
}: Pick<ScheduledResource, 'configurations'>): readonly IngestionConfiguration[] =>
  configurations ?? [defaultConfiguration];

/** Schedules run in these; in the others they are paused. */
const running: readonly ConnectionStatus[] = ['STARTED', 'STARTING'];

/** Spreads connections over an interval: FNV-1a of the text. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++)
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193) >>> 0;
  return hash;
}

/** The Schedules that a connection should have; none before it is finalized and after its door is closed. */
export function schedulesOf(connection: ScheduledConnection): readonly DesiredSchedule[] {
  const { _id, status, timeZone, schedule, resources } = connection;
  if (!hasSchedules(connection)) return [];
  const enabled = resources.filter((resource) => resource.enabled);
  const made = (
    configuration: string,
    recurrence: Recurrence,
    scopes: readonly Scope[],
  ): DesiredSchedule => ({
    scheduleId: scheduleIdOf(_id, configuration),
    configuration,
    recurrence,
    timeZone,
    phaseMs: phaseOf(_id, recurrence),
    jitterMs: recurrence.kind === 'CRON' ? cronJitterMs : 0,
    paused: !running.includes(status),
    scopes,
  });
  const own = enabled.flatMap((resource) =>
    configurationsOf(resource).flatMap(({ id, enabled: on, schedule: when, strategy }) => {
      if (!on || when.kind === 'GLOBAL') return [];
      const configuration = `${resource.id}.${id}`;
      const full = strategy === 'SNAPSHOT' ? { full: true } : {};
      return [made(configuration, when, [{ configuration, resources: [resource.id], ...full }])];
    }),
  );
  const scopes = globalScopes(enabled);
  if (schedule === undefined || schedule.kind === 'MANUAL' || scopes.length === 0) return own;
  return [made(globalConfiguration, schedule, scopes), ...own];
}

function hasSchedules({ status, configurationStatus, ownCode }: Standing): boolean {
  const exists = configurationStatus === 'FINALIZED' && status !== 'CONFIGURING' && status !== 'DISCONNECTED';
  return exists && ownCode !== 26;
}

type Standing = Pick<ScheduledConnection, 'status' | 'configurationStatus' | 'ownCode'>;

/** The Schedules that the syncs of a connection should have: paused with it, and while a sync is disabled. */
export function syncSchedulesOf(
  connection: Standing & { readonly generation: number },
  syncs: readonly ScheduledSync[],
): readonly DesiredSyncSchedule[] {
  if (!hasSchedules(connection)) return [];
  return syncs.flatMap(({ _id: syncId, generation, status, schedule, timeZone }) => {
    if (schedule.kind === 'MANUAL' || schedule.kind === 'AFTER_SESSION') return [];
    if (generation !== connection.generation) return [];
    return [
      {
        scheduleId: syncScheduleIdOf(syncId),
        syncId,
        recurrence: schedule,
        timeZone,
        phaseMs: phaseOf(syncId, schedule),
        jitterMs: schedule.kind === 'CRON' ? cronJitterMs : 0,
        paused: !running.includes(connection.status) || status === 'disabled',
      },
    ];
  });
}

/** Seconds are what the engine counts in. */
function phaseOf(id: string, recurrence: Recurrence): number {
  if (recurrence.kind === 'CRON') return 0;
  return (hashOf(id) % (intervalMs(recurrence.every) / 1000)) * 1000;
}

/** What the connection's own schedule reads: a full read is a pass of its own, as a session reads in one way. */
function globalScopes(enabled: readonly ScheduledResource[]): Scope[] {
  const strategies = (resource: ScheduledResource) =>
    configurationsOf(resource)
      .filter((one) => one.enabled && one.schedule.kind === 'GLOBAL')
      .map(({ strategy }) => strategy);
  const full = enabled.filter((one) => strategies(one).includes('SNAPSHOT')).map(({ id }) => id);
  const changed = enabled
    .filter((one) => strategies(one).length > 0 && !full.includes(one.id))
    .map(({ id }) => id);
  const scope = (ids: readonly string[]): Scope[] => {
    if (ids.length === 0) return [];
    // All of them is a whole pass, which also takes what lies in the inbox.
    return [
      { configuration: globalConfiguration, ...(ids.length === enabled.length ? {} : { resources: ids }) },
    ];
  };
  return [...scope(changed), ...scope(full).map((one) => ({ ...one, full: true }))];
}
