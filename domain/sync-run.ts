import { defineMachine } from './machine.ts';

export const syncRunStatuses = [
  'started',
  'querying',
  'queued',
  'inProgress',
  'paused',
  'success',
  'failed',
  'canceled',
] as const;

/** Where one execution of a sync stands (document 001). People see "interrupted, resumes next run" for paused. */
export type SyncRunStatus = (typeof syncRunStatuses)[number];

/**
 * A sync run. What was delivered stays delivered, whatever the end.
 * Fact `rejectedAboveThreshold`: the destination refused more rows than the sync allows (default 0);
 * such a run is not complete, it aborts with ROWS_REJECTED.
 */
export const syncRunMachine = defineMachine({
  name: 'syncRun',
  statuses: syncRunStatuses,
  ends: ['success', 'failed', 'canceled'],
  transitions: [
    { from: [null], event: 'trigger', to: 'started' },
    { from: ['started'], event: 'query', to: 'querying' },
    { from: ['querying'], event: 'queue', to: 'queued' },
    { from: ['queued'], event: 'progress', to: 'inProgress' },
    { from: ['inProgress'], event: 'pause', to: 'paused' },
    { from: ['paused'], event: 'resume', to: 'inProgress' },
    { from: ['inProgress'], event: 'complete', to: 'success', unless: 'rejectedAboveThreshold' },
    { from: ['started', 'querying', 'queued', 'inProgress', 'paused'], event: 'abort', to: 'failed' },
    { from: ['started', 'querying', 'queued', 'inProgress', 'paused'], event: 'cancel', to: 'canceled' },
  ],
});

export type SyncRunEvent = (typeof syncRunMachine.transitions)[number]['event'];
