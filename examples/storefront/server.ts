import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApi } from './api.ts';
import { createAuthorization } from './authorization.ts';
import { type FaultSwitches, type Faults, faultsSchema, noFaults, take } from './faults.ts';
import type { AccountId } from './orders.ts';
import { noStats, readBody, type Stats, sendJson } from './send.ts';
import { createShop, type ReleasedDay } from './shop.ts';
import { openState } from './state.ts';

export interface StorefrontOptions {
  /** @default 0, a free one */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Address under which others reach it. @default http://127.0.0.1:<port> */
  readonly publicUrl?: string;
  /** Keeps grants, keys and released days over a restart; without it they are lost. */
  readonly stateFile?: string;
  /** Days at the end of the data that wait for POST /control/release. @default 0 */
  readonly holdBackDays?: number;
  /** @default 1 */
  readonly seed?: number;
  /** @default 'tributary' */
  readonly clientId?: string;
  /** @default 'storefront-secret' */
  readonly clientSecret?: string;
  /** Where consents may end; on 127.0.0.1 the port may be any. @default http://127.0.0.1/api/oauth/callback */
  readonly redirectUris?: readonly string[];
  /** @default 3600 */
  readonly accessTokenSeconds?: number;
  /** A token's requests a second. @default 50 */
  readonly requestsPerSecond?: number;
  /** Bearer token of /control; without it /control answers this machine only. */
  readonly controlToken?: string;
}

/** What /control does, for callers in the same process. */
export interface StorefrontControl {
  /** Puts the next held day on sale; undefined when none is left. */
  readonly release: () => ReleasedDay | undefined;
  readonly faults: (switches: FaultSwitches) => Faults;
  readonly revoke: (account: AccountId) => void;
  readonly stats: () => Stats;
}

export interface Storefront {
  readonly url: string;
  readonly control: StorefrontControl;
  readonly stop: () => Promise<void>;
}

function mayControl(request: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return /^(::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? '');
  const given = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Starts the sample app: an HTTP server with the order lines of four companies behind OAuth 2. */
export async function startStorefront(options: StorefrontOptions = {}): Promise<Storefront> {
  const host = options.host ?? '127.0.0.1';
  const state = openState(options.stateFile);
  const shop = createShop({
    holdBackDays: options.holdBackDays ?? 0,
    releasedDays: state.releasedDays(),
    seed: options.seed ?? 1,
  });
  const faults = noFaults(options.requestsPerSecond ?? 50);
  const stats = noStats();
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const url = options.publicUrl ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const authorization = createAuthorization({
    issuer: url,
    clientId: options.clientId ?? 'tributary',
    clientSecret: options.clientSecret ?? 'storefront-secret',
    redirectUris: options.redirectUris ?? ['http://127.0.0.1/api/oauth/callback'],
    accessTokenSeconds: options.accessTokenSeconds ?? 3600,
    state,
  });
  const api = createApi({ shop, authorization, faults, stats });

  const control: StorefrontControl = {
    release: () => {
      const day = shop.release();
      if (day) state.setReleasedDays(shop.releasedDays());
      return day;
    },
    faults: ({ revoke, ...switches }) => {
      if (revoke) state.revokeAccount(revoke);
      return Object.assign(faults, switches);
    },
    revoke: (account) => void state.revokeAccount(account),
    stats: () => stats,
  };

  async function answerControl(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (!mayControl(request, options.controlToken)) return sendJson(response, 403, { error: 'forbidden' });
    const route = `${request.method} ${path}`;
    if (route === 'GET /control/stats') return sendJson(response, 200, { accounts: stats, faults });
    if (route === 'POST /control/release')
      return sendJson(response, 200, { released: control.release() ?? null });
    if (route !== 'POST /control/faults') return sendJson(response, 404, { error: 'not found' });
    const parsed = faultsSchema.safeParse(await readBody(request).catch(() => undefined));
    if (!parsed.success) return sendJson(response, 400, { error: 'invalid', issues: parsed.error.issues });
    sendJson(response, 200, control.faults(parsed.data));
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = new URL(request.url ?? '/', url);
    if (asked.pathname.startsWith('/control/')) return answerControl(asked.pathname, request, response);
    if (asked.pathname.startsWith('/api/')) return api(asked, request, response);
    if (asked.pathname === '/health') return sendJson(response, 200, { status: 'ok' });
    if (asked.pathname === '/oauth/token' && take(faults, 'tokenErrors'))
      return sendJson(response, 500, { error: 'internal' });
    if (!(await authorization.handle(request, response))) sendJson(response, 404, { error: 'not found' });
  }

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) sendJson(response, 500, { error: 'internal' });
      else response.destroy();
    });
  });

  return {
    url,
    control,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
