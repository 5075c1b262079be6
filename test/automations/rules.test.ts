import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type AutomationFields,
  decideSlot,
  dueBefore,
  editSentences,
  isInGap,
  isRetimed,
} from '../../domain/automation-rules.ts';
import { type AutomationTask, automationRuns, missedPolicies, weekdays } from '../../domain/automations.ts';
import { dueTimes, slotAt } from '../../domain/due-times.ts';
import { aliveOf } from '../../domain/overview.ts';

const nightly: AutomationFields = {
  name: 'Nightly',
  description: '',
  task: { kind: 'refresh', connectionId: 'shop' },
  run: 'Daily',
  time: '06:00',
  timezone: '-7',
  weekday: null,
  disabled: false,
  missed: 'runOnce',
};

const tasks: readonly AutomationTask[] = [
  { kind: 'retention' },
  { kind: 'report', reportType: 'sales' },
  { kind: 'refresh', connectionId: 'shop' },
  { kind: 'refresh', connectionId: 'shop', full: true },
  { kind: 'sync', syncId: 'orders' },
  { kind: 'fill', reportType: 'sales', days: 1 },
  { kind: 'fill', reportType: 'sales', days: 30 },
];
const time = fc
  .tuple(fc.integer({ min: 3, max: 23 }), fc.integer({ min: 1, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
const fields: fc.Arbitrary<AutomationFields> = fc
  .record({
    name: fc.string({ minLength: 1 }),
    description: fc.string(),
    task: fc.constantFrom(...tasks),
    run: fc.constantFrom(...automationRuns),
    time,
    timezone: fc.constantFrom('-7', '+05:30', 'UTC', 'Europe/Berlin', 'America/New_York'),
    weekday: fc.constantFrom(...weekdays),
    disabled: fc.boolean(),
    missed: fc.constantFrom(...missedPolicies),
  })
  .map((one) => ({ ...one, weekday: one.run === 'Weekly' ? one.weekday : null }));
const instant = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) });
const hourMs = 3_600_000;

describe('the words of an edit', () => {
  it('name each field that differs with what it was and is', () => {
    assert.deepEqual(editSentences(nightly, { ...nightly, time: '07:30' }), ['Time was 06:00, is 07:30']);
    assert.deepEqual(
      editSentences(nightly, {
        ...nightly,
        ...{ run: 'Weekly', weekday: 'Monday', timezone: 'Europe/Berlin', disabled: true },
        ...{ description: 'All of it', task: { kind: 'refresh', connectionId: 'shop', full: true } },
      }),
      [
        'Description was empty, is All of it',
        'Task was refresh of shop, is refresh of shop in full',
        'Run was Daily, is Weekly',
        'Timezone was -7, is Europe/Berlin',
        'Weekday was none, is Monday',
        'Disable was off, is on',
      ],
    );
  });

  it('are there exactly where something differs, one a field', () => {
    fc.assert(
      fc.property(fields, fields, (before, after) => {
        assert.deepEqual(editSentences(before, before), []);
        const told = editSentences(before, after).map((sentence) => sentence.split(' ')[0]);
        assert.equal(new Set(told).size, told.length);
        if (isRetimed(before, after))
          assert.ok(told.some((word) => ['Run', 'Time', 'Timezone', 'Weekday'].includes(word ?? '')));
      }),
    );
  });
});

describe('a due time that nobody has started', () => {
  it('runs, all of them, only the newest, or none that is late, by the policy', () => {
    fc.assert(
      fc.property(fields, instant, fc.integer({ min: 1, max: 5 * 24 }), (automation, now, hours) => {
        const due = dueTimes(automation, now - hours * hourMs, now + 1);
        const decided = due.map((one) => decideSlot(automation, one, now));
        if (automation.missed === 'runAll') assert.ok(decided.every((one) => one === 'run'));
        else if (automation.missed === 'runOnce')
          assert.deepEqual(
            decided,
            due.map((_, index) => (index === due.length - 1 ? 'run' : 'coalesced')),
          );
        else
          for (const [index, one] of due.entries())
            if (now - one.at > 2 * hourMs) assert.equal(decided[index], 'missed');
            else if (now - one.at <= 120_000) assert.equal(decided[index], 'run');
      }),
    );
  });

  it('is looked for once it is two minutes late, never from before its time counts', () => {
    fc.assert(
      fc.property(fields, instant, fc.integer({ min: 0, max: 48 * 60 }), (automation, now, minutes) => {
        const since = now - minutes * 60_000;
        const found = dueBefore(automation, since, now);
        for (const { at } of found) assert.ok(at >= since && at <= now && at >= now - 24 * hourMs);
        // The row that the sweep looks for is the one that a tick of that instant writes.
        const last = found.at(-1);
        if (last !== undefined) assert.equal(slotAt(automation, last.at)?.slot, last.slot);
      }),
    );
  });

  it('in the gap of spring is known as such, wanted at once, and not missed by the sweep', () => {
    const timing = { ...nightly, time: '02:30', timezone: 'Europe/Berlin', missed: 'skip' } as const;
    const [gap] = dueTimes(timing, Date.UTC(2026, 2, 29), Date.UTC(2026, 2, 29, 12));
    assert.ok(gap);
    assert.equal(new Date(gap.at).toISOString(), '2026-03-29T01:00:00.000Z');
    assert.equal(isInGap(timing, gap), true);
    assert.deepEqual(dueBefore(timing, 0, gap.at + 1_000).at(-1), gap);
    assert.equal(decideSlot(timing, gap, gap.at + 5 * 60_000), 'run');
    assert.equal(decideSlot(timing, gap, gap.at + hourMs), 'missed');
    const [plain] = dueTimes(timing, Date.UTC(2026, 2, 30), Date.UTC(2026, 2, 30, 12));
    assert.equal(plain && isInGap(timing, plain), false);
  });
});

it('Alive is 1 up to 35 minutes after the timestamp, then 0', () => {
  const now = new Date('2026-01-01T12:00:00Z');
  const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
  assert.deepEqual(
    [ago(0), ago(35), ago(35.1), null].map((timestamp) => aliveOf(timestamp, now)),
    [1, 1, 0, 0],
  );
});
