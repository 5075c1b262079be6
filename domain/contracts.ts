import type { ReasonCode } from './reasons.ts';
import type { SessionCall, SessionEvent, SessionStatus, Substage } from './session.ts';

/** Who asked for something: shown on the timeline. `id` never holds a secret. */
export interface Actor {
  readonly kind: 'person' | 'schedule' | 'app' | 'system';
  readonly id: string;
}

/** Every wait of a session, in milliseconds; frozen at the start of the run (defaults: design section 8). */
export interface SessionDurations {
  /** From opening the consent page to the app's answer. */
  readonly authorizationMs: number;
  /** How long a consent link may lie unopened. */
  readonly linkValidMs: number;
  /** Wait for an aggregator's webhook. */
  readonly webhookWaitMs: number;
  /** Loading: no batch stored for so long. */
  readonly noProgressMs: number;
  /** Loading: all in all. */
  readonly loadingMs: number;
  /** Structuring, each substage, deduplication: all in all. */
  readonly stageMs: number;
  /** How long an error status waits for a person, from the first error without progress. */
  readonly decisionWindowMs: number;
  /** Activities that work long heartbeat within this. */
  readonly heartbeatMs: number;
  /** First wait before an activity is tried again; doubled up to a hundred times this. */
  readonly retryInitialMs: number;
  /** How long a worker that dies inside a short activity is waited for. @default 10 s */
  readonly quickMs?: number;
}

export const defaultDurations: SessionDurations = {
  authorizationMs: 15 * 60_000,
  linkValidMs: 7 * 86_400_000,
  webhookWaitMs: 86_400_000,
  noProgressMs: 3_600_000,
  loadingMs: 86_400_000,
  stageMs: 2 * 3_600_000,
  decisionWindowMs: 7 * 86_400_000,
  heartbeatMs: 30_000,
  retryInitialMs: 1_000,
};

/** What a pass covers; nothing named means every enabled resource. */
export interface Scope {
  readonly configuration?: string;
  readonly resources?: readonly string[];
  /** Reads everything anew, not only what changed; what is gone at the app is removed where the definition says so. */
  readonly full?: boolean;
  /** Backfill: rows of this range of cursor values (ISO 8601, `to` exclusive); the cursor stays where it is. */
  readonly range?: { readonly from: string; readonly to: string };
  /** With `full`: a person has looked, and more than half of a resource's records may be removed as gone at the app. */
  readonly allowRemovals?: boolean;
  /** The app is not asked: rows of quarantine are structured again. */
  readonly replay?: ReplayScope;
}

/** Rows of one resource's quarantine: all of them, those of a reason, or those named. */
export interface ReplayScope {
  readonly resource: string;
  readonly reason?: string;
  readonly ids?: readonly string[];
}

/** Why a run of the session workflow starts. */
export type SessionStart =
  /** A person's call without a valid grant: opens in 6. */
  | { readonly kind: 'authorize'; readonly by: Actor }
  /** A person's or a tick's call with a valid grant. Continues the latest session if it closed in an error. */
  | { readonly kind: 'load'; readonly by: Actor; readonly scope?: Scope }
  /** The dispatcher: something lies in the inbox. */
  | { readonly kind: 'told'; readonly by: Actor }
  /** Continues one session where it stopped, in a new run. */
  | { readonly kind: 'resume'; readonly by: Actor; readonly sessionId: string };

export interface SessionInput {
  readonly connectionId: string;
  readonly start: SessionStart;
  readonly durations: SessionDurations;
  /** Only on continue-as-new: when the first error without progress was, held time left out, ms since the epoch. */
  readonly errorSinceMs?: number;
  /** Only on continue-as-new: ticks whose scope no session has covered yet. */
  readonly waiting?: readonly ScopeRequest[];
  /** Only on continue-as-new: something in the inbox that no session has taken. */
  readonly told?: boolean;
}

/** How a run ended. A session that closes in an error status is a failed execution instead. */
export interface SessionOutcome {
  readonly sessionId: string | null;
  readonly code: SessionStatus | null;
  readonly reason: ReasonCode | StartRefusal;
}

/** Why a start made no session: the tick is skipped and logged with this. */
export type StartRefusal =
  | 'CONNECTION_NOT_FOUND'
  | 'CONNECTION_NOT_STARTED'
  | 'NOT_AUTHORIZED'
  | 'NEEDS_PERSON'
  | 'NOTHING_TO_DO'
  | 'SESSION_CLOSED';

