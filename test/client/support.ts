import { randomBytes } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { createApi } from '../../client/api/create-api.ts';
import type { Api } from '../../client/api/deps.ts';
import { createDispatcher, type Dispatcher } from '../../client/dispatcher.ts';
import type { SessionsPort } from '../../client/sessions-port.ts';
import { type ConnectorDefinition, definitionSchema } from '../../connectors/definition.ts';
import type { Actor, SessionStart } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { SessionEvent, SessionStatus } from '../../domain/session.ts';
import { createSecretBox, type SecretBox } from '../../platform/crypto.ts';
import type { SyncBaseSettings } from '../../platform/settings-sync-base.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { openStores, type Stores } from '../../stores/open.ts';
import { localEgress } from '../support/egress.ts';

export const token = 'a-token-of-the-tests';
export const publicUrl = 'http://tributary.example';
const by: Actor = { kind: 'person', id: 'ada' };

/** Whether the runner gave a store; without one these tests say that they did not run. */
export const noStore =
  process.env.TEST_MONGODB_URI === undefined ? 'NOT RUN: TEST_MONGODB_URI is not set; use "npm test"' : false;

const orders = {
  id: 'orders',
  name: 'Orders',
  path: '/orders',
  recordsPath: '/data',
  key: ['id'],
  schema: {
    type: 'object',
    properties: { id: { type: 'string' }, amt: { type: 'number' }, paid: { type: ['boolean', 'null'] } },
  },
  mapping: { amt: 'amount' },
};

export const shop = definitionSchema.parse({
  version: 1,
  id: 'shop',
  name: 'Shop',
  auth: {
    kind: 'oauth2',
    authorizationUrl: '{baseUrl}/authorize',
    tokenUrl: '{baseUrl}/token',
    scopes: ['read'],
  },
  identity: { path: '/me', account: '/id' },
  resources: [orders, { ...orders, id: 'returns', name: 'Returns', enabled: false }],
});

export const bank = definitionSchema.parse({
  version: 1,
  id: 'bank',
  name: 'Bank',
  auth: { kind: 'basic' },
  identity: { path: '/me', account: '/id' },
  resources: [orders],
});

/** What the port was asked. */
export interface Asked {
  readonly starts: { readonly connectionId: string; readonly start: SessionStart }[];
  readonly told: string[];
  readonly calls: {
    readonly sessionId: string;
    readonly call: string;
    readonly updateId?: string | undefined;
    readonly by: Actor;
  }[];
}

