import { resolve } from 'node:path';
import { z } from 'zod';
import { defaultDurations, type SessionDurations } from '../domain/contracts.ts';
import { TributaryError } from '../domain/errors.ts';
import type { ReportDurations } from '../domain/report-contracts.ts';
import { type Cap, defaultSessionCaps, type SessionCaps } from '../domain/slots.ts';
import { type AlertSettings, alertFault, alertSettings, alertsOf } from './settings-alerts.ts';
import { executables, folders } from './settings-destinations.ts';
import { reportDurationsOf, reportSettings } from './settings-reports.ts';
import { type SyncBaseSettings, syncBaseOf, syncBaseSettings } from './settings-sync-base.ts';
import {
  type SupervisorKind,
  type WatchdogSettings,
  watchdogOf,
  watchdogSettings,
} from './settings-watchdog.ts';

/** A key of 32 bytes and the id by which what it sealed names it. */
export interface NamedKey {
  readonly id: string;
  readonly key: Buffer;
}

const text = z.string().optional();
const wholeSecs = (defaultSecs: number) =>
  z.coerce
    .number('must be a number of seconds')
    .int('must be whole seconds')
    .positive('must be above 0')
    .default(defaultSecs);
const wholeDays = (defaultDays: number) =>
  z.coerce
    .number('must be a number of days')
    .int('must be whole days')
    .min(1, 'must be 1 or more')
    .default(defaultDays);
/** Set in seconds, kept in milliseconds. */
const durationMs = (name: Exclude<keyof SessionDurations, 'quickMs'>) =>
  wholeSecs(defaultDurations[name] / 1000).transform((secs) => secs * 1000);
const sessionsAtOnce = (cap: Cap) =>
  z.coerce
    .number('must be a number of sessions')
    .int('must be whole')
    .min(1, 'must be 1 or more')
    .default(defaultSessionCaps[cap]);
const listOf = (defaultValue: string) =>
  z
    .string()
    .default(defaultValue)
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(
      z.array(
        z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be names of a-z, 0-9 and -, separated by commas'),
      ),
    );

const keys = z
  .string()
  .default('')
  .transform((list, context): NamedKey[] =>
    list
      .split(',')
      .filter((entry) => entry !== '')
      .map((entry, index) => {
        const [id = '', encoded = ''] = entry.trim().split(/:(.*)/s);
        const key = Buffer.from(encoded, 'base64');
        if (!/^[\w-]+$/.test(id) || key.length !== 32) {
          context.addIssue(
            `key ${index + 1} must be written keyId:base64 of 32 bytes (openssl rand -base64 32)`,
          );
        }
        return { id, key };
      }),
  );

