import { fingerprintOfAutomation } from '../../../activities/automations/apply.ts';
import { automationTickId, latestDue, taskText } from '../../../domain/automation-rules.ts';
import { nextDueTimes, timingFaults } from '../../../domain/due-times.ts';
import type { AutomationDoc, AutomationTickDoc } from '../../../stores/model.ts';
import type { Stores } from '../../../stores/open.ts';
import type { RouteDeps } from '../deps.ts';
import type { AutomationTickView, AutomationView } from '../schemas/automations.ts';

const nextRuns = 5;

/** One run of a schedule. */
export const automationTickView = (row: AutomationTickDoc): AutomationTickView => ({
  id: row._id,
  slot: row.slot,
  dueAt: row.dueAt.toISOString(),
  by: row.by,
  outcome: row.outcome,
  reason: row.reason,
  sentence: row.outcome === 'running' ? 'It is being started.' : row.text,
  at: row.at.toISOString(),
});

/** What became of the latest time that came due: found by ids, whatever number of runs there is. */
export async function latestTick(
  { automationTicks }: Pick<Stores, 'automationTicks'>,
  automation: AutomationDoc,
  at: number,
): Promise<AutomationTickDoc | undefined> {
  const ids = latestDue(automation, at).map(({ slot }) => automationTickId(automation._id, slot));
  return (await automationTicks.getMany(ids)).at(-1);
}

/** A schedule with its next times and its latest run. */
export async function automationView(
  { stores, now }: Pick<RouteDeps, 'stores' | 'now'>,
  doc: AutomationDoc,
): Promise<AutomationView> {
  const { _id: id, name, description, task, run, time, timezone, weekday, disabled, missed } = doc;
  const at = now().getTime();
  // Whoever writes to the store by other means may have written anything.
  const isSound = timingFaults(doc).length === 0;
  const latest = isSound ? await latestTick(stores, doc, at) : undefined;
  const next = disabled || !isSound ? [] : nextDueTimes(doc, nextRuns, at);
  return {
    ...{ id, name, description, task, does: taskText(task) },
    ...{ run, time, timezone, weekday, disabled, missed },
    nextRuns: next.map(({ at }) => new Date(at).toISOString()),
    latest: latest === undefined ? null : automationTickView(latest),
    inForce: isSound && doc.applied === fingerprintOfAutomation(doc),
    createdBy: doc.createdBy,
    createdAt: doc.createdAt.toISOString(),
    updatedAt: doc.updatedAt.toISOString(),
  };
}
