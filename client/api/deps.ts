import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { SecretBox } from '../../platform/crypto.ts';
import type { Egress } from '../../platform/egress.ts';
import type { Stores } from '../../stores/open.ts';
import type { Dispatcher } from '../dispatcher.ts';
import type { SessionsPort } from '../sessions-port.ts';

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
}

/** The dependencies as routes see them, defaults filled in. */
export interface RouteDeps extends ApiDeps {
  readonly now: () => Date;
  readonly waitMs: number;
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