const schema = z.strictObject({
  TRIBUTARY_DATA: z
    .string()
    .default('.tributary')
    .transform((folder) => resolve(folder)),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s/:]+:\d+$/, 'must be host:port')
    .optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/./, 'must start with mongodb:// or mongodb+srv://')
    .optional(),
  MONGODB_DATABASE: z
    .string()
    .regex(/^[\w-]{1,38}$/, 'must be at most 38 letters, digits, - and _')
    .default('tributary'),
  TRIBUTARY_API_HOST: z.string().default('127.0.0.1'),
  TRIBUTARY_API_PORT: z.coerce
    .number('must be a port')
    .int('must be a port')
    .min(0)
    .max(65_535)
    .default(7700),
  TRIBUTARY_PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  TRIBUTARY_TOKEN: z.string().min(16, 'must have 16 characters or more').optional(),
  TRIBUTARY_SECRETS_KEYS: keys,
  TRIBUTARY_CODEC_KEYS: keys,
  TRIBUTARY_TASK_QUEUE: text.default('tributary'),
  TRIBUTARY_POOLS: listOf('default'),
  TRIBUTARY_WORKFLOW_BUNDLE: text,
  TRIBUTARY_EGRESS_ALLOW: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    ),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be one of fatal, error, warn, info, debug, trace, silent',
    )
    .default('info'),
  TRIBUTARY_AUTHORIZATION_SECS: durationMs('authorizationMs'),
  TRIBUTARY_LINK_VALID_SECS: durationMs('linkValidMs'),
  TRIBUTARY_WEBHOOK_WAIT_SECS: durationMs('webhookWaitMs'),
  TRIBUTARY_NO_PROGRESS_SECS: durationMs('noProgressMs'),
  TRIBUTARY_LOADING_SECS: durationMs('loadingMs'),
  TRIBUTARY_STAGE_SECS: durationMs('stageMs'),
  TRIBUTARY_DECISION_WINDOW_SECS: durationMs('decisionWindowMs'),
  TRIBUTARY_HEARTBEAT_SECS: durationMs('heartbeatMs'),
  TRIBUTARY_RETRY_INITIAL_SECS: durationMs('retryInitialMs'),
  TRIBUTARY_QUARANTINE_THRESHOLD: z.coerce.number('must be a number from 0 to 1').min(0).max(1).default(0.1),
  TRIBUTARY_QUARANTINE_FLOOR_ROWS: z.coerce.number('must be a number of rows').int().min(0).default(0),
  TRIBUTARY_GRANT_WARNING_DAYS: z.coerce
    .number('must be a number of days')
    .int('must be whole days')
    .min(1, 'must be 1 or more')
    .default(7),
  TRIBUTARY_STATISTICS_DAYS: z.coerce
    .number('must be a number of days')
    .int('must be whole days')
    .min(1, 'must be 1 or more')
    .default(365),
  TRIBUTARY_RAW_BATCH_DAYS: wholeDays(30),
  TRIBUTARY_AUTO_PAUSE_FAILURES: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .default(10),
  TRIBUTARY_AUTO_PAUSE_DAYS: wholeDays(7),
  TRIBUTARY_PLAN_SECS: wholeSecs(900),
  TRIBUTARY_DESTINATION_FOLDERS: folders,
  TRIBUTARY_SINGER_TARGETS: executables,
  TRIBUTARY_SOURCE_PROGRAMS: executables,
  TRIBUTARY_SOURCE_FOLDERS: folders,
  TRIBUTARY_QUARANTINE_DAYS: wholeDays(90),
  TRIBUTARY_QUARANTINE_WARNING_DAYS: wholeDays(7),
  TRIBUTARY_SYNC_REMINDER_DAYS: wholeDays(7),
  TRIBUTARY_EVENT_DISABLE_DAYS: wholeDays(5),
  TRIBUTARY_MAX_SESSIONS_PER_COMPANY: sessionsAtOnce('company'),
  TRIBUTARY_MAX_SESSIONS_PER_APP: sessionsAtOnce('app'),
  TRIBUTARY_MAX_SESSIONS_PER_POOL: sessionsAtOnce('pool'),
  ...alertSettings,
  ...watchdogSettings,
  ...reportSettings,
  ...syncBaseSettings,
  TRIBUTARY_CATCHUP_WINDOW_SECS: wholeSecs(600),
  TRIBUTARY_WORKFLOW_TASK_TIMEOUT_SECS: wholeSecs(10),
  TRIBUTARY_STICKY_TIMEOUT_SECS: wholeSecs(10),
});

/** The name of every setting, as it stands in the environment. */
export const settingNames: readonly string[] = Object.keys(schema.shape);

