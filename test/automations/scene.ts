import assert from 'node:assert/strict';
import { pino } from 'pino';
import { createAutomationApply, createAutomationSweep } from '../../client/automation-sweep.ts';
import { createAutomationsPort } from '../../client/automations.ts';
import type { Periodic } from '../../client/periodic.ts';
import { automationScheduleIdOf } from '../../domain/automation-rules.ts';
import type { Actor } from '../../domain/contracts.ts';
import type { AutomationDoc, AutomationTickDoc } from '../../stores/model.ts';
import { until } from '../support/until.ts';
import type { World } from '../support/world.ts';

export const dayMs = 86_400_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Twelve hours from now, in UTC: what is due at this hour never comes due by itself while a test runs, not at midnight either. */
const quietHour = (new Date().getUTCHours() + 12) % 24;

/** The full hour that is eleven hours off or more, as a time of day so many hours east of Greenwich. */
export const quietTime = (east = 0): string => `${String((quietHour + east) % 24).padStart(2, '0')}:00`;

/** When {@link quietTime} was last. */
export const lastQuiet: number =
  Math.floor((Date.now() - quietHour * hourMs) / dayMs) * dayMs + quietHour * hourMs;

/** A period of eight to ten hours, in minutes, whose ends are two hours off or more. */
export function quietPeriod(): number {
  for (let minutes = 480; minutes < 600; minutes++) {
    const into = (Date.now() / minuteMs) % minutes;
    if (into > 120 && into < minutes - 120) return minutes;
  }
  throw new Error('every period ends now');
}

const tester: Actor = { kind: 'person', id: 'tester' };

/** Automations of a world, and what looks after them. */
export interface AutomationScene {
  /** Stores one, due at {@link quietTime} since three days ago, and brings it into force; it is deleted with the test. */
  made(id: string, change?: Partial<AutomationDoc>): Promise<AutomationDoc>;
  /** Lets the engine start the ticks of a range as it would have: `from` and `to` inclusive. */
  tickFor(id: string, from: number, to: number): Promise<void>;
  handle(id: string): ReturnType<World['client']['schedule']['getHandle']>;
  /** Waits until so many due times came to an end. */
  rows(id: string, count: number): Promise<readonly AutomationTickDoc[]>;
  /** The sweep that starts what was lost, as if it were that time. */
  sweep(now?: () => Date): Periodic;
  /** The sweep that brings edits into force. */
  readonly apply: Periodic;
}

export function automationScene(world: World): AutomationScene {
  const { stores, client, taskQueue } = world;
  const automations = createAutomationsPort(client, { stores, taskQueue });
  const log = pino({ level: 'silent' });
  const handle = (id: string) => client.schedule.getHandle(automationScheduleIdOf(id));
  return {
    handle,
    async made(id, change = {}) {
      const since = new Date(Date.now() - 3 * dayMs);
      const doc: AutomationDoc = {
        ...{ _id: `${id}-${taskQueue}`, name: id, description: '', task: { kind: 'retention' } },
        ...{ run: 'Daily', time: quietTime(), timezone: 'UTC', weekday: null, disabled: false },
        ...{ missed: 'runAll', since, applied: null, seq: 0 },
        ...{ createdBy: tester, createdAt: since, updatedAt: since },
        ...change,
      };
      await stores.automations.put(doc);
      await automations.apply(doc._id);
      return doc;
    },
    async tickFor(id, from, to) {
      await handle(id).backfill({ start: new Date(from), end: new Date(to), overlap: 'ALLOW_ALL' });
    },
    rows: (id, count) =>
      until(`${count} rows of ${id}`, async () => {
        const rows = (await stores.automationTicks.list(id, 100)).reverse();
        const ended = rows.filter(({ outcome }) => outcome !== 'running');
        assert.ok(rows.length <= count, `at most ${count} rows`);
        return ended.length === count
          ? { found: ended }
          : { seen: rows.map(({ _id, outcome }) => `${_id} ${outcome}`).join(', ') };
      }),
    sweep: (now = () => new Date()) => createAutomationSweep({ stores, automations, log, now }),
    apply: createAutomationApply({ stores, automations, log, intervalMs: 100 }),
  };
}