/** One test file's API on a database of its own, with a port that writes what the workflow would. */
export interface TestApi {
  readonly api: Api;
  readonly stores: Stores;
  readonly secrets: SecretBox;
  readonly asked: Asked;
  readonly port: { -readonly [K in keyof SessionsPort]: SessionsPort[K] };
  readonly dispatcher: Dispatcher;
  stop(): Promise<void>;
  get(url: string): Promise<LightMyRequestResponse>;
  send(
    method: 'POST' | 'PUT',
    url: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
  /** Moves a session along its table, as the workflow does. */
  move(sessionId: string, event: SessionEvent, to: SessionStatus, reason: string): Promise<void>;
  /** A connection that is started and authorized. */
  started(id: string, more?: Partial<ConnectionDoc>): Promise<ConnectionDoc>;
  /** A new session of a connection, in Loading. */
  loading(connection: ConnectionDoc): Promise<string>;
}

/** @param options More definitions than `shop` and `bank`. */
export async function startTestApi(
  options: {
    readonly definitions?: readonly ConnectorDefinition[];
    readonly now?: () => Date;
    readonly syncBase?: SyncBaseSettings;
  } = {},
): Promise<TestApi> {
  const uri = process.env.TEST_MONGODB_URI ?? '';
  const stores = await openStores({ uri, database: `test_api_${randomBytes(5).toString('hex')}` });
  const secrets = createSecretBox([{ id: 'test', key: randomBytes(32) }]);
  const log = pino({ level: 'silent' });
  const definitions = new Map<string, ConnectorDefinition>(
    [shop, bank, ...(options.definitions ?? [])].map((one) => [one.id, one]),
  );
  const asked: Asked = { starts: [], told: [], calls: [] };
  let runs = 0;

  const move: TestApi['move'] = async (sessionId, event, to, reason) => {
    const session = await stores.sessions.get(sessionId);
    const seq = (session?.seq ?? 0) + 1;
    const step = {
      seq,
      from: session?.status ?? null,
      to,
      event,
      reason: reason as 'LOADING',
      by,
      at: new Date().toISOString(),
    };
    await stores.sessions.writeStatus({
      sessionId,
      steps: [step],
      detail: null,
      failedResources: [],
      until: null,
    });
  };
  const open = async (connectionId: string, event: SessionEvent, to: SessionStatus, reason: string) => {
    const connection = await stores.connections.get(connectionId);
    if (connection === null) throw new Error(`no ${connectionId}`);
    const runId = `run-${++runs}`;
    const resources = connection.resources.filter(({ enabled }) => enabled).map(({ id }) => id);
    const session = await stores.sessions.allocate({
      connection,
      runId,
      openedBy: by,
      scope: {},
      resources,
      at: new Date(),
    });
    await move(session._id, event, to, reason);
    return { runId, sessionId: session._id };
  };

  const port: TestApi['port'] = {
    async startSession(connection, start) {
      const [latest] = await stores.sessions.list({ connectionId: connection._id, limit: 1 });
      if (latest !== undefined && latest.closedAt === null)
        throw new TributaryError('SESSION_OPEN', `Session ${latest._id} is open.`, { sessionId: latest._id });
      asked.starts.push({ connectionId: connection._id, start });
      const authorizing = start.kind === 'authorize';
      return authorizing
        ? open(connection._id, 'authorize', 6, 'WAITING_FOR_CONSENT')
        : open(connection._id, 'load', 2, 'LOADING');
    },
    async requestSession(connection, request) {
      const { runId } = await port.startSession(connection, { kind: 'load', ...request });
      return { runId };
    },
    async tell(connection) {
      asked.told.push(connection._id);
    },
    async call(sessionId, call, request, options) {
      asked.calls.push({ sessionId, call, updateId: options?.updateId, by: request.by });
      const session = await stores.sessions.get(sessionId);
      if (session === null) throw new TributaryError('NOT_FOUND', `There is no session "${sessionId}".`);
      if (call === 'retry' && (session.status === 7 || session.status === 20)) {
        await move(sessionId, 'retry', 6, 'WAITING_FOR_CONSENT');
        return { sessionId, code: 6, reason: 'WAITING_FOR_CONSENT', pending: false };
      }
      throw new TributaryError('ILLEGAL_MOVE', undefined, {
        current: { code: 2, name: 'Loading' },
        allowed: ['cancel', 'disconnect'],
      });
    },
    hold: async () => undefined,
    release: async () => undefined,
    resetConfiguration: async () => undefined,
    deleteCompany: async ({ companyId }) => ({ pending: true, workflowId: `company/${companyId}` }),
    disconnect: async (connection) => ({ pending: true, workflowId: `lifecycle/${connection._id}` }),
    ping: async () => undefined,
    procedure: async () => ({ pending: true, number: 1 }),
    poolPollers: async () => 1,
  };
  const dispatcher = createDispatcher({
    stores,
    sessions: { tell: (one) => port.tell(one) },
    log,
    intervalMs: 60_000,
  });
  const api = createApi({
    stores,
    sessions: port,
    dispatcher,
    definitions: () => definitions,
    secrets,
    egress: localEgress,
    token,
    publicUrl: () => publicUrl,
    log,
    waitMs: 200,
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.syncBase === undefined ? {} : { syncBase: options.syncBase }),
  });

  const authorization = `Bearer ${token}`;
  return {
    api,
    stores,
    secrets,
    asked,
    port,
    dispatcher,
    async stop() {
      await api.close();
      await dispatcher.stop();
      await stores.db.dropDatabase();
      await stores.close();
    },
    move,
    get: (url) => api.inject({ method: 'GET', url, headers: { authorization } }),
    send: (method, url, body, headers = {}) =>
      api.inject({
        method,
        url,
        headers: { authorization, ...headers },
        ...(body === undefined ? {} : { payload: body }),
      }),
    loading: async (connection) => (await open(connection._id, 'load', 2, 'LOADING')).sessionId,
    started: (id, more = {}) =>
      stores.connections.create({
        _id: id,
        company: 'acme',
        app: 'shop',
        generation: 1,
        status: 'STARTED',
        configurationStatus: 'FINALIZED',
        ownCode: null,
        ownCodeSince: null,
        authorized: true,
        account: 'a1',
        pool: 'default',
        sink: id,
        timeZone: 'UTC',
        deduplication: false,
        driftPolicy: 'propagate',
        parameters: {},
        webhookSecrets: [],
        resources: [
          { id: 'orders', enabled: true },
          { id: 'returns', enabled: false },
        ],
        unattended: true,
        latestSession: 0,
        sealedSession: 0,
        seq: 0,
        createdAt: new Date(),
        updatedAt: new Date(),
        ...more,
      }),
  };
}

/** Sets up the app `shop`. */
export const setUpShop = (test: TestApi) =>
  test.send('PUT', '/api/apps/shop', {
    baseUrl: 'http://127.0.0.1:9',
    clientId: 'tributary',
    clientSecret: 'very-secret',
  });
