import { ScheduleOverlapPolicy } from '@temporalio/client';
import {
  type SyncBaseInput,
  syncBaseScheduleIdOf,
  syncBaseWorkflowType,
} from '../../domain/sync-base-contracts.ts';
import type { Stores } from '../../stores/open.ts';
import type { ScheduleEngine } from '../schedules/apply.ts';
import { putAtEngine, removeSchedule } from '../schedules/engine.ts';

/** A pass tries for at least so long, though it is due again. */
const leastPatienceMs = 5 * 60_000;

/**
 * Brings the Schedule of a SYNC base to what the store says: made, changed, or deleted where the base is attached no
 * longer. May be repeated.
 */
export async function applySyncBase(
  { syncBases }: Pick<Stores, 'syncBases'>,
  { client, taskQueue }: ScheduleEngine,
  baseId: string,
): Promise<void> {
  const scheduleId = syncBaseScheduleIdOf(baseId);
  const doc = await syncBases.get(baseId);
  if (doc === null) return removeSchedule(client, scheduleId);
  const input: SyncBaseInput = { baseId, patienceMs: Math.max(doc.everyMs, leastPatienceMs) };
  await putAtEngine(
    client,
    scheduleId,
    { baseId },
    {
      spec: { intervals: [{ every: doc.everyMs }] },
      action: {
        type: 'startWorkflow',
        workflowType: syncBaseWorkflowType,
        workflowId: scheduleId,
        taskQueue,
        args: [input],
        memo: { baseId },
        staticSummary: `${baseId}: the SYNC base and the service are made equal`,
      },
      // A pass that is late says nothing: the next one sees all.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: 60_000, pauseOnFailure: false },
      state: { paused: false, note: 'Takes edits in Airtable, and writes what the service has to show' },
    },
  );
}
