import { z } from 'zod';
import { type ErrorCode, TributaryError } from '../../domain/errors.ts';
import type { DeliveryRow, RowOutcome } from '../contract.ts';
import { ownWords } from '../words.ts';

/** An answer as it was read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The receiver's own id of the request, else ours. */
  readonly requestId: string;
}

/** Outcomes of the rows; `reject`: the receiver takes no row of this request, or not all together. */
export type Judged = { readonly outcomes: readonly RowOutcome[] } | 'reject';

/** Receivers may say more than this. */
const results = z.object({
  results: z.array(
    z.object({
      key: z.string(),
      status: z.enum(['ok', 'rejected']),
      code: z.union([z.string(), z.number()]).optional(),
      message: z.string().optional(),
    }),
  ),
});

/** A receiver that asks us to slow down without saying for how long. */
const unnamedWaitMs = 5_000;

const failures: Readonly<Record<number, ErrorCode>> = {
  401: 'DESTINATION_REFUSED',
  403: 'DESTINATION_REFUSED',
  404: 'DESTINATION_GONE',
  405: 'DESTINATION_GONE',
  408: 'DESTINATION_UNREACHABLE',
  410: 'DESTINATION_GONE',
  425: 'DESTINATION_UNREACHABLE',
  429: 'DESTINATION_RATE_LIMITED',
};

/**
 * What an answer says of the rows of its request.
 * @throws {TributaryError} when it says nothing of them
 */
export function judge(answer: Answer, rows: readonly DeliveryRow[]): Judged {
  const { status } = answer;
  const code = failures[status] ?? (status >= 500 ? 'DESTINATION_UNREACHABLE' : undefined);
  if (code !== undefined)
    throw new TributaryError(code, `The receiver answered ${inWords(answer)}`, waitOf(answer, code));
  if (status < 200 || (status >= 300 && status < 400))
    throw new TributaryError(
      'DESTINATION_BAD_ANSWER',
      `The receiver redirects to another address (${status}), which is not followed. Set that address.`,
    );
  const own = ownOutcomes(answer, rows);
  if (own !== undefined) return { outcomes: own };
  if (status >= 400) return 'reject';
  return {
    outcomes: rows.map(({ key }) => ({ key, outcome: 'delivered', requestId: answer.requestId })),
  };
}

/** The outcome of a row that was refused alone. */
export const rejectedBy = (answer: Answer, { key }: DeliveryRow): RowOutcome => ({
  key,
  outcome: 'rejected',
  code: String(answer.status),
  message: ownWords(answer.text.trim() === '' ? `The receiver answered ${answer.status}.` : answer.text),
  requestId: answer.requestId,
});

/** Outcomes that the receiver gives row by row; undefined when it gives none. A row that it leaves out has none. */
function ownOutcomes(answer: Answer, rows: readonly DeliveryRow[]): RowOutcome[] | undefined {
  const value = jsonOf(answer);
  if (typeof value !== 'object' || value === null || !('results' in value)) return undefined;
  const read = results.safeParse(value);
  if (!read.success)
    throw badAnswer(answer, 'whose "results" are not a list of { key, status: "ok" or "rejected" }');
  const byKey = new Map(read.data.results.map((result) => [result.key, result]));
  return rows.flatMap(({ key }): RowOutcome[] => {
    const result = byKey.get(key);
    if (result === undefined) return [];
    const { requestId } = answer;
    if (result.status === 'ok') return [{ key, outcome: 'delivered', requestId }];
    const code = String(result.code ?? 'REJECTED');
    return [{ key, outcome: 'rejected', code, message: ownWords(result.message ?? code), requestId }];
  });
}

/** The JSON of an answer; undefined when it has none. What should be JSON and is not may not have come from the receiver. */
function jsonOf(answer: Answer): unknown {
  const type = answer.headers.get('content-type') ?? '';
  const text = answer.text.trim();
  if (text === '') return undefined;
  const taken = answer.status < 300;
  if (taken && (type.includes('html') || /^<(!doctype|html)/i.test(text)))
    throw badAnswer(answer, 'that is a page for people');
  if (!type.includes('json') && !/^[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    if (taken) throw badAnswer(answer, 'that is broken JSON');
    return undefined;
  }
}

const badAnswer = (answer: Answer, what: string): TributaryError =>
  new TributaryError('DESTINATION_BAD_ANSWER', `The receiver gave an answer ${what}: ${inWords(answer)}`);

const inWords = ({ status, text }: Answer): string =>
  text.trim() === '' ? `${status}.` : `${status}: ${text.trim().slice(0, 300)}`;

/** `Retry-After`: seconds or an HTTP date. */
function waitOf({ headers }: Answer, code: ErrorCode): { readonly retryAfterMs?: number } {
  const named = headers.get('retry-after')?.trim() ?? '';
  const date = Date.parse(named);
  if (/^\d+$/.test(named)) return { retryAfterMs: Number(named) * 1_000 };
  if (!Number.isNaN(date)) return { retryAfterMs: Math.max(0, date - Date.now()) };
  return code === 'DESTINATION_RATE_LIMITED' ? { retryAfterMs: unnamedWaitMs } : {};
}
