import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Authorization } from './authorization.ts';
import { type Faults, isUnlucky, take } from './faults.ts';
import { type AccountId, accounts, type OrderRow } from './orders.ts';
import { maintenancePage } from './pages.ts';
import type { Shop } from './shop.ts';

/** What one company asked for and got. */
export interface AccountStats {
  requests: number;
  rowsServed: number;
  rateLimited: number;
}

export type Stats = Record<AccountId, AccountStats>;

export function noStats(): Stats {
  return Object.fromEntries(
    accounts.map(({ id }) => [id, { requests: 0, rowsServed: 0, rateLimited: 0 }]),
  ) as Stats;
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Requests of a token in the running second. */
function createLimiter(): (token: string, perSecond: number) => boolean {
  let second = 0;
  let used = new Map<string, number>();
  return (token, perSecond) => {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) {
      second = now;
      used = new Map();
    }
    const count = (used.get(token) ?? 0) + 1;
    used.set(token, count);
    return count <= perSecond;
  };
}

interface ApiParts {
  readonly shop: Shop;
  readonly authorization: Authorization;
  readonly faults: Faults;
  readonly stats: Stats;
}

/** The app's data API: GET /api/me and GET /api/orders. */
export function createApi({ shop, authorization, faults, stats }: ApiParts) {
  const allowed = createLimiter();

  function served(row: OrderRow): OrderRow {
    const bad = isUnlucky(row.row_id, faults.malformedFraction) || take(faults, 'malformedCount');
    return bad ? { ...row, sales: 'n/a' } : row;
  }

  async function orders(url: URL, account: AccountId, response: ServerResponse): Promise<void> {
    if (take(faults, 'serverErrors')) return sendJson(response, 500, { error: 'internal' });
    if (faults.dripMs > 0) await sleep(faults.dripMs);
    if (take(faults, 'htmlAnswers')) {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(maintenancePage);
      return;
    }
    const limit = Number(url.searchParams.get('limit') ?? 100);
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
      return sendJson(response, 400, { error: 'limit must be 1 to 1000' });
    const since = url.searchParams.get('updated_since');
    if (since !== null && Number.isNaN(Date.parse(since)))
      return sendJson(response, 400, { error: 'updated_since must be a time' });
    const page = shop.shelves[account].page({
      limit,
      cursor: url.searchParams.get('cursor') ?? undefined,
      since: since === null ? undefined : new Date(since).toISOString(),
    });
    if (!page) return sendJson(response, 400, { error: 'cursor is not valid' });
    const body = { data: page.rows.map(served), next_cursor: page.nextCursor, total: page.total };
    if (take(faults, 'cutConnections')) {
      const text = JSON.stringify(body);
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    }
    stats[account].rowsServed += page.rows.length;
    sendJson(response, 200, body);
  }

  return async (url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET') return sendJson(response, 405, { error: 'only GET' }, { allow: 'GET' });
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const account = token === undefined ? undefined : await authorization.accountOf(token);
    if (!token || !account)
      return sendJson(
        response,
        401,
        { error: 'invalid_token' },
        { 'www-authenticate': 'Bearer error="invalid_token"' },
      );
    stats[account].requests += 1;
    if (!allowed(token, faults.requestsPerSecond)) {
      stats[account].rateLimited += 1;
      return sendJson(
        response,
        429,
        { error: 'too many requests' },
        { 'retry-after': String(faults.retryAfterSeconds) },
      );
    }
    if (url.pathname === '/api/me')
      return sendJson(response, 200, { account: accounts.find(({ id }) => id === account) });
    if (url.pathname === '/api/orders') return orders(url, account, response);
    sendJson(response, 404, { error: 'not found' });
  };
}