/** Everything that can be set, parsed. */
export interface Settings {
  /** Absolute path. */
  readonly dataFolder: string;
  /** Without an address the embedded engine is used. */
  readonly temporal: { readonly address?: string | undefined; readonly namespace: string };
  /** Without a URI the embedded store is used. */
  readonly mongodb: { readonly uri?: string | undefined; readonly database: string };
  readonly api: {
    readonly host: string;
    /** 0 picks a free one. */
    readonly port: number;
    readonly publicUrl?: string | undefined;
    readonly token?: string | undefined;
  };
  /** For secrets at rest; the first is current. Empty: a key file in the data folder is used. */
  readonly secretsKeys: readonly NamedKey[];
  /** For Temporal payloads; the first is current. Empty: the codec is off. */
  readonly codecKeys: readonly NamedKey[];
  readonly taskQueue: string;
  readonly pools: readonly string[];
  /** File of workflows that were bundled before. Without it the build's, or the sources are bundled at start. */
  readonly workflowBundle?: string | undefined;
  /** Hosts, addresses and ranges (CIDR) that may be asked although they are private. */
  readonly egressAllow: readonly string[];
  readonly logLevel: string;
  /** Set in seconds (TRIBUTARY_..._SECS); frozen into a workflow's input when it starts. */
  readonly durations: SessionDurations;
  /** Share of rows (0 to 1) in quarantine above which structuring fails. */
  readonly quarantineThreshold: number;
  /** So many rows in quarantine never fail structuring, whatever their share. */
  readonly quarantineFloorRows: number;
  /** Days before a grant ends at which the first warning is written. */
  readonly grantWarningDays: number;
  /** Days after which the statistics of a run are deleted. */
  readonly statisticsDays: number;
  /** Days that raw batches of sessions that are over are kept. */
  readonly rawBatchDays: number;
  /** A connection is paused by itself after so many failures and so many days, both. */
  readonly autoPause: { readonly failures: number; readonly days: number };
  /** How long a plan may be carried out. */
  readonly planMs: number;
  /** Where file destinations may write, and which programs Singer destinations may run, by name. */
  readonly destinations: {
    readonly folders: readonly string[];
    readonly executables: Readonly<Record<string, readonly string[]>>;
  };
  /** Programs that Singer taps and Airbyte sources may be, by name, and folders below which files may be read. */
  readonly sources: {
    readonly programs: Readonly<Record<string, readonly string[]>>;
    readonly folders: readonly string[];
  };
  /** Days after which a disabled or failed sync needs a person. */
  readonly syncReminderDays: number;
  /** Days without a success after which a subscription to events is disabled. */
  readonly eventDisableDays: number;
  /** Days after which rows in quarantine are discarded. */
  readonly quarantineDays: number;
  /** Days before that at which somebody is told. */
  readonly quarantineWarningDays: number;
  /** How many sessions work at a time, of each company, app and pool. */
  readonly sessionCaps: SessionCaps;
  /** Where alerts are told. */
  readonly alerts: AlertSettings;
  readonly watchdog: WatchdogSettings;
  /** Frozen into each report when it starts. */
  readonly reportDurations: ReportDurations;
  readonly syncBase: SyncBaseSettings;
  /** What restarts the processes; unset: nobody said. */
  readonly supervisor: SupervisorKind | undefined;
  /** Ticks of Schedules that were missed are made up for, up to so long after. */
  readonly catchupWindowSecs: number;
  readonly workflowTaskTimeoutSecs: number;
  readonly stickyTimeoutSecs: number;
}

/**
 * Parses the settings from the environment. An empty value counts as not set.
 * @throws {TributaryError} SETTINGS_INVALID naming every setting that cannot be used, never its value.
 */
