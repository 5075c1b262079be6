import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cellOf, syncFieldTypes } from '../../domain/sync-base.ts';
import {
  airtablePlanNames,
  airtablePlans,
  billSentence,
  paceFor,
  runsADay,
  span,
} from '../../domain/sync-base-plan.ts';
import { idsOf, schemaFaults } from '../../domain/sync-base-schema.ts';
import { shownSource, shownTask, sourceFrom, taskFrom } from '../../domain/sync-base-shown.ts';

test('a pace fits its plan or says that it does not, and is never shorter than was asked for', () => {
  const wanted = fc.integer({ min: 1, max: 86_400 }).map((secs) => secs * 1_000);
  fc.assert(
    fc.property(
      fc.constantFrom(...airtablePlanNames),
      fc.double({ min: 0, max: 5_000, noNaN: true }),
      wanted,
      (plan, runs, ms) => {
        const pace = paceFor(plan, runs, ms);
        const { callsAMonth } = airtablePlans[plan];
        assert.ok(pace.everyMs >= ms && Number.isInteger(pace.calls));
        const fits = callsAMonth === null || pace.calls <= callsAMonth * 0.8;
        assert.equal(fits, !pace.sentences.some((one) => one.includes('too small')));
        assert.equal(fits, billSentence(plan, runs, pace.everyMs) === null);
      },
    ),
  );
});

test('a minute is 43,200 looks a month: team and business keep it, free comes to hours', () => {
  const runs = runsADay([
    { run: 'Daily', time: '06:00', disabled: false },
    { run: 'Interval', time: '01:00', disabled: false },
    { run: 'Interval', time: '00:01', disabled: true },
  ]);
  assert.equal(runs, 25);
  const [free, team, business] = airtablePlanNames.map((plan) => paceFor(plan, runs));
  assert.deepEqual([team?.everyMs, business?.everyMs, team?.polls], [60_000, 60_000, 43_200]);
  assert.ok((free?.everyMs ?? 0) >= 3_600_000 && (free?.calls ?? 0) <= 800);
  assert.deepEqual([span(60_000), span(90_000), span(21_600_000)], ['minute', '90 seconds', '6 hours']);
});

test('a cell has one form, whatever was in it, and that form is its own', () => {
  const anything = fc.oneof(fc.anything(), fc.string(), fc.double(), fc.date());
  fc.assert(
    fc.property(fc.constantFrom(...syncFieldTypes), anything, (type, value) => {
      if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return;
      const cell = cellOf(type, value);
      assert.equal(cellOf(type, cell), cell);
      assert.ok(typeof cell !== 'number' || Number.isFinite(cell));
    }),
  );
});

test('what Task and Source show is read back', () => {
  const id = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);
  const task = fc.oneof(
    id.map((reportType) => ({ kind: 'report' as const, reportType })),
    id.map((connectionId) => ({ kind: 'refresh' as const, connectionId })),
    id.map((connectionId) => ({ kind: 'refresh' as const, connectionId, full: true })),
    id.map((syncId) => ({ kind: 'sync' as const, syncId })),
    fc
      .tuple(id, fc.integer({ min: 1, max: 3_660 }))
      .map(([reportType, days]) => ({ kind: 'fill' as const, reportType, days })),
  );
  fc.assert(fc.property(task, (one) => assert.deepEqual(taskFrom(shownTask(one)), one)));
  const source = fc.oneof(
    fc.tuple(id, id).map(([connectionId, report]) => ({ kind: 'app' as const, connectionId, report })),
    fc.tuple(id, id, fc.option(id)).map(([connectionId, resource, dateField]) => ({
      kind: 'query' as const,
      connectionId,
      from: 'records' as const,
      resource,
      dateField,
    })),
  );
  fc.assert(fc.property(source, (one) => assert.deepEqual(sourceFrom(shownSource(one)), one)));
  assert.deepEqual(
    [taskFrom('paint the shed'), sourceFrom('somewhere else'), taskFrom('')],
    [null, null, null],
  );
});

test('an empty base lacks its five tables, and has no ids', () => {
  assert.deepEqual(
    schemaFaults([]).map(({ kind }) => kind),
    Array(5).fill('tableMissing'),
  );
  assert.deepEqual(idsOf([]), {});
});
