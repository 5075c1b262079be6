import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Timing } from '../../domain/due-times.ts';
import { reportStatuses } from '../../domain/report.ts';
import { type CalendarReport, calendarOf, gapsOf, isRepeatDue } from '../../domain/report-calendar.ts';
import { dayAfter, type ReportType, reportDateOf, reportTypeFaults } from '../../domain/report-type.ts';

const missingMs = 86_400_000;
const daily: Timing = { run: 'Daily', time: '06:00', timezone: 'Europe/Berlin', weekday: null };
const weekly: Timing = { run: 'Weekly', time: '06:00', timezone: '-7', weekday: 'Monday' };
const now = new Date('2026-03-20T12:00:00Z');
const report = (slot: string, change: Partial<CalendarReport> = {}): CalendarReport => ({
  ...{ slot, status: 'created', reason: null, revision: 1, late: false, dueAt: null },
  ...change,
});
const ask = (change: Partial<Parameters<typeof calendarOf>[0]> = {}) =>
  calendarOf({
    ...{ timings: [daily], reports: [], from: '2026-03-01', to: '2026-03-31', now, missingMs },
    ...{ inactive: false },
    ...change,
  });

test('each due date has exactly one state, whatever is there', () => {
  const day = fc.integer({ min: 0, max: 40 }).map((days) => dayAfter('2026-03-01', days - 5) ?? '');
  const some = fc.record({
    slot: day,
    status: fc.constantFrom(...reportStatuses),
    reason: fc.constantFrom(null, 'REPORT_EMPTY', 'CONNECTION_GONE'),
    revision: fc.nat(2),
    late: fc.boolean(),
    dueAt: fc.constant(null),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(some, { selector: ({ slot }) => slot, maxLength: 30 }),
      fc.subarray([daily, weekly]),
      fc.date({ min: new Date('2026-02-01'), max: new Date('2026-05-01'), noInvalidDate: true }),
      (reports, timings, at) => {
        const entries = ask({ reports, timings, now: at });
        const slots = entries.map(({ slot }) => slot);
        assert.deepEqual(slots, [...new Set(slots)].sort());
        assert.ok(slots.every((slot) => slot >= '2026-03-01' && slot <= '2026-03-31'));
        if (timings.length === 0 || timings.includes(daily)) assert.equal(slots.length, 31);
        const there = new Map(reports.map((one) => [one.slot, one]));
        for (const { slot, state } of entries) {
          const status = there.get(slot)?.status;
          assert.equal(['created', 'late'].includes(state), status === 'created', slot);
          assert.equal(['failed', 'empty'].includes(state), status === 'failed', slot);
        }
        const gaps = gapsOf(entries, at);
        assert.ok(gaps.every((slot) => there.get(slot)?.status !== 'created'));
        assert.ok(gaps.every((slot) => Date.parse(slot) <= at.getTime() + 14 * 3_600_000));
      },
    ),
  );
});

test('a month says what is there, what failed, what is missing and what is still to come', () => {
  const entries = ask({
    reports: [
      report('2026-03-02'),
      report('2026-03-03', { late: true }),
      report('2026-03-04', { status: 'failed', revision: 0, reason: 'REPORT_EMPTY' }),
      report('2026-03-05', { status: 'failed', revision: 0, reason: 'CONNECTION_GONE' }),
      report('2026-03-06', { status: 'failed', revision: 1, reason: 'REPORT_EMPTY' }),
      report('2026-03-07', { status: 'running' }),
    ],
  });
  const states = Object.fromEntries(entries.map(({ slot, state }) => [slot.slice(8), state]));
  assert.deepEqual(
    ['01', '02', '03', '04', '05', '06', '07', '19', '20', '21'].map((day) => states[day]),
    [
      'missing',
      'created',
      'late',
      'empty',
      'failed',
      'failed',
      'expected',
      'missing',
      'expected',
      'expected',
    ],
  );
  assert.deepEqual(gapsOf(entries, now).slice(0, 5), [
    ...['2026-03-01', '2026-03-04', '2026-03-05', '2026-03-06', '2026-03-07'],
  ]);
  assert.equal(gapsOf(entries, now).at(-1), '2026-03-20');
  assert.deepEqual(ask({ inactive: true, reports: [report('2026-03-02')] }).length, 1);
  assert.equal(ask({ timings: [weekly] }).length, 5);
});

test('a repeat is due once, N days after the date, unless the report was made later than that', () => {
  const made = { status: 'created', date: '2026-02-20', updateRepeated: null } as const;
  const on = (day: string) => new Date(`${day}T12:00:00Z`);
  const known = { ...made, lastUpdated: on('2026-02-21') };
  assert.equal(isRepeatDue(known, 21, on('2026-03-12')), false);
  assert.equal(isRepeatDue(known, 21, on('2026-03-13')), true);
  assert.equal(isRepeatDue(known, 21, on('2026-06-13')), true);
  assert.equal(isRepeatDue({ ...known, updateRepeated: on('2026-03-13') }, 21, now), false);
  assert.equal(isRepeatDue({ ...known, lastUpdated: on('2026-03-14') }, 21, now), false);
  assert.equal(isRepeatDue({ ...known, status: 'failed' }, 21, now), false);
});

test('the date of a report follows from its slot, and what is no slot has none', () => {
  assert.equal(reportDateOf('2026-03-01', -1), '2026-02-28');
  assert.equal(reportDateOf('2026-03-01T22:00:00.000Z', 0), '2026-03-01');
  for (const wrong of ['2026-02-30', 'today', '', '2026-3-1', '2026-03-01T22:00', '2026-03-01/x'])
    assert.equal(reportDateOf(wrong, 0), null, wrong);
});

test('settings of a type that do not go together are named', () => {
  const sound: ReportType = {
    ...{ name: 'Sales', status: 'Active', realTime: false, offset: 0, notifyOnFail: true },
    ...{ repeatAfterDays: 21, addToDatapoints: false, reportTypeId: null, restatementThreshold: 0.1 },
    source: {
      ...{ kind: 'query', connectionId: 'c', from: 'records', resource: 'orders', dateField: 'order_date' },
    },
    target: { kind: 'mongodb' },
  };
  const faults = (change: object) => reportTypeFaults({ ...sound, ...change }).map(({ field }) => field);
  assert.deepEqual(faults({}), []);
  assert.deepEqual(faults({ offset: 1 }), ['offset']);
  assert.deepEqual(faults({ realTime: true, offset: -1 }), ['offset', 'repeatAfterDays']);
  assert.deepEqual(faults({ repeatAfterDays: 0, restatementThreshold: 2, addToDatapoints: true }), [
    ...['repeatAfterDays', 'restatementThreshold', 'datapoints'],
  ]);
  assert.deepEqual(faults({ source: { ...sound.source, dateField: null } }), ['source.dateField']);
  const source = { kind: 'app', connectionId: 'c', report: 'sales' };
  assert.deepEqual(faults({ source, reportTypeId: 'sales' }), []);
  assert.deepEqual(faults({ source, repeatAfterDays: null, realTime: true }), ['realTime', 'reportTypeId']);
});
