import type { Logger } from 'pino';
import { fingerprintOfAutomation } from '../activities/automations/apply.ts';
import { logNotRun, noteNotRun } from '../activities/automations/not-run.ts';
import { staleClaimMs } from '../activities/automations/tick.ts';
import { automationTickId, decideSlot, dueBefore } from '../domain/automation-rules.ts';
import type { DueTime } from '../domain/automations.ts';
import { timingFaults } from '../domain/due-times.ts';
import { TributaryError } from '../domain/errors.ts';
import type { AutomationDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import type { AutomationsPort } from './automations-port.ts';
import { createPeriodic, type Periodic } from './periodic.ts';

const dayMs = 86_400_000;
/** What became of due times is kept for so long. */
const keptMs = 90 * dayMs;

/** What the sweeps are made of. */
export interface AutomationSweepOptions {
  readonly stores: Pick<Stores, 'automations' | 'automationTicks' | 'logs'>;
  readonly automations: AutomationsPort;
  readonly log: Logger;
  /** Between two rounds. */
  readonly intervalMs?: number;
  readonly now?: () => Date;
}

/**
 * Brings edits into force that the engine was not there to hear of, within two minutes after it is back.
 * `intervalMs` is 60000 unless given.
 */
export function createAutomationApply(options: AutomationSweepOptions): Periodic {
  const { stores, automations, log, intervalMs = 60_000 } = options;

  /** What is wrong with one keeps nobody else waiting; an engine that is away does. */
  async function apply(automation: AutomationDoc): Promise<void> {
    const { _id: automationId } = automation;
    try {
      if (automation.applied === fingerprintOfAutomation(automation)) return;
      await automations.apply(automationId);
      log.info({ automationId }, 'an edit of a schedule is in force');
    } catch (error) {
      if (error instanceof TributaryError && error.code === 'ENGINE_UNAVAILABLE') throw error;
      log.warn({ automationId, err: error }, 'an edit of a schedule could not be brought into force');
    }
  }

  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not bring edits of schedules to the engine; it is tried again',
    work: async () => {
      for (const automation of await stores.automations.list()) {
        await stores.automations.settleLog(automation);
        await apply(automation);
      }
    },
  });
}

/**
 * Starts what is due and was not heard of: times that the clock leaves out in spring, a Schedule that was lost, ticks
 * that never came. Times that are too late by their policy are noted as missed, the engine need not be there for that.
 * `intervalMs` is 300000 unless given.
 */
export function createAutomationSweep(options: AutomationSweepOptions): Periodic {
  const { stores, automations, log, intervalMs = 300_000, now = () => new Date() } = options;
  let expireAt = 0;

  /** What is wrong with one keeps nobody else waiting. @returns the due times that are to be started */
  async function look(automation: AutomationDoc, at: Date): Promise<readonly DueTime[]> {
    try {
      return await lookAt(automation, at);
    } catch (error) {
      if (error instanceof TributaryError && error.code === 'STORE_UNAVAILABLE') throw error;
      log.warn({ automationId: automation._id, err: error }, 'could not look whether a schedule is due');
      return [];
    }
  }

  async function lookAt(automation: AutomationDoc, at: Date): Promise<readonly DueTime[]> {
    const due = dueBefore(automation, automation.since.getTime(), at.getTime());
    const ids = due.map(({ slot }) => automationTickId(automation._id, slot));
    const known = new Map((await stores.automationTicks.getMany(ids)).map((row) => [row._id, row]));
    const wanted: DueTime[] = [];
    const left = { missed: [] as DueTime[], coalesced: [] as DueTime[] };
    for (const one of due) {
      const row = known.get(automationTickId(automation._id, one.slot));
      const isLeft = row?.outcome === 'running' && row.at.getTime() < at.getTime() - staleClaimMs;
      if (row !== undefined && !isLeft) continue;
      const decision = decideSlot(automation, one, at.getTime());
      if (decision === 'run' || isLeft) wanted.push(one);
      else if (await noteNotRun(stores, automation, one, decision, at)) left[decision].push(one);
    }
    await logNotRun(stores, automation, left.missed, 'missed', at);
    await logNotRun(stores, automation, left.coalesced, 'coalesced', at);
    return wanted;
  }

  /** One that was deleted at the engine, or paused there, is as it should be again. */
  async function mend(all: readonly AutomationDoc[]): Promise<void> {
    const there = await automations.there();
    for (const automation of all)
      if (timingFaults(automation).length === 0 && there.get(automation._id) !== automation.disabled)
        await automations.apply(automation._id);
  }

  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not look for schedules that are due; it is tried again',
    work: async () => {
      const at = now();
      const all = await stores.automations.list();
      const wanted: { readonly automationId: string; readonly due: DueTime }[] = [];
      for (const automation of all)
        if (!automation.disabled)
          for (const due of await look(automation, at)) wanted.push({ automationId: automation._id, due });
      if (at.getTime() >= expireAt) {
        await stores.automationTicks.expire(new Date(at.getTime() - keptMs));
        expireAt = at.getTime() + dayMs;
      }
      for (const { automationId, due } of wanted) {
        await automations.start({ automationId, at: new Date(due.at).toISOString(), slot: due.slot });
        log.info({ automationId, slot: due.slot }, 'started a schedule that was due');
      }
      await mend(all);
    },
  });
}
