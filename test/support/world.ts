import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { createActivities } from '../../activities/index.ts';
import { type ActivityPorts, defaultLimits, type Limits } from '../../activities/ports.ts';
import { createForecaster } from '../../activities/processing/forecasting/pool.ts';
import { createReportPorts } from '../../activities/reports/port.ts';
import { createDeliveryPorts } from '../../activities/sync/delivery-ports.ts';
import {
  connectEngine,
  createSessionsPort,
  createSyncsPort,
  type SessionsPort,
  type SyncsPort,
} from '../../client/engine.ts';
import type { ConnectorCallbacks } from '../../connectors/callbacks.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { SourcePlaces } from '../../connectors/registry.ts';
import { meaningOf } from '../../connectors/webhooks/meaning.ts';
import type { DestinationDriver } from '../../destinations/contract.ts';
import { destinationDrivers } from '../../destinations/index.ts';
import {
  type Actor,
  defaultDurations,
  type SessionDurations,
  sessionIdOf,
  sessionWorkflowId,
} from '../../domain/contracts.ts';
import type { DestinationKind } from '../../domain/delivery.ts';
import type { JsonValue } from '../../domain/json.ts';
import { defaultReportDurations, type ReportDurations } from '../../domain/report-contracts.ts';
import type { SessionStatus } from '../../domain/session.ts';
import type { SessionCaps } from '../../domain/slots.ts';
import { defaultSyncDurations, type SyncDurations } from '../../domain/sync-contracts.ts';
import { createPayloadCodecs } from '../../platform/codec.ts';
import { createSecretBox, type SecretBox } from '../../platform/crypto.ts';
import type { NamedKey } from '../../platform/settings.ts';
import type { SyncBaseSettings } from '../../platform/settings-sync-base.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import { openStores, type Stores } from '../../stores/open.ts';
import { createWorkers, type Workers } from '../../workers/create-workers.ts';
import { localEgress } from './egress.ts';
import { pagedCredentials } from './paged-app.ts';
import { byWrites, telling, until } from './until.ts';

/** Waits short enough for tests; a test that needs a long one says so. */
export const testDurations: SessionDurations = {
  ...defaultDurations,
  heartbeatMs: 3_000,
  retryInitialMs: 20,
};

/** Of reports. */
export const testReportDurations: ReportDurations = {
  ...defaultReportDurations,
  heartbeatMs: 3_000,
  retryInitialMs: 20,
};

export const tester: Actor = { kind: 'person', id: 'tester' };

/** One test file's own part of the shared engine and store: task queue, database, worker, client. */
export interface World {
  readonly stores: Stores;
  readonly client: Client;
  readonly secrets: SecretBox;
  /** By app id; a test may change them at any time, as a person mends a file. */
  readonly definitions: Map<string, ConnectorDefinition>;
  /** By app id: what a connector made of code has to say to lifecycle procedures. */
  readonly callbacks: Map<string, ConnectorCallbacks>;
  readonly limits: Limits;
  readonly taskQueue: string;
  readonly callbackUrl: string;
  /** By kind; a test may put its own in their place. */
  readonly drivers: Partial<Record<DestinationKind, DestinationDriver>>;
  sessions(durations?: Partial<SessionDurations>): SessionsPort;
  syncs(durations?: Partial<SyncDurations>): SyncsPort;
  /** Makes an app with its address and a connection that is being configured, authorized by nobody yet. */
  configuring(options: NewConnection): Promise<ConnectionDoc>;
  /** A connection that is started and authorized by the paged app's credentials. */
  started(options: NewConnection): Promise<ConnectionDoc>;
  /** Puts something into the inbox and tells the session, as API and dispatcher do. */
  deliver(connection: ConnectionDoc, entry: Delivery, port?: SessionsPort): Promise<string>;
  latest(connectionId: string): Promise<SessionDoc>;
  /** Waits until the newest session stands in the status, and gives it. */
  reaches(
    connectionId: string,
    status: SessionStatus,
    when?: (session: SessionDoc) => boolean,
  ): Promise<SessionDoc>;
  /** Waits until the newest session's run has ended, and gives the session. */
  closes(connectionId: string): Promise<SessionDoc>;
  /** The statuses that a session went through, first one first. */
  path(sessionId: string): Promise<SessionStatus[]>;
  /** Workflows and short activities. */
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  /** Heavy activities: without it a stage stands still with its activity scheduled. */
  startPool(): Promise<void>;
  stopPool(): Promise<void>;
  stop(): Promise<void>;
}

export interface NewConnection {
  readonly definition: ConnectorDefinition;
  readonly baseUrl: string;
  readonly id?: string;
  /** @default 'acme' */
  readonly company?: string;
  readonly unattended?: boolean;
  readonly client?: { readonly clientId: string; readonly clientSecret: string };
}

export interface Delivery {
  readonly kind: 'opened' | 'callback' | 'credentials' | 'webhook' | 'revoked';
  readonly payload?: JsonValue;
  readonly event?: string;
  /** What makes the id; random unless given. */
  readonly id?: string;
}

