import { type ReasonRow, unblocking } from './reason-row.ts';
import { errorReasons } from './reasons-errors.ts';
import { sourceReasons } from './reasons-sources.ts';
import { stepReasons } from './reasons-steps.ts';
import type { SessionStatus } from './session.ts';
import type { FullCap } from './slots.ts';

export type { ReasonActor, ReasonRow } from './reason-row.ts';

/** Why a session is in its status. */
export type ReasonCode =
  | (typeof stepReasons)[number]['code']
  | (typeof errorReasons)[number]['code']
  | (typeof sourceReasons)[number]['code'];

/** A row of the reason table, with its code typed. */
export type Reason = ReasonRow & { readonly code: ReasonCode };

/** Every reason that can stand with a status; a pair of status and code has one row. */
export const reasons: readonly Reason[] = [...stepReasons, ...errorReasons, ...sourceReasons];

/** The row of a code in a status; undefined when the code cannot stand with it. */
export function reasonFor(status: SessionStatus, code: ReasonCode): Reason | undefined {
  return reasons.find((row) => row.code === code && row.statuses.includes(status));
}

export const isReasonCode = (value: unknown): value is ReasonCode =>
  reasons.some((row) => row.code === value);

/** What is known beside status and reason. Nothing of it is needed; no secret may be in it. */
export interface ExplainFacts {
  readonly sessionId?: string;
  readonly connectionId?: string;
  /** Name of the app. */
  readonly app?: string;
  /** Resources at work, or failed ones. */
  readonly resources?: readonly string[];
  readonly substage?: string;
  /** Rows in quarantine. */
  readonly quarantined?: number;
  /** Rows stored so far. */
  readonly rows?: number;
  /** The connection is paused or in ERROR. */
  readonly held?: boolean;
  /** What holds it is that the connection is in ERROR, and why. */
  readonly connectionError?: string;
  /** What leaves it no slot, while it waits for its turn. */
  readonly waitsFor?: FullCap;
  /** The session is closed in its error status. */
  readonly closed?: boolean;
  /** Message of the failure, without secrets. */
  readonly cause?: string;
}

/** What `explain` is asked. Times are ISO 8601 text. */
export interface ExplainInput {
  readonly status: SessionStatus;
  readonly statusName: string;
  readonly reason: ReasonCode;
  readonly since: string;
  /** When the wait ends by itself. */
  readonly until?: string | undefined;
  readonly facts: ExplainFacts;
}

const whoCanAct = {
  nobody: 'nobody has to do anything',
  customer: 'the customer can',
  developer: 'a developer can',
  admin: 'an admin can',
  app: 'the other side has to act',
} as const satisfies Record<Reason['who'], string>;

/**
 * One plain sentence: what a session does or waits for, which call moves it on, and what happens when otherwise.
 * Pure; a code that cannot stand with the status is said as it is.
 */
export function explain({ status, statusName, reason, since, until, facts }: ExplainInput): string {
  const start = `${statusName} (${status}) since ${since}`;
  const heldBy = facts.connectionError === undefined ? 'CONNECTION_PAUSED' : 'CONNECTION_ERROR';
  const held = facts.held === true ? reasonFor(status, heldBy) : undefined;
  const row = held ?? reasonFor(status, reason);
  if (row === undefined) return `${start}: the reason is ${reason}.`;
  const { call, otherwise } = facts.closed === true ? whenClosed(row, status) : row;
  // While it is held its timers stand still, so no time can be promised.
  const end = held === undefined ? until : undefined;
  const cause =
    facts.cause === undefined ? '' : ` (${facts.cause.replace(/\s+/g, ' ').replace(/[\s.]+$/, '')})`;
  const act = actText(row.who, call);
  const then =
    row.who === 'nobody' || (row.who !== 'app' && call === null)
      ? `${otherwise}${end === undefined ? '' : `, at ${end} at the latest`}`
      : `otherwise${end === undefined ? '' : ` at ${end}`} ${otherwise}`;
  return `${start}: ${fill(row.sentence, facts)}${cause}; ${fill(act, facts)}; ${then}.`;
}

function actText(who: Reason['who'], call: string | null): string {
  if (who === 'nobody') return whoCanAct.nobody;
  if (who === 'app') return whoCanAct.app + (call === null ? '' : `, then call ${call}`);
  if (call === null) return 'nobody can move it on any more';
  return `${whoCanAct[who]} ${call.startsWith('GET') ? 'see more' : 'go on'} with ${call}`;
}

/** What still helps a session that was closed in an error status, by a person's `cancel` or by the decision window. */
function whenClosed(row: Reason, status: SessionStatus): Pick<Reason, 'call' | 'otherwise'> {
  const window = reasonFor(status, 'WINDOW_OVER');
  if (window === undefined || row.call === unblocking.connect) return row;
  if (row.code !== 'CANCELED' || status === 20) return window;
  return { call: null, otherwise: 'the session stays closed and the next one loads again' };
}

function fill(text: string, facts: ExplainFacts): string {
  const known: Readonly<Record<string, string | undefined>> = {
    id: facts.sessionId,
    connectionId: facts.connectionId,
    app: facts.app,
    resources:
      facts.resources === undefined || facts.resources.length === 0 ? undefined : facts.resources.join(', '),
    substage: facts.substage,
    quarantined: rowCount(facts.quarantined),
    rows: rowCount(facts.rows),
    connectionError: facts.connectionError,
    ...turnFacts(facts.waitsFor),
  };
  return text.replace(/\{(\w+)\|([^}]*)\}/g, (_, name: string, fallback: string) => known[name] ?? fallback);
}

const turnFacts = (waitsFor: FullCap | undefined) =>
  waitsFor && {
    fullCap: `${waitsFor.cap} ${waitsFor.name}`,
    place: String(waitsFor.place),
    capSetting: `TRIBUTARY_MAX_SESSIONS_PER_${waitsFor.cap.toUpperCase()}`,
  };

const rowCount = (count: number | undefined) =>
  count === undefined ? undefined : `${count} ${count === 1 ? 'row' : 'rows'}`;
