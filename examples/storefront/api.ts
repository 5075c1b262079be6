import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authorization } from './authorization.ts';
import { type Faults, isUnlucky, take } from './faults.ts';
import { type AccountId, accounts, type OrderRow } from './orders.ts';
import { createReports } from './reports.ts';
import { createSender, type Stats, sendJson } from './send.ts';
import type { Shop } from './shop.ts';

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

/** The app's data API: GET /api/me, GET /api/orders, and the reports below /api/reports. */
export function createApi({ shop, authorization, faults, stats }: ApiParts) {
  const allowed = createLimiter();
  const { isTroubled, send } = createSender(faults, stats);
  const reports = createReports({ shop, faults, send });

  function served(row: OrderRow): OrderRow {
    const bad = isUnlucky(row.row_id, faults.malformedFraction) || take(faults, 'malformedCount');
    return bad ? { ...row, sales: 'n/a' } : row;
  }

  async function orders(url: URL, account: AccountId, response: ServerResponse): Promise<void> {
    if (await isTroubled(response)) return;
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
    await send(response, account, page.rows.length, {
      data: page.rows.map(served),
      next_cursor: page.nextCursor,
      total: page.total,
    });
  }

  return async (url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isReport = /^\/api\/reports(\/|$)/.test(url.pathname);
    if (request.method !== 'GET' && !isReport)
      return sendJson(response, 405, { error: 'only GET' }, { allow: 'GET' });
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
    if (!isReport) return sendJson(response, 404, { error: 'not found' });
    if (!(await isTroubled(response))) await reports(url, request, account, response);
  };
}
