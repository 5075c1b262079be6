import {
  automationScheduleIdOf,
  automationTickId,
  decideSlot,
  lateInGapMs,
} from '../../domain/automation-rules.ts';
import type { DueTime, TickResult } from '../../domain/automations.ts';
import type { Actor } from '../../domain/contracts.ts';
import { slotAt, timingFaults } from '../../domain/due-times.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { AutomationTick, TickOutcome } from '../../domain/ticks.ts';
import type { AutomationDoc } from '../../stores/model.ts';
import { removeSchedule } from '../schedules/engine.ts';
import type { TickEngine, TickPorts } from '../schedules/tick.ts';
import { logNotRun, noteNotRun } from './not-run.ts';
import { startTask } from './start-task.ts';

/** The workflow of a tick tries for half an hour: whoever holds a due time for longer has given up. */
export const staleClaimMs = lateInGapMs + 120_000;

const outcome = (decision: TickOutcome['decision'], reason: TickOutcome['reason'] = null): TickOutcome => ({
  ...{ decision, reason, sessionId: null },
});

/**
 * One tick of an automation. The row of the due time that it stands for is inserted first: ticks that come twice in
 * autumn, the sweep and a late tick meet there, and one of them does the work.
 */
export async function tickAutomation(
  ports: TickPorts,
  engine: TickEngine,
  { automationId, at = new Date().toISOString(), hand }: AutomationTick,
): Promise<TickOutcome> {
  const { stores } = ports;
  const automation = await stores.automations.get(automationId);
  if (automation === null) {
    // A Schedule that was forgotten ends here.
    await removeSchedule(engine.client, automationScheduleIdOf(automationId));
    return outcome('skipped', 'AUTOMATION_GONE');
  }
  const now = Date.now();
  if (timingFaults(automation).length > 0) return outcome('skipped', 'NOT_DUE');
  const due = slotAt(automation, hand === undefined ? Date.parse(at) : now);
  if (due === null) return outcome('skipped', 'NOT_DUE');
  const by: Actor = hand?.by ?? { kind: 'schedule', id: automationScheduleIdOf(automationId) };
  if (hand === undefined) {
    if (automation.disabled) return outcome('skipped', 'DISABLED');
    // A tick of the time that it had before its last edit.
    if (due.at < automation.since.getTime()) return outcome('skipped', 'NOT_DUE');
    const decision = decideSlot(automation, due, now);
    // Where its row is there already it is over, or somebody began in time: who did goes on below.
    if (decision !== 'run' && (await noteNotRun(stores, automation, due, decision, new Date(now)))) {
      // Of many that were coalesced the newest, which runs, is told.
      if (decision === 'missed') await logNotRun(stores, automation, [due], decision, new Date(now));
      return outcome(decision);
    }
  }
  return run(ports, engine, automation, { due, by, hand: hand?.id ?? null });
}

interface Wanted {
  readonly due: DueTime;
  readonly by: Actor;
  /** Id of a run by hand. */
  readonly hand: string | null;
}

async function run(
  ports: TickPorts,
  engine: TickEngine,
  automation: AutomationDoc,
  { due, by, hand }: Wanted,
): Promise<TickOutcome> {
  const { automationTicks } = ports.stores;
  const id = automationTickId(automation._id, due.slot);
  const at = new Date();
  const claim = await automationTicks.claim(
    {
      _id: hand === null ? id : `${id}/hand/${hand}`,
      automationId: automation._id,
      slot: due.slot,
      dueAt: hand === null ? new Date(due.at) : at,
      ...{ by, holder: engine.tickId, at },
    },
    new Date(at.getTime() - staleClaimMs),
  );
  if (claim === null) return outcome('skipped', 'SLOT_DONE');
  // What it starts knows it by its row: whoever takes it over starts the same.
  const did = await startTask(ports, { ...engine, tickId: claim._id }, automation, {
    slot: due.slot,
    by,
    occasion: hand === null ? 'due' : 'hand',
  }).catch((error: unknown) => {
    if (!(error instanceof TributaryError) || error.retryable) throw error;
    return { tick: outcome('failed', error.code), text: error.message };
  });
  const { decision, reason } = did.tick;
  await automationTicks.end(claim, { outcome: resultOf(decision), reason, text: did.text });
  ports.log.info({ automationId: automation._id, slot: due.slot, decision, reason }, 'a schedule came due');
  return did.tick;
}

function resultOf(decision: TickOutcome['decision']): TickResult {
  if (decision === 'kept') return 'joined';
  return decision === 'retried' || decision === 'continued' || decision === 'noted' ? 'started' : decision;
}
