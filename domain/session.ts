import { defineMachine, type Facts } from './machine.ts';

/**
 * The public status codes of a data-sharing session and their names (document 000).
 * 1, 3, 4, 5, 10 and 24 are reserved and never used.
 */
export const sessionStatusNames = {
  2: 'Loading',
  6: 'Authorization',
  7: 'Error in Authorization',
  8: 'Deauthorized',
  9: 'Authorized',
  11: 'Loading Error',
  12: 'Loaded',
  13: 'Structuring',
  14: 'Structuring Error',
  15: 'Structured',
  16: 'Processing',
  17: 'Processing Error',
  18: 'Processed',
  19: 'Synced',
  20: 'Authorization Timed Out',
  21: 'Deduplication',
  22: 'Deduplication Error',
  23: 'Timed Out',
  25: 'Waiting For Webhook',
  26: 'Disconnected',
} as const;

export type SessionStatus = keyof typeof sessionStatusNames;

const statuses = Object.keys(sessionStatusNames).map(Number) as SessionStatus[];

/** What kind of moment a status is: who moves it on. */
export type SessionStatusKind = 'working' | 'waiting' | 'passing' | 'error' | 'final';

/** Document 000 names the statuses; the kinds decide what the workflow does in them. */
export const sessionStatusKinds: Readonly<Record<SessionStatus, SessionStatusKind>> = {
  2: 'working',
  6: 'waiting',
  7: 'error',
  8: 'final',
  9: 'passing',
  11: 'error',
  12: 'passing',
  13: 'working',
  14: 'error',
  15: 'passing',
  16: 'working',
  17: 'error',
  18: 'passing',
  19: 'final',
  20: 'error',
  21: 'working',
  22: 'error',
  23: 'error',
  25: 'waiting',
  26: 'final',
};

const ends = statuses.filter((status) => sessionStatusKinds[status] === 'final');
const open = statuses.filter((status) => sessionStatusKinds[status] !== 'final');

/**
 * The session's table (document 000; the rows without a source fill its gaps).
 * Facts: `aggregator`: the app sends a webhook before it can be read; `webhookPending`: that webhook has not
 * come yet; `deduplicates`: the app is in the deduplication list.
 */
export const sessionMachine = defineMachine({
  name: 'session',
  statuses,
  ends,
  transitions: [
    { from: [null], event: 'authorize', to: 6 },
    { from: [null], event: 'load', to: 2, unless: 'aggregator' },
    { from: [null], event: 'load', to: 25, when: 'aggregator' },
    { from: [6], event: 'authorized', to: 9 },
    { from: [6], event: 'authorizationFailed', to: 7 },
    { from: [6], event: 'authorizationTimedOut', to: 20 },
    { from: [6], event: 'cancel', to: 20 },
    { from: [6], event: 'resetConfiguration', to: 20 },
    { from: [9], event: 'resetConfiguration', to: 8 },
    { from: [7, 20], event: 'retry', to: 6 },
    { from: [9], event: 'finalized', to: 2, unless: 'aggregator' },
    { from: [9], event: 'finalized', to: 25, when: 'aggregator' },
    { from: [25], event: 'webhookArrived', to: 2 },
    { from: [25], event: 'webhookTimedOut', to: 23 },
    { from: [25], event: 'cancel', to: 23 },
    { from: [25], event: 'aggregatorFailed', to: 11 },
    { from: [2], event: 'loaded', to: 12 },
    { from: [2], event: 'loadingFailed', to: 11 },
    { from: [2], event: 'cancel', to: 11 },
    { from: [2], event: 'loadingTimedOut', to: 23 },
    { from: [11, 23], event: 'retry', to: 2, unless: 'webhookPending' },
    { from: [11, 23], event: 'retry', to: 25, when: 'webhookPending' },
    { from: [12], event: 'structure', to: 13 },
    { from: [13], event: 'structured', to: 15 },
    { from: [13], event: 'structuringFailed', to: 14 },
    { from: [13], event: 'cancel', to: 14 },
    { from: [14], event: 'retry', to: 13 },
    { from: [15], event: 'process', to: 16 },
    { from: [16], event: 'processed', to: 18 },
    { from: [16], event: 'processingFailed', to: 17 },
    { from: [16], event: 'cancel', to: 17 },
    { from: [17], event: 'retry', to: 16 },
    { from: [17], event: 'skip', to: 16 },
    { from: [18], event: 'deduplicate', to: 21, when: 'deduplicates' },
    { from: [18], event: 'sync', to: 19, unless: 'deduplicates' },
    { from: [21], event: 'deduplicated', to: 19 },
    { from: [21], event: 'deduplicationFailed', to: 22 },
    { from: [21], event: 'cancel', to: 22 },
    { from: [22], event: 'retry', to: 21 },
    { from: [2, 9, 25, 11, 23], event: 'grantRevoked', to: 8 },
    { from: open, event: 'disconnect', to: 26 },
  ],
});