/** Names of the messages that the session workflow takes. */
export const sessionMessages = {
  /** Signal (Actor): something new lies in the inbox of the connection. */
  tell: 'tell',
  /** Signal (ScopeRequest): a tick or a scope that should run; an open session in an error status is retried by it. */
  tick: 'tick',
  /** Signal (HoldRequest?): the connection was paused or is in ERROR; timers stand still. */
  hold: 'hold',
  /** Signal (): the connection is STARTED again. */
  release: 'release',
  /** Signal (): slots were granted to the session that waits for its turn. */
  slotsFree: 'slotsFree',
  /** Signal (Actor): the connection's configuration is reset; 6 goes to 20 and 9 to 8. */
  resetConfiguration: 'resetConfiguration',
  /** Signal (DisconnectRequest): stop, go to 26 and tell the asking workflow. */
  disconnect: 'disconnect',
  /** Signal to the lifecycle workflow (session id): the open session has ended. */
  sessionEnded: 'sessionEnded',
  /** Signal to the lifecycle workflow (number of the procedure): the session's running work has ended. */
  sessionHeld: 'sessionHeld',
  /** Update (CallRequest) -> CallAnswer. */
  retry: 'retry',
  cancel: 'cancel',
  skip: 'skip',
  proceed: 'proceed',
  /** Query -> SessionView. */
  status: 'status',
  progress: 'progress',
} as const;

export interface ScopeRequest {
  readonly by: Actor;
  readonly scope?: Scope;
}

export interface DisconnectRequest {
  readonly by: Actor;
  /** Workflow that waits for `sessionEnded`. */
  readonly replyTo?: string;
}

export interface CallRequest {
  readonly by: Actor;
  readonly note?: string;
  /** For `skip`: the failed substage. */
  readonly substage?: Substage;
  /** For `retry` of 7 and 20: a person authorizes again, which a paused connection takes too. */
  readonly reauthorize?: boolean;
}

/** The status that the call led to. */
export interface CallAnswer {
  readonly sessionId: string;
  readonly code: SessionStatus;
  readonly reason: ReasonCode;
}

/** Details of a refused call: enough for a 409 answer. Failure type is ILLEGAL_MOVE or CONNECTION_HELD. */
export interface CallRefusal {
  readonly code: SessionStatus | null;
  readonly allowed: readonly SessionCall[];
}

export interface SessionView {
  readonly sessionId: string | null;
  readonly code: SessionStatus | null;
  readonly reason: ReasonCode | null;
  readonly since: string | null;
  readonly held: boolean;
  readonly seq: number;
}

export interface SessionProgress {
  readonly loaded: readonly string[];
  readonly structured: readonly string[];
  readonly substages: readonly Substage[];
  readonly retries: number;
}

/** One transition as it is written. Times are ISO 8601 in UTC. */
export interface StatusStep {
  readonly seq: number;
  readonly from: SessionStatus | null;
  readonly to: SessionStatus;
  readonly event: SessionEvent;
  readonly reason: ReasonCode;
  readonly by: Actor;
  readonly at: string;
  readonly note?: string;
}

/** Names of the search attributes; all are Keyword but SessionCode, which is Int. Ids and codes only. */
export const searchAttributeNames = {
  sessionStatus: 'SessionStatus',
  sessionCode: 'SessionCode',
  connectionId: 'ConnectionId',
  company: 'Company',
  app: 'App',
} as const;

/** Ids of workflows and queues (design section 7). */
export const sessionWorkflowId = (connectionId: string): string => `session/${connectionId}`;
export const lifecycleWorkflowId = (connectionId: string): string => `lifecycle/${connectionId}`;
export const companyWorkflowId = (companyId: string): string => `company/${companyId}`;
export const sessionIdOf = (connectionId: string, number: number): string => `${connectionId}.${number}`;
/** The two parts of a session's public id; null when it has not that form. */
export function parseSessionId(
  sessionId: string,
): { readonly connectionId: string; readonly number: number } | null {
  const match = /^(.+)\.([1-9][0-9]*)$/.exec(sessionId);
  return match?.[1] === undefined ? null : { connectionId: match[1], number: Number(match[2]) };
}
/** Company, app, connection and resource ids: what may stand in workflow ids, collection names and addresses. */
export const slugPattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export const workflowTypes = {
  session: 'session',
  disconnect: 'disconnect',
  procedure: 'procedure',
  deleteCompany: 'deleteCompany',
  tick: 'tick',
  ping: 'ping',
} as const;

export interface DisconnectInput {
  readonly connectionId: string;
  /** The one that was asked about: a later one is left alone. Missing: that of now. */
  readonly generation?: number;
  readonly by: Actor;
  readonly keepData: boolean;
  /** How long an activity that does not answer is waited for before the purge. */
  readonly heartbeatMs: number;
}

export interface DisconnectOutcome {
  readonly connectionId: string;
  readonly generation: number;
  /** Id of the deletion receipt. */
  readonly receiptId: string;
}

/** Input of the workflow `company/<companyId>`: disconnects every connection of a company. */
export interface DeleteCompanyInput {
  readonly companyId: string;
  /** Which deletion of the company it is, from 1. */
  readonly number: number;
  readonly by: Actor;
  readonly keepData: boolean;
  /** As in {@link DisconnectInput}. */
  readonly heartbeatMs: number;
  /** Only on continue-as-new: connections up to this id are done. */
  readonly after?: string;
}

export interface DeleteCompanyOutcome {
  readonly companyId: string;
  readonly receiptId: string;
}
