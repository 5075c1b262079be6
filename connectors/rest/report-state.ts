import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { valueAt } from '../pointer.ts';
import { excerpt } from '../redact.ts';
import type { AsynchronousReport } from '../schema.ts';
import type { ReportState } from '../source.ts';
import { retryAfterMs } from './limits.ts';

/** What the app said of a report that was requested. */
export interface SaidState {
  readonly state: ReportState;
  /** There are no rows, and nothing to fetch. */
  readonly empty: boolean;
  /** The whole answer: the address of the file is in it. */
  readonly body: JsonValue;
}

const SHORTEST_MS = 500;
const LONGEST_MS = 3_600_000;
const WORDS = 200;

/**
 * Reads how far a report is.
 * @param report Its id in the definition, for messages.
 * @throws TributaryError SOURCE_BAD_ANSWER when no state is there, or one that the definition does not name.
 */
export function readState(
  report: string,
  { statePath, done, failed, empty, pending, messagePath }: AsynchronousReport['status'],
  body: JsonValue,
  headers: Headers,
): SaidState {
  const said = valueAt(body, statePath);
  const bad = (message: string) => new TributaryError('SOURCE_BAD_ANSWER', `${report}: ${message}`);
  if (typeof said !== 'string' && typeof said !== 'number' && typeof said !== 'boolean')
    throw bad(`there is no state at "${statePath}" in the answer.`);
  const told = (state: ReportState) => ({ state, empty: empty.includes(said), body });
  if (done.includes(said) || empty.includes(said)) return told({ state: 'done' });
  if (failed.includes(said)) {
    const words = messagePath === undefined ? undefined : valueAt(body, messagePath);
    const text = typeof words === 'string' && words.trim() !== '' ? words : `state ${said}`;
    return told({ state: 'failed', said: excerpt(text, [], WORDS) });
  }
  if (pending && !pending.includes(said))
    throw bad(`the app named a state that the definition does not: "${excerpt(String(said), [], 40)}".`);
  const wait = retryAfterMs(headers);
  return told({
    state: 'pending',
    ...(wait === undefined ? {} : { retryAfterMs: Math.min(Math.max(wait, SHORTEST_MS), LONGEST_MS) }),
  });
}