export function parseSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const given = Object.fromEntries(settingNames.filter((name) => env[name]).map((name) => [name, env[name]]));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => ({
      setting: String(path[0]),
      fault: message,
    }));
    const lines = faults.map(({ setting, fault }) => `  ${setting}: ${fault}`);
    throw new TributaryError('SETTINGS_INVALID', `These settings cannot be used:\n${lines.join('\n')}`, {
      faults,
    });
  }
  const s = parsed.data;
  const pair = alertFault(s);
  if (pair !== null)
    throw new TributaryError(
      'SETTINGS_INVALID',
      `These settings cannot be used:\n  ${pair.setting}: ${pair.fault}`,
      { faults: [pair] },
    );
  return {
    dataFolder: s.TRIBUTARY_DATA,
    temporal: { address: s.TEMPORAL_ADDRESS, namespace: s.TEMPORAL_NAMESPACE },
    mongodb: { uri: s.MONGODB_URI, database: s.MONGODB_DATABASE },
    api: {
      host: s.TRIBUTARY_API_HOST,
      port: s.TRIBUTARY_API_PORT,
      publicUrl: s.TRIBUTARY_PUBLIC_URL,
      token: s.TRIBUTARY_TOKEN,
    },
    secretsKeys: s.TRIBUTARY_SECRETS_KEYS,
    codecKeys: s.TRIBUTARY_CODEC_KEYS,
    taskQueue: s.TRIBUTARY_TASK_QUEUE,
    pools: s.TRIBUTARY_POOLS,
    workflowBundle: s.TRIBUTARY_WORKFLOW_BUNDLE,
    egressAllow: s.TRIBUTARY_EGRESS_ALLOW,
    logLevel: s.LOG_LEVEL,
    durations: {
      authorizationMs: s.TRIBUTARY_AUTHORIZATION_SECS,
      linkValidMs: s.TRIBUTARY_LINK_VALID_SECS,
      webhookWaitMs: s.TRIBUTARY_WEBHOOK_WAIT_SECS,
      noProgressMs: s.TRIBUTARY_NO_PROGRESS_SECS,
      loadingMs: s.TRIBUTARY_LOADING_SECS,
      stageMs: s.TRIBUTARY_STAGE_SECS,
      decisionWindowMs: s.TRIBUTARY_DECISION_WINDOW_SECS,
      heartbeatMs: s.TRIBUTARY_HEARTBEAT_SECS,
      retryInitialMs: s.TRIBUTARY_RETRY_INITIAL_SECS,
    },
    quarantineThreshold: s.TRIBUTARY_QUARANTINE_THRESHOLD,
    quarantineFloorRows: s.TRIBUTARY_QUARANTINE_FLOOR_ROWS,
    grantWarningDays: s.TRIBUTARY_GRANT_WARNING_DAYS,
    statisticsDays: s.TRIBUTARY_STATISTICS_DAYS,
    rawBatchDays: s.TRIBUTARY_RAW_BATCH_DAYS,
    autoPause: { failures: s.TRIBUTARY_AUTO_PAUSE_FAILURES, days: s.TRIBUTARY_AUTO_PAUSE_DAYS },
    planMs: s.TRIBUTARY_PLAN_SECS * 1000,
    destinations: { folders: s.TRIBUTARY_DESTINATION_FOLDERS, executables: s.TRIBUTARY_SINGER_TARGETS },
    sources: { programs: s.TRIBUTARY_SOURCE_PROGRAMS, folders: s.TRIBUTARY_SOURCE_FOLDERS },
    syncReminderDays: s.TRIBUTARY_SYNC_REMINDER_DAYS,
    eventDisableDays: s.TRIBUTARY_EVENT_DISABLE_DAYS,
    quarantineDays: s.TRIBUTARY_QUARANTINE_DAYS,
    quarantineWarningDays: s.TRIBUTARY_QUARANTINE_WARNING_DAYS,
    sessionCaps: {
      company: s.TRIBUTARY_MAX_SESSIONS_PER_COMPANY,
      app: s.TRIBUTARY_MAX_SESSIONS_PER_APP,
      pool: s.TRIBUTARY_MAX_SESSIONS_PER_POOL,
    },
    alerts: alertsOf(s),
    watchdog: watchdogOf(s),
    reportDurations: reportDurationsOf(s),
    syncBase: syncBaseOf(s),
    supervisor: s.TRIBUTARY_SUPERVISOR,
    catchupWindowSecs: s.TRIBUTARY_CATCHUP_WINDOW_SECS,
    workflowTaskTimeoutSecs: s.TRIBUTARY_WORKFLOW_TASK_TIMEOUT_SECS,
    stickyTimeoutSecs: s.TRIBUTARY_STICKY_TIMEOUT_SECS,
  };
}