export type SessionEvent = (typeof sessionMachine.transitions)[number]['event'];
export type SessionFact = 'aggregator' | 'webhookPending' | 'deduplicates';
export type SessionFacts = Facts<SessionFact>;

/** Error statuses keep the session open for the decision window, waiting for a person or a tick. */
export const isErrorStatus = (status: SessionStatus): boolean => sessionStatusKinds[status] === 'error';

/** Statuses that end the session for good. */
export const isFinalStatus = (status: SessionStatus): boolean => sessionStatusKinds[status] === 'final';

const inWork: ReadonlySet<SessionStatus | null> = new Set([2, 12, 13, 15, 16, 18, 21]);

/** Statuses in which a session works: it has its slots there, or waits for them. */
export const needsSlots = (status: SessionStatus | null): boolean => inWork.has(status);

/** Error statuses that a tick retries by itself, and that a later run may continue; 7 and 20 need a person. */
export const isContinuable = (status: SessionStatus): boolean =>
  isErrorStatus(status) && status !== 7 && status !== 20;

/** The calls of a person that a session takes. `cancel` of an error status closes the session. */
export type SessionCall = 'retry' | 'cancel' | 'skip' | 'proceed' | 'disconnect';

/**
 * What a person may ask of an open session now: what validators, 409 answers and the dashboard's buttons show.
 * A held session (its connection is paused) takes only `disconnect`.
 */
export function allowedCalls(status: SessionStatus, held = false): readonly SessionCall[] {
  if (isFinalStatus(status)) return [];
  if (held) return ['disconnect'];
  const events: readonly string[] = sessionMachine.allowed(status, {});
  const calls: SessionCall[] = [];
  if (events.includes('retry')) calls.push('retry');
  if (events.includes('cancel') || isErrorStatus(status)) calls.push('cancel');
  if (events.includes('skip')) calls.push('skip');
  if (status === 9) calls.push('proceed');
  return [...calls, 'disconnect'];
}

/**
 * The connection's own code: 8 from the revocation until a session reaches 9, 26 from disconnect until
 * connect again; otherwise it shows its latest session's code.
 */
export const connectionCodeMachine = defineMachine({
  name: 'connection code',
  statuses: ['session', 8, 26],
  ends: [],
  transitions: [
    { from: [null], event: 'connect', to: 'session' },
    { from: ['session', 8], event: 'grantRevoked', to: 8 },
    { from: [8], event: 'authorized', to: 'session' },
    { from: ['session', 8], event: 'disconnect', to: 26 },
    { from: [26], event: 'connectAgain', to: 'session' },
  ],
});

/** The substages of Processing, in their order (document 000). */
export const substages = [
  'monitoring',
  'forecasting',
  'insights',
  'benchmarking',
  'historicalDataCleaning',
] as const;
export type Substage = (typeof substages)[number];
export type SubstageStatus = 'notStarted' | 'running' | 'done' | 'skipped' | 'failed';
