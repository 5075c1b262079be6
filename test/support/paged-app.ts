import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { createTokens, type TokenDesk } from './paged-app-oauth.ts';
import { type PagedAuth, pagedClient, pagedCredentials } from './paged-definition.ts';

export type { PagedAuth } from './paged-definition.ts';
export { pagedClient, pagedCredentials, pagedDefinition, pagedRows } from './paged-definition.ts';

/** One page that is about to be answered. */
export interface PageAsked {
  readonly resource: string;
  /** Index of the first row. */
  readonly offset: number;
  readonly since: string | undefined;
  /** Pages asked of this resource so far, this one included. */
  readonly count: number;
}

/** Switches that may be changed while the app runs. */
export interface PagedFaults {
  /** Requests for rows wait until `release` is called; all resources, or those named. */
  hold: boolean | readonly string[];
  /** The next requests for rows answer this status; `resource` confines it. */
  fail: { count: number; status: number; resource?: string; retryAfterSeconds?: number } | undefined;
  /** The next requests for rows are cut in the middle of the answer. */
  cut: number;
  /** The answer of the next request for rows, as it stands. */
  raw: { body: string; contentType: string } | undefined;
  /** All credentials and tokens are refused. */
  revoked: boolean;
  /** oauth2: the person denies. */
  deny: boolean;
  /** oauth2: the token endpoint answers 500 so often. */
  tokenErrors: number;
}

export interface PagedAppOptions<N extends string = 'orders'> {
  /** Rows by resource; kept, so that `app.rows` may be changed while the app runs. @default one empty `orders` */
  readonly resources?: Record<N, JsonValue[]>;
  /** @default 'bearer' */
  readonly auth?: PagedAuth;
  /** @default 100 */
  readonly pageSize?: number;
  /** Called before a page is answered. */
  readonly onPage?: (page: PageAsked) => void | Promise<void>;
}

export interface PagedApp<N extends string = string> {
  readonly url: string;
  readonly rows: Record<N, JsonValue[]>;
  readonly faults: PagedFaults;
  /** The account that the credentials open; may be changed. */
  account: string;
  /** Lets go what waits and ends `hold`. */
  readonly release: () => void;
  /** Pages answered or refused, in order. */
  readonly asked: PageAsked[];
  /** How many requests wait. */
  readonly waiting: () => number;
  readonly tokens: TokenDesk;
  readonly stop: () => Promise<void>;
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

const updatedAt = (row: JsonValue) => String((row as JsonObject | null)?.updated_at ?? '');

/** A little real app for tests: pages of rows that the test owns, and faults on demand. */
export async function startPagedApp<N extends string = 'orders'>(
  options: PagedAppOptions<N> = {},
): Promise<PagedApp<N>> {
  const { auth = 'bearer', pageSize = 100 } = options;
  const resources = options.resources ?? ({ orders: [] as JsonValue[] } as Record<N, JsonValue[]>);
  const faults: PagedFaults = {
    hold: false,
    fail: undefined,
    cut: 0,
    raw: undefined,
    revoked: false,
    deny: false,
    tokenErrors: 0,
  };
  const waiters = new Set<() => void>();
  const asked: PageAsked[] = [];
  const tokens = createTokens(pagedClient, faults);

  function known(request: IncomingMessage): boolean {
    if (faults.revoked) return false;
    const given = request.headers.authorization ?? '';
    if (auth === 'oauth2') return tokens.isValid(given.replace('Bearer ', ''));
    if (auth === 'apiKey') return request.headers['x-api-key'] === pagedCredentials.apiKey.key;
    if (auth === 'bearer') return given === `Bearer ${pagedCredentials.bearer.token}`;
    const { username, password } = pagedCredentials.basic;
    return given === `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  async function rows(resource: string, url: URL, response: ServerResponse): Promise<void> {
    const list = (resources as Record<string, JsonValue[]>)[resource];
    if (!list) return sendJson(response, 404, { error: 'no such resource' });
    const since = url.searchParams.get('since') ?? undefined;
    const offset = Number(url.searchParams.get('cursor') ?? 0);
    const count = asked.filter((page) => page.resource === resource).length + 1;
    const page = { resource, offset, since, count };
    asked.push(page);
    await options.onPage?.(page);
    if (faults.hold === true || (faults.hold !== false && faults.hold.includes(resource)))
      await new Promise<void>((resolve) => {
        const done = () => {
          waiters.delete(done);
          resolve();
        };
        waiters.add(done);
        response.once('close', done);
      });
    const { fail, raw } = faults;
    if (fail && fail.count > 0 && (fail.resource ?? resource) === resource) {
      fail.count -= 1;
      const wait = fail.retryAfterSeconds;
      return sendJson(
        response,
        fail.status,
        { error: 'on purpose' },
        wait === undefined ? {} : { 'retry-after': String(wait) },
      );
    }
    if (raw) {
      faults.raw = undefined;
      response.writeHead(200, { 'content-type': raw.contentType });
      response.end(raw.body);
      return;
    }
    const wanted = since === undefined ? list : list.filter((row) => updatedAt(row) >= since);
    const end = offset + pageSize;
    const next = end < wanted.length ? String(end) : null;
    const body = { data: wanted.slice(offset, end), next, total: wanted.length };
    if (faults.cut > 0) {
      faults.cut -= 1;
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000_000 });
      response.write('{"data":[', () => response.destroy());
      return;
    }
    sendJson(response, 200, body);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://app');
    if (await tokens.handle(url, request, response)) return;
    if (!known(request)) return sendJson(response, 401, { error: 'unauthorized' });
    if (url.pathname === '/me') return sendJson(response, 200, { id: app.account });
    return rows(url.pathname.slice(1), url, response);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => sendJson(response, 500, { error: String(error) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const app: PagedApp<N> = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rows: resources,
    faults,
    account: 'account-1',
    asked,
    tokens,
    waiting: () => waiters.size,
    release: () => {
      faults.hold = false;
      for (const done of [...waiters]) done();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return app;
}
