import { randomBytes } from 'node:crypto';
import { createApi } from '../../client/api/create-api.ts';
import { createDispatcher } from '../../client/dispatcher.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { SessionDurations } from '../../domain/contracts.ts';
import { createLog } from '../../platform/log.ts';
import { localEgress } from '../support/egress.ts';
import {
  type PagedApp,
  type PagedAuth,
  pagedClient,
  pagedDefinition,
  pagedRows,
  startPagedApp,
} from '../support/paged-app.ts';
import { type Look, until } from '../support/until.ts';
import type { World } from '../support/world.ts';
import { token } from './support.ts';

/** One answer, as a browser has it. */
export interface Page {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** Where it leads on. */
  readonly location: string;
}

/** An app of its own, an API of its own, and a browser that stands before them. */
export interface ConnectScene {
  readonly app: PagedApp<'orders'>;
  /** App id; the connection of company `acme` is `<appId>-acme`. */
  readonly appId: string;
  readonly id: string;
  readonly client: TributaryClient;
  /** GET without following. Addresses of ours are asked at the port that the API listens on. */
  visit(address: string): Promise<Page>;
  /** Sends a form. */
  submit(address: string, form?: Record<string, string>): Promise<Page>;
  /** Carries a consent through, from our link to the page after the callback. */
  consent(link: string): Promise<Page>;
  /** Only to the address of the callback that the app sends the person to. */
  callbackOf(link: string): Promise<string>;
  /** Loads the page again, as its meta refresh does, until it shows this. */
  shows(address: string, text: RegExp): Promise<Page>;
  link(more?: object): Promise<string>;
}

export interface ConnectSceneOptions {
  readonly auth?: PagedAuth;
  readonly durations?: Partial<SessionDurations>;
  /** Changes the app's definition. */
  readonly define?: (definition: ConnectorDefinition) => ConnectorDefinition;
}

export async function setConnectScene(
  world: World,
  test: { after: (fn: () => Promise<void>) => void },
  { auth = 'oauth2', durations = {}, define = (one) => one }: ConnectSceneOptions = {},
): Promise<ConnectScene> {
  const app = await startPagedApp({ resources: { orders: pagedRows(20) }, auth });
  const appId = `app${randomBytes(4).toString('hex')}`;
  world.definitions.set(appId, define(pagedDefinition({ auth, id: appId })));
  const log = createLog({ name: 'test', level: 'silent' });
  const { stores, definitions, secrets, callbackUrl } = world;
  const sessions = world.sessions(durations);
  const dispatcher = createDispatcher({ stores, sessions, log });
  const api = createApi({
    stores,
    sessions,
    dispatcher,
    definitions: () => definitions,
    secrets,
    egress: localEgress,
    token,
    // The address that workers name at the exchange of the code.
    publicUrl: () => new URL(callbackUrl).origin,
    // The machine of the tests is busy.
    waitMs: 20_000,
    log,
  });
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  dispatcher.start();
  test.after(async () => {
    await api.close();
    await dispatcher.stop();
    await app.stop();
  });
  const client = createTributaryClient({ url, token, actor: 'ada' });
  await client.putApp(appId, { baseUrl: app.url, ...(auth === 'oauth2' ? pagedClient : {}) });

  const ours = new URL(callbackUrl).origin;
  async function ask(address: string, init: RequestInit = {}): Promise<Page> {
    const target = address.startsWith(`${ours}/`) ? `${url}${address.slice(ours.length)}` : address;
    const response = await fetch(target, { ...init, redirect: 'manual' });
    return {
      status: response.status,
      text: await response.text(),
      headers: response.headers,
      location: response.headers.get('location') ?? '',
    };
  }
  const visit = (address: string) => ask(address);
  const callbackOf = async (link: string) => {
    const opened = await visit(link);
    return (await visit(opened.location)).location;
  };
  return {
    app,
    appId,
    id: `${appId}-acme`,
    client,
    visit,
    submit: (address, form = {}) => ask(address, { method: 'POST', body: new URLSearchParams(form) }),
    callbackOf,
    consent: async (link) => visit(await callbackOf(link)),
    shows: (address, text) =>
      until(`${text} at ${address}`, async (): Promise<Look<Page>> => {
        const page = await visit(address);
        return text.test(page.text) ? { found: page } : { seen: `${page.status} ${page.text}` };
      }),
    link: async (more = {}) =>
      (await client.connectLink({ company: { id: 'acme', name: 'Acme & Söhne' }, app: appId, ...more })).link,
  };
}

/** The state in a consent link. */
export const stateOf = (link: string): string => link.split('/').at(-1) ?? '';
