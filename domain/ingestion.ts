import { defineMachine } from './machine.ts';

export const ingestionProcessStatuses = ['SCHEDULED', 'IN_PROGRESS', 'FINISHED'] as const;

/** Where the lasting ingestion of one resource configuration stands (document 002). */
export type IngestionProcessStatus = (typeof ingestionProcessStatuses)[number];

/**
 * The ingestion process of one resource configuration: scheduled and in progress by turns, finished when
 * it is disabled or removed. Enabling it again makes a new process that continues from the finished one's cursor.
 */
export const ingestionProcessMachine = defineMachine({
  name: 'ingestionProcess',
  statuses: ingestionProcessStatuses,
  ends: ['FINISHED'],
  transitions: [
    { from: [null], event: 'enable', to: 'SCHEDULED' },
    { from: ['SCHEDULED'], event: 'start', to: 'IN_PROGRESS' },
    { from: ['IN_PROGRESS'], event: 'end', to: 'SCHEDULED' },
    { from: ['SCHEDULED', 'IN_PROGRESS'], event: 'disable', to: 'FINISHED' },
    { from: ['SCHEDULED', 'IN_PROGRESS'], event: 'remove', to: 'FINISHED' },
  ],
});

export type IngestionProcessEvent = (typeof ingestionProcessMachine.transitions)[number]['event'];

export const ingestionRunStatuses = ['IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELED', 'NOT_FOUND'] as const;

/** How one configuration's part of one session went (document 002). */
export type IngestionRunStatus = (typeof ingestionRunStatuses)[number];

/**
 * One configuration's part of one session. It completes when the session is Structured (15), fails with
 * its error statuses 11, 14 and 23, and goes on when the session is retried, as the session is the same.
 * It is canceled only with the session as a whole: closed by `cancel`, or disconnected.
 */
export const ingestionRunMachine = defineMachine({
  name: 'ingestionRun',
  statuses: ingestionRunStatuses,
  ends: ['COMPLETED', 'CANCELED', 'NOT_FOUND'],
  transitions: [
    { from: [null], event: 'start', to: 'IN_PROGRESS' },
    { from: ['IN_PROGRESS'], event: 'complete', to: 'COMPLETED' },
    { from: ['IN_PROGRESS'], event: 'fail', to: 'FAILED' },
    { from: ['FAILED'], event: 'retry', to: 'IN_PROGRESS' },
    { from: ['IN_PROGRESS', 'FAILED'], event: 'cancel', to: 'CANCELED' },
    { from: ['IN_PROGRESS'], event: 'notFound', to: 'NOT_FOUND' },
  ],
});

export type IngestionRunEvent = (typeof ingestionRunMachine.transitions)[number]['event'];

export const ingestionRollUps = ['PAUSED', 'SYNCING_DATA', 'LAST_SYNCED', 'NOT_SYNCING'] as const;

/** The one word about a connection's ingestion; `at` is ISO text. */
export type IngestionRollUp =
  | { readonly state: 'PAUSED' | 'SYNCING_DATA' | 'NOT_SYNCING' }
  | { readonly state: 'LAST_SYNCED'; readonly at: string };

/** Rolls the ingestion of all resources up. Paused says more than working, working more than the last success. */
export function rollUpIngestion(seen: {
  readonly paused: boolean;
  readonly inProgress: boolean;
  readonly lastSyncedAt: string | null;
}): IngestionRollUp {
  if (seen.paused) return { state: 'PAUSED' };
  if (seen.inProgress) return { state: 'SYNCING_DATA' };
  return seen.lastSyncedAt === null
    ? { state: 'NOT_SYNCING' }
    : { state: 'LAST_SYNCED', at: seen.lastSyncedAt };
}
