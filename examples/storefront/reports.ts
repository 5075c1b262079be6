import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Faults, take } from './faults.ts';
import type { AccountId } from './orders.ts';
import { type SaleRow, salesCsv, salesReport } from './sales-report.ts';
import { readBody, type Sender, sendJson } from './send.ts';
import type { Shop } from './shop.ts';

const day = z.iso.date();
const requestSchema = z.strictObject({ type: z.literal('sales'), date: day });

/** A report that was requested. */
interface Requested {
  readonly account: AccountId;
  readonly date: string;
  /** How often it is still said to be made. */
  questions: number;
  readonly fails: boolean;
}

interface ReportParts {
  readonly shop: Shop;
  readonly faults: Faults;
  readonly send: Sender;
}

/** Requested reports that are remembered. */
const MOST = 1_000;

/**
 * The reports of one day: GET /api/reports/sales answers at once; POST /api/reports makes one in its own time, which
 * GET /api/reports/:id tells of and GET /api/reports/:id/download gives as a table. They are forgotten on a restart.
 */
export function createReports({ shop, faults, send }: ReportParts) {
  const requested = new Map<string, Requested>();
  const rowsOf = (account: AccountId, date: string): readonly SaleRow[] =>
    salesReport(shop.shelves[account].rows(), date, shop.today());

  async function atOnce(url: URL, account: AccountId, response: ServerResponse): Promise<void> {
    const date = day.safeParse(url.searchParams.get('date'));
    if (!date.success) return sendJson(response, 400, { error: 'date must be YYYY-MM-DD' });
    const rows = rowsOf(account, date.data);
    await send(response, account, rows.length, { date: date.data, data: rows, total: rows.length });
  }

  async function request(
    account: AccountId,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const parsed = requestSchema.safeParse(await readBody(request).catch(() => undefined));
    if (!parsed.success)
      return sendJson(response, 400, { error: 'expected {"type":"sales","date":"YYYY-MM-DD"}' });
    const id = randomUUID();
    const { date } = parsed.data;
    requested.set(id, {
      ...{ account, date, questions: faults.reportQuestions },
      fails: take(faults, 'reportFailures'),
    });
    for (const oldest of requested.keys()) {
      if (requested.size <= MOST) break;
      requested.delete(oldest);
    }
    sendJson(response, 202, { id }, { location: `/api/reports/${id}` });
  }

  function state(id: string, report: Requested, response: ServerResponse): void {
    if (report.questions > 0) {
      report.questions -= 1;
      sendJson(response, 200, { id, state: 'pending' }, { 'retry-after': String(faults.retryAfterSeconds) });
      return;
    }
    const said = report.fails
      ? { state: 'failed', message: 'The report could not be made.' }
      : { state: 'done', download_url: `/api/reports/${id}/download` };
    sendJson(response, 200, { id, ...said });
  }

  /** Answers what is below /api/reports; the token was looked at before. */
  return async (
    url: URL,
    asked: IncomingMessage,
    account: AccountId,
    response: ServerResponse,
  ): Promise<void> => {
    if (url.pathname === '/api/reports' && asked.method === 'POST') return request(account, asked, response);
    if (asked.method !== 'GET') return sendJson(response, 405, { error: 'only GET' }, { allow: 'GET' });
    if (url.pathname === '/api/reports/sales') return atOnce(url, account, response);
    const [, id = '', download] = /^\/api\/reports\/([\w-]+)(\/download)?$/.exec(url.pathname) ?? [];
    const report = requested.get(id);
    if (!report || report.account !== account) return sendJson(response, 404, { error: 'not found' });
    if (take(faults, 'reportsGone')) {
      requested.delete(id);
      return sendJson(response, 410, { error: 'the report is gone' });
    }
    if (download === undefined) return state(id, report, response);
    if (report.questions > 0 || report.fails) return sendJson(response, 409, { error: 'not done' });
    const rows = rowsOf(account, report.date);
    await send(response, account, rows.length, salesCsv(rows));
  };
}