export interface WorldCaps {
  readonly caps?: Partial<SessionCaps>;
  /** Heavy activities at a time. */
  readonly heavyAtOnce?: number;
  /** False: the test starts them, or processes of its own. @default true */
  readonly workers?: boolean;
  /** Programs and folders that sources may use. */
  readonly sources?: SourcePlaces;
  /** How a SYNC base is reached. */
  readonly syncBase?: SyncBaseSettings;
}

interface Running {
  readonly all: Workers;
  readonly ended: Promise<void>;
}

Runtime.install({ logger: new DefaultLogger(process.env.TEST_LOG === 'warn' ? 'WARN' : 'ERROR') });

/**
 * @param limits Sizes that differ from the defaults.
 * @param codecKeys For Temporal payloads; none leaves them plain.
 * @param worldCaps How much works at a time; as good as everything unless given.
 */
export async function startWorld(
  limits: Partial<Limits> = {},
  codecKeys: readonly NamedKey[] = [],
  { caps = {}, heavyAtOnce, workers: atOnce = true, sources, syncBase }: WorldCaps = {},
): Promise<World> {
  const {
    TEST_TEMPORAL_ADDRESS: address,
    TEST_MONGODB_URI: uri,
    TEST_WORKFLOW_BUNDLE: bundlePath,
  } = process.env;
  assert.ok(address && uri && bundlePath, 'Run this by "npm test": it starts the engine and the store.');
  const name = `w${randomBytes(5).toString('hex')}`;
  const taskQueue = `test-${name}`;
  const opened = await openStores({ uri, database: name });
  const sets = [
    'setHeld',
    'setWaiting',
    'setResources',
    'setUntil',
    'setQuarantineLeft',
    'setSubstage',
  ] as const;
  const stores: Stores = {
    ...opened,
    sessions: telling(opened.sessions, ['adopt', 'writeStatus', 'close', ...sets]),
    syncRuns: telling(opened.syncRuns, ['write']),
  };
  const client = connectEngine({ address, namespace: 'default', codecKeys });
  const secrets = createSecretBox([{ id: 'test', key: randomBytes(32) }]);
  const definitions = new Map<string, ConnectorDefinition>();
  const callbacks = new Map<string, ConnectorCallbacks>();
  const callbackUrl = 'http://127.0.0.1/api/oauth/callback';
  const poolQueue = (pool: string) => `${taskQueue}/pool/${pool}`;
  const drivers: Partial<Record<DestinationKind, DestinationDriver>> = { ...destinationDrivers };
  const syncDurations: SyncDurations = { ...defaultSyncDurations, heartbeatMs: 3_000, retryInitialMs: 20 };
  const forecaster = createForecaster();
  const ports: ActivityPorts = {
    stores,
    forecaster,
    ...createReportPorts(stores, testReportDurations),
    secrets,
    egress: localEgress,
    ...(sources === undefined ? {} : { sources }),
    ...(syncBase === undefined ? {} : { syncBase }),
    definition: (app) => {
      const found = definitions.get(app);
      if (found === undefined) throw new Error(`no definition of ${app}`);
      return found;
    },
    log: pino({ level: 'silent' }),
    limits: { ...defaultLimits, ...limits },
    callbacks: (app) => callbacks.get(app),
    caps: { company: 1_000, app: 1_000, pool: 1_000, ...caps },
    callbackUrl: () => callbackUrl,
    poolQueue,
    delivery: createDeliveryPorts({
      egress: localEgress,
      stores,
      allow: { folders: [], executables: {} },
      durations: syncDurations,
      drivers,
    }),
    ticks: { catchupWindowMs: 600_000, durations: testDurations, workflowTaskTimeoutMs: 3_000 },
  };
  const workers: { session?: Running | undefined; pool?: Running | undefined } = {};
  let connection: NativeConnection | undefined;
  let created = 0;

  const sessions = (durations: Partial<SessionDurations> = {}) =>
    createSessionsPort(client, {
      stores,
      taskQueue,
      durations: { ...testDurations, ...durations },
      poolQueue,
      workflowTaskTimeoutMs: 3_000,
    });

  const run = async (pools: readonly string[]): Promise<Running> => {
    connection ??= await NativeConnection.connect({ address });
    const all = await createWorkers({
      connection,
      taskQueue,
      pools,
      poolQueue,
      // The heavy ones are workers of their own, which load no workflows.
      ...(pools.length === 0 && { workflows: { bundlePath } }),
      activities: createActivities(ports),
      codecs: createPayloadCodecs(codecKeys),
      stickyTimeoutSecs: 1,
      shutdownGraceSecs: 1,
      ...(heavyAtOnce === undefined ? {} : { heavyAtOnce }),
    });
    return { all, ended: all.run() };
  };
  const end = async (which: 'session' | 'pool'): Promise<void> => {
    const running = workers[which];
    workers[which] = undefined;
    running?.all.shutdown();
    await running?.ended;
  };

  const install = async (options: NewConnection, started: boolean): Promise<ConnectionDoc> => {
    const { definition, baseUrl, client: oauthClient } = options;
    created += 1;
    const id = options.id ?? `${name}-${created}`;
    const app = definition.id;
    definitions.set(app, definition);
    const company = options.company ?? 'acme';
    await stores.companies.ensure({ id: company, name: options.company ?? 'Acme' });
    const clientSecret =
      oauthClient === undefined ? {} : { clientSecret: secrets.seal(oauthClient.clientSecret, `app/${app}`) };
    await stores.apps.put({
      _id: app,
      baseUrl,
      ...(oauthClient === undefined ? {} : { clientId: oauthClient.clientId }),
      ...clientSecret,
      updatedAt: new Date(),
    });
    const doc: ConnectionDoc = {
      _id: id,
      company,
      app,
      generation: 1,
      status: started ? 'STARTED' : 'CONFIGURING',
      configurationStatus: started ? 'FINALIZED' : 'CONFIGURED',
      ownCode: null,
      ownCodeSince: null,
      authorized: started,
      account: started ? 'account-1' : null,
      pool: 'default',
      sink: id,
      timeZone: 'UTC',
      deduplication: true,
      driftPolicy: 'propagate',
      parameters: {},
      webhookSecrets: [],
      resources: definition.resources.map((resource) => ({ id: resource.id, enabled: resource.enabled })),
      unattended: options.unattended ?? true,
      latestSession: 0,
      sealedSession: 0,
      seq: 0,
      createdAt: new Date(),
      updatedAt: new Date(),
    };
    await stores.connections.create(doc);
    if (started) {
      const secret = { kind: 'submitted', credentials: pagedCredentials.bearer };
      await stores.grants.save({
        connectionId: id,
        generation: 1,
        account: 'account-1',
        secret: secrets.seal(secret, `grant/${id}/1`),
        expiresAt: null,
        endsAt: null,
      });
    }
    return doc;
  };

  /** What the API stores beside an event. */
  const told = (app: string, event: string) => {
    const definition = definitions.get(app);
    const { means, ...rest } = definition ? meaningOf(definition, event) : { means: 'load' as const };
    return { meaning: means, ...rest };
  };

  const world: World = {
    stores,
    client,
    secrets,
    definitions,
    callbacks,
    limits: ports.limits,
    taskQueue,
    callbackUrl,
    drivers,
    sessions,
    syncs: (durations = {}) =>
      createSyncsPort(client, {
        stores,
        taskQueue,
        durations: { ...syncDurations, ...durations },
        workflowTaskTimeoutMs: 3_000,
      }),
    configuring: (options) => install(options, false),
    started: (options) => install(options, true),
    async deliver(to, { kind, payload, event, id = randomUUID() }, port = sessions()) {
      const _id = `${kind}/${to._id}/${id}`;
      const now = await stores.connections.get(to._id);
      await stores.inbox.put({
        _id,
        connectionId: to._id,
        generation: now?.generation ?? to.generation,
        kind,
        ...(event === undefined ? {} : { event, ...told(to.app, event) }),
        payload: payload === undefined ? null : secrets.seal(payload, _id),
        receivedAt: new Date(),
      });
      await port.tell(to);
      await stores.inbox.markTold(_id, new Date());
      return _id;
    },
    async latest(connectionId) {
      const now = await stores.connections.get(connectionId);
      const session = await stores.sessions.get(sessionIdOf(connectionId, now?.latestSession ?? 0));
      assert.ok(session, `${connectionId} has no session`);
      return session;
    },
    reaches: (connectionId, status, when = () => true) => {
      const look = async () => {
        const now = await stores.connections.get(connectionId);
        const session = await stores.sessions.get(sessionIdOf(connectionId, now?.latestSession ?? 0));
        return session?.status === status && when(session)
          ? { found: session }
          : { seen: `${session?._id} in ${session?.status} ${session?.reason} ${session?.detail ?? ''}` };
      };
      return until(`${connectionId} in ${status}`, look, 60_000, byWrites(connectionId));
    },
    async closes(connectionId) {
      await client.workflow
        .getHandle(sessionWorkflowId(connectionId))
        .result()
        .catch(() => undefined);
      return world.latest(connectionId);
    },
    path: async (sessionId) => (await stores.sessions.timeline(sessionId)).map((entry) => entry.to),
    startWorker: async () => {
      workers.session ??= await run([]);
    },
    startPool: async () => {
      workers.pool ??= await run(['default']);
    },
    stopWorker: () => end('session'),
    stopPool: () => end('pool'),
    async stop() {
      await Promise.all([world.stopPool(), world.stopWorker()]);
      await forecaster.stop();
      await connection?.close();
      await client.connection.close();
      await stores.db.dropDatabase();
      await stores.close();
    },
  };
  if (atOnce) await Promise.all([world.startWorker(), world.startPool()]);
  return world;
}
