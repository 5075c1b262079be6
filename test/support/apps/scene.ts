import { randomBytes } from 'node:crypto';
import { createApi } from '../../../client/api/create-api.ts';
import { createDispatcher } from '../../../client/dispatcher.ts';
import { createTributaryClient, type TributaryClient } from '../../../client/tributary-client.ts';
import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import { createLog } from '../../../platform/log.ts';
import type { SessionDoc } from '../../../stores/model.ts';
import { localEgress } from '../egress.ts';
import { until } from '../until.ts';
import { startWorld, type World } from '../world.ts';

const token = 'a-token-of-the-tests';

/** What the owner of an installation sets for an app. */
export interface AppSetUp {
  readonly client?: { readonly clientId: string; readonly clientSecret: string };
  /** Signs the app's webhooks. */
  readonly webhookSecret?: string;
}

/** One app with one company's connection to it, through the API. */
export interface AppScene {
  readonly connectionId: string;
  /** Webhook addresses: of the connection, and the one of the app. */
  readonly hooks: { readonly connection: string; readonly app: string };
  /** Makes the connection; the consent page of OAuth is followed to its end. */
  connect(parameters?: Readonly<Record<string, string>>): Promise<void>;
  submit(credentials: Parameters<TributaryClient['submitCredentials']>[1]): Promise<void>;
  /** Authorizes again; the answer of our callback. */
  authorizeAgain(): Promise<Response>;
  /** Starts a session. */
  load(scope?: NonNullable<Parameters<TributaryClient['startSession']>[1]>['scope']): Promise<void>;
  /** Waits until the session of this number is Synced and closed. */
  synced(number: number): Promise<SessionDoc>;
  /** Waits until the connection itself stands in 8, and its session is closed. */
  deauthorized(): Promise<void>;
  ledgers(session: SessionDoc): Promise<Record<string, Counts>>;
  count(resource: string): Promise<number>;
  record(resource: string, key: string): Promise<Record<string, unknown>>;
}

/** The counts of a ledger that tests of apps look at. */
export interface Counts {
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly quarantined: number;
  readonly recordsAfter: number;
}

/** World, API and dispatcher of one test file. */
export interface AppStage {
  readonly world: World;
  readonly client: TributaryClient;
  /** What the app must know as our callback. */
  readonly redirectUri: string;
  /** Takes an app in, under an id of its own. */
  set(definition: ConnectorDefinition, setUp?: AppSetUp): Promise<AppScene>;
  stop(): Promise<void>;
}

/** Starts what a test of a real app's definition needs. */
export async function openStage(): Promise<AppStage> {
  const world = await startWorld();
  const { stores, definitions, secrets, callbackUrl } = world;
  const log = createLog({ name: 'test', level: 'silent' });
  const sessions = world.sessions();
  const dispatcher = createDispatcher({ stores, sessions, log });
  const publicUrl = () => new URL(callbackUrl).origin;
  const api = createApi({
    stores,
    sessions,
    dispatcher,
    definitions: () => definitions,
    secrets,
    egress: localEgress,
    token,
    publicUrl,
    log,
  });
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  dispatcher.start();
  const client = createTributaryClient({ url, token, actor: 'ada' });

  /** Follows an address of ours at the port that the API listens on. */
  const visit = (address: string) => {
    const { pathname, search } = new URL(address);
    return fetch(`${url}${pathname}${search}`, { redirect: 'manual' });
  };
  const consent = async (link: string): Promise<Response> => {
    const opened = await visit(link);
    const consented = await fetch(String(opened.headers.get('location')), { redirect: 'manual' });
    const back = consented.headers.get('location');
    if (back === null) throw new Error(`The app did not send us back: ${await consented.text()}`);
    return visit(back);
  };

  async function set(given: ConnectorDefinition, setUp: AppSetUp = {}): Promise<AppScene> {
    const app = `${given.id}-${randomBytes(3).toString('hex')}`;
    definitions.set(app, { ...given, id: app });
    const { client: ours, webhookSecret } = setUp;
    if (ours !== undefined || webhookSecret !== undefined)
      await client.putApp(app, { ...ours, ...(webhookSecret && { webhookSecret }) });
    const connectionId = `${app}-acme`;
    return {
      connectionId,
      hooks: { connection: `${url}/api/webhooks/${app}/${connectionId}`, app: `${url}/api/webhooks/${app}` },
      async connect(parameters) {
        const company = { id: 'acme', name: 'Acme' };
        const made = await client.connect({ company, app, ...(parameters && { parameters }) });
        if (made.authorization.kind !== 'oauth2') return;
        const answer = await consent(made.authorization.link);
        if (answer.status !== 200) throw new Error(`Our callback answered ${answer.status}.`);
      },
      async submit(credentials) {
        await client.submitCredentials(connectionId, credentials);
      },
      async authorizeAgain() {
        const { authorization } = await client.authorize(connectionId);
        if (authorization.kind !== 'oauth2') throw new Error('The app has no consent page.');
        return consent(authorization.link);
      },
      async load(scope) {
        await client.startSession(connectionId, scope === undefined ? {} : { scope });
      },
      synced: (number) =>
        world.reaches(connectionId, 19, (one) => one.number === number && one.closedAt !== null),
      deauthorized: () =>
        until(`${connectionId} in 8`, async () => {
          const ownCode = (await stores.connections.get(connectionId))?.ownCode;
          const { _id, closedAt } = await world.latest(connectionId);
          return ownCode === 8 && closedAt !== null
            ? { found: undefined }
            : { seen: `${ownCode}, ${_id} ${closedAt === null ? 'open' : 'closed'}` };
        }),
      async ledgers({ _id, resources }) {
        const runs = await stores.structuring.many(_id, resources);
        return Object.fromEntries(runs.map(({ _id: run, ledger }) => [run.slice(_id.length + 1), ledger]));
      },
      count: (resource) => stores.records.of(connectionId, 1, resource).count(),
      record: async (resource, key) => (await client.getRecord(connectionId, resource, key)).data,
    };
  }

  return {
    world,
    client,
    redirectUri: callbackUrl,
    set,
    async stop() {
      await api.close();
      await dispatcher.stop();
      await world.stop();
    },
  };
}
