import {
  ActivityCancellationType,
  ActivityFailure,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import type { SyncBaseActivities } from '../activities/sync-base/contracts.ts';
import type { SyncBaseInput, SyncBaseOutcome } from '../domain/sync-base-contracts.ts';

const nothing = { changes: 0, taken: 0, held: 0, refused: 0, written: 0, removed: 0, rejected: 0 };

/**
 * One pass over a SYNC base in Airtable (document 003): what people changed there is taken in, acted on, and what the
 * service has to show is written. Its Schedule starts it, workflow id `sync-base/<baseId>` and the time. Nothing waits
 * for it: a base that cannot be reached is its own problem, and the next pass catches up.
 */
export async function syncBase({ baseId, patienceMs }: SyncBaseInput): Promise<SyncBaseOutcome> {
  const { pullBase, applyEdits, pushBase } = proxyActivities<SyncBaseActivities>({
    startToCloseTimeout: '15 minutes',
    scheduleToCloseTimeout: patienceMs,
    heartbeatTimeout: '30s',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // What is left of a month's calls is none: each look asks once.
    retry: {
      initialInterval: '1s',
      maximumInterval: '30s',
      nonRetryableErrorTypes: ['DESTINATION_QUOTA'],
    },
  });
  const { noteBase } = proxyActivities<SyncBaseActivities>({
    startToCloseTimeout: '10s',
    scheduleToCloseTimeout: '10 minutes',
    retry: { initialInterval: '500ms', maximumInterval: '30s' },
  });
  try {
    const { changes } = await pullBase({ baseId });
    if (changes === null) return { ...nothing, decision: 'detached' };
    const applied = await applyEdits({ baseId });
    const pushed = await pushBase({ baseId });
    await noteBase({ baseId, problem: null });
    return { ...applied, ...pushed, changes, decision: 'done' };
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    await noteBase({ baseId, problem: reasonOf(error) });
    return { ...nothing, decision: 'failed' };
  }
}

function reasonOf(failure: ActivityFailure): { readonly code: string; readonly text: string } {
  let cause: unknown = failure;
  let text = failure.message;
  let code = 'DESTINATION_UNREACHABLE';
  while (cause instanceof Error) {
    const { type } = cause as { readonly type?: unknown };
    if (typeof type === 'string') {
      code = type;
      text = cause.message;
    }
    cause = cause.cause;
  }
  return { code, text };
}
