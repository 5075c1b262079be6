import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { DeliveryPorts } from '../../activities/ports.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { SourcePlaces } from '../../connectors/registry.ts';
import type { SecretBox } from '../../platform/crypto.ts';
import type { Egress } from '../../platform/egress.ts';
import type { SyncBaseSettings } from '../../platform/settings-sync-base.ts';
import type { AutoPause } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import type { AlertPorts } from '../alerts/ports.ts';
import type { AutomationsPort } from '../automations-port.ts';
import type { Dispatcher } from '../dispatcher.ts';
import type { ReportsPort } from '../reports-port.ts';
import type { SessionsPort } from '../sessions-port.ts';
import type { SyncBaseSchedules } from '../sync-base-schedules.ts';
import type { SyncSchedules } from '../sync-schedules.ts';
import type { SyncsPort } from '../syncs-port.ts';
import type { Authenticate } from './auth.ts';

/** What the API is made of. */
export interface ApiDeps {
  readonly stores: Stores;
  readonly sessions: SessionsPort;
  readonly dispatcher: Pick<Dispatcher, 'nudge'>;
  /** Connector definitions by app id, as they are now. @throws {TributaryError} DEFINITION_INVALID */
  readonly definitions: () => ReadonlyMap<string, ConnectorDefinition>;
  readonly secrets: SecretBox;
  /** Asks every address that a user can set. */
  readonly egress: Egress;
  /** What `Authorization: Bearer ...` must carry. */
  readonly token: string;
  /** Address at which people and apps reach this API; asked at each use. */
  readonly publicUrl: () => string;
  readonly log: Logger;
  readonly now?: () => Date;
  /** How long an answer waits for what a session writes within moments. @default 5000 */
  readonly waitMs?: number;
  /** How long a plan may be carried out. @default 900000 */
  readonly planMs?: number;
  /** Days that raw batches are kept where the connection says nothing else. @default 30 */
  readonly rawBatchDays?: number;
  /** Days after which rows in quarantine are discarded. @default 90 */
  readonly quarantineDays?: number;
  /** Days before that at which somebody is told. @default 7 */
  readonly quarantineWarningDays?: number;
  /** When a connection is paused by itself where it says nothing else. @default 10 failures and 7 days */
  readonly autoPause?: AutoPause;
  /** Runs of syncs, and their Schedules. Missing: what needs them answers ENGINE_UNAVAILABLE. */
  readonly syncs?: SyncsPort;
  readonly syncSchedules?: SyncSchedules;
  /** Schedules of the control base. Missing: they come into force when the sweep finds an engine. */
  readonly automations?: AutomationsPort;
  /** Starts reports. Missing: what needs it answers ENGINE_UNAVAILABLE. */
  readonly reports?: ReportsPort;
  /** Where syncs deliver. @default every kind of destination, without folders and programs */
  readonly delivery?: DeliveryPorts;
  /** Programs and folders that sources may use: connections are tested here too. Missing: none. */
  readonly sources?: SourcePlaces;
  /** Missing: alerts are listed, and nobody is told. */
  readonly alerts?: AlertPorts;
  /** Days after which a disabled or failed sync needs a person. @default 7 */
  readonly syncReminderDays?: number;
  /** The SYNC base in Airtable. Missing: there is no token. */
  readonly syncBase?: SyncBaseSettings;
  /** Missing: its Schedules come into force when the sweep finds an engine. */
  readonly syncBaseSchedules?: SyncBaseSchedules;
}

/** The dependencies as routes see them, defaults filled in. */
export interface RouteDeps extends ApiDeps {
  readonly now: () => Date;
  readonly waitMs: number;
  readonly planMs: number;
  readonly rawBatchDays: number;
  readonly quarantineDays: number;
  readonly quarantineWarningDays: number;
  readonly autoPause: AutoPause;
  readonly syncs: SyncsPort;
  readonly syncSchedules: SyncSchedules;
  readonly automations: AutomationsPort;
  readonly reports: ReportsPort;
  readonly delivery: DeliveryPorts;
  readonly syncReminderDays: number;
  readonly syncBase: SyncBaseSettings;
  readonly syncBaseSchedules: SyncBaseSchedules;
  readonly alerts: AlertPorts;
  readonly authenticate: Authenticate;
  /** The public address without a slash at the end, then the path. */
  readonly address: (path: string) => string;
}

export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Adds one route. */
export type Route = (api: Api, deps: RouteDeps) => void;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without a token. */
    readonly open?: boolean;
  }
}
