import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Faults, take } from './faults.ts';
import { type AccountId, accounts } from './orders.ts';
import { maintenancePage } from './pages.ts';

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

const LARGEST_BODY = 10_000;

/** The JSON that was sent; an empty object for nothing. @throws Error when it is too large or no JSON */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > LARGEST_BODY) throw new Error('the body is too large');
  }
  return body === '' ? {} : JSON.parse(body);
}

/**
 * Sends rows with the faults that are switched on; counts them when they are whole.
 * @param body A text is a table (CSV), anything else JSON.
 */
export type Sender = (
  response: ServerResponse,
  account: AccountId,
  rows: number,
  body: unknown,
) => Promise<void>;

/** Makes what sends rows. `isTroubled` answers in its place when a fault says so before anything is looked at. */
export function createSender(faults: Faults, stats: Stats) {
  async function isTroubled(response: ServerResponse): Promise<boolean> {
    if (take(faults, 'serverErrors')) {
      sendJson(response, 500, { error: 'internal' });
      return true;
    }
    if (faults.dripMs > 0) await sleep(faults.dripMs);
    if (!take(faults, 'htmlAnswers')) return false;
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(maintenancePage);
    return true;
  }

  const send: Sender = async (response, account, rows, body) => {
    const isTable = typeof body === 'string';
    const text = isTable ? body : JSON.stringify(body);
    const headers = { 'content-type': isTable ? 'text/csv; charset=utf-8' : 'application/json' };
    if (take(faults, 'cutConnections')) {
      response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(text) });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    }
    stats[account].rowsServed += rows;
    response.writeHead(200, headers);
    response.end(text);
  };
  return { isTroubled, send };
}
