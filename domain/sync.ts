import { defineMachine } from './machine.ts';
import type { SyncRunStatus } from './sync-run.ts';

export const syncStatuses = ['pending', 'healthy', 'failed', 'disabled'] as const;

/** What a sync is, seen over its runs (document 001). */
export type SyncStatus = (typeof syncStatuses)[number];

/**
 * A sync. Its status follows its runs, until a person disables it.
 * Fact `connectionDisconnected`: the connection it reads from ended (26), so there is nothing to enable.
 */
export const syncMachine = defineMachine({
  name: 'sync',
  statuses: syncStatuses,
  ends: [],
  transitions: [
    { from: [null], event: 'create', to: 'pending' },
    { from: ['pending', 'healthy', 'failed'], event: 'complete', to: 'healthy' },
    { from: ['pending', 'healthy', 'failed'], event: 'fail', to: 'failed' },
    { from: ['pending', 'healthy', 'failed', 'disabled'], event: 'disable', to: 'disabled' },
    { from: ['disabled'], event: 'enable', to: 'pending', unless: 'connectionDisconnected' },
  ],
});

export type SyncEvent = (typeof syncMachine.transitions)[number]['event'];

/**
 * What the end of a run does to its sync. Canceled and test runs leave it alone, and so does a run
 * that has not ended.
 */
export function syncEventAfterRun(run: {
  readonly status: SyncRunStatus;
  readonly test: boolean;
}): SyncEvent | null {
  if (run.test) return null;
  if (run.status === 'success') return 'complete';
  if (run.status === 'failed') return 'fail';
  return null;
}
