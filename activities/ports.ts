import type { Logger } from 'pino';
import type { ConnectorCallbacks } from '../connectors/callbacks.ts';
import type { ConnectorDefinition } from '../connectors/definition.ts';
import type { SourcePlaces } from '../connectors/registry.ts';
import type { Paces } from '../connectors/rest/paces.ts';
import type { DestinationContext, DestinationDriver } from '../destinations/contract.ts';
import { type Actor, defaultDurations, type SessionDurations } from '../domain/contracts.ts';
import type { DestinationKind } from '../domain/delivery.ts';
import type { ReportOccasion } from '../domain/report-contracts.ts';
import type { SessionCaps } from '../domain/slots.ts';
import type { SyncDurations } from '../domain/sync-contracts.ts';
import type { SecretBox } from '../platform/crypto.ts';
import type { Egress } from '../platform/egress.ts';
import type { SyncBaseSettings } from '../platform/settings-sync-base.ts';
import type { Stores } from '../stores/open.ts';
import type { Forecaster } from './processing/forecasting/pool.ts';

/** Sizes and thresholds; settings. */
export interface Limits {
  /** A batch closes at so many rows, so many bytes of JSON, or this old, whatever comes first. */
  readonly batchRows: number;
  readonly batchBytes: number;
  readonly batchAgeMs: number;
  /** A larger row goes to quarantine with its hash and its beginning. */
  readonly rowBytes: number;
  /** Share of a resource's rows in quarantine above which structuring fails, 0 to 1. */
  readonly quarantineShare: number;
  /** Up to so many rows in quarantine never fail structuring, unless they are all. */
  readonly quarantineFloorRows: number;
}

export const defaultLimits: Limits = {
  batchRows: 5_000,
  batchBytes: 4 * 1024 * 1024,
  batchAgeMs: 10_000,
  rowBytes: 1024 * 1024,
  quarantineShare: 0.1,
  quarantineFloorRows: 0,
};

/** How ticks come and what they start. */
export interface TickSettings {
  /** Ticks that were missed are made up for, up to so long after. */
  readonly catchupWindowMs: number;
  /** Frozen into each session that a tick starts. */
  readonly durations: SessionDurations;
  /** Of these sessions; missing: the engine's default. */
  readonly workflowTaskTimeoutMs?: number;
}

export const defaultTicks: TickSettings = { catchupWindowMs: 600_000, durations: defaultDurations };

/** Where syncs deliver, and how their runs are started by a session's end. */
export interface DeliveryPorts {
  readonly driver: (kind: DestinationKind) => DestinationDriver;
  readonly context: DestinationContext;
  /** Frozen into each run that is started here. @default defaultSyncDurations */
  readonly durations?: SyncDurations;
}

/** A report that somebody wants. */
export interface ReportWish {
  readonly type: string;
  /** See `DueTime`. */
  readonly slot: string;
  readonly occasion: ReportOccasion;
  readonly by: Actor;
}

/** What became of the wish. */
export interface ReportStart {
  readonly decision: 'started' | 'joined' | 'skipped';
  /** Why nothing was started, for people. */
  readonly text?: string;
}

/** What activities are made from. */
export interface ActivityPorts {
  readonly stores: Stores;
  /** By app id. Asked at every use, so that a mended definition counts at the next retry. */
  readonly definition: (app: string) => ConnectorDefinition;
  /** What a connector made of code has to say to lifecycle procedures, by app id. Definitions in YAML have none. */
  readonly callbacks?: (app: string) => ConnectorCallbacks | undefined;
  readonly secrets: SecretBox;
  /** Asks every address that a user can set. */
  readonly egress: Egress;
  /** Programs and folders that sources may use. Missing: none. */
  readonly sources?: SourcePlaces;
  readonly log: Logger;
  readonly limits: Limits;
  /** How many sessions work at a time. @default defaultSessionCaps */
  readonly caps?: SessionCaps;
  /** Address at which the OAuth callback of this installation is reached. */
  readonly callbackUrl: () => string;
  /** Missing: nothing can be delivered by this process. */
  readonly delivery?: DeliveryPorts;
  /** Task queue of a pool. */
  readonly poolQueue: (pool: string) => string;
  /** Of Schedules and of the sessions that their ticks start. Missing: the defaults. */
  readonly ticks?: TickSettings;
  /** Starts the report of a type and slot, or joins the open one. Missing: there are no report types. */
  readonly startReport?: (wish: ReportWish) => Promise<ReportStart>;
  /** Starts the reports of a type that are missing of so many days. Missing: there are no report types. */
  readonly fillReports?: (wish: {
    readonly type: string;
    readonly days: number;
    readonly by: Actor;
  }) => Promise<{
    /** `joined`: another fill of the type is open. */
    readonly decision: 'started' | 'joined' | 'nothing';
    readonly started: number;
  }>;
  /** Days that raw batches are kept where the connection says nothing else. @default 30 */
  readonly rawBatchDays?: number;
  /** How the SYNC base in Airtable is reached. Missing: no pass over one can be made. */
  readonly syncBase?: SyncBaseSettings;
  /** One for the process; its threads start with the first series. Missing: forecasting makes none. */
  readonly forecaster?: Forecaster;
}

/** What loading is made from. */
export interface LoadingPorts extends ActivityPorts {
  /** One for the process: resources of one connection that are read at once keep its rate limit together. */
  readonly paces: Paces;
}
