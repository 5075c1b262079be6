import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../domain/json.ts';
import { failedKind, failedKinds, reportStatuses } from '../../domain/report.ts';
import { reportOccasions } from '../../domain/report-contracts.ts';
import { createRowDiff, restatedShare, rowChange } from '../../domain/report-diff.ts';
import { statusAfter, stepsToRun } from '../../domain/report-steps.ts';

type Rows = Readonly<Record<string, JsonObject>>;

function diffOf(before: Rows, after: Rows, listed?: number) {
  const diff = createRowDiff(listed);
  for (const [key, data] of Object.entries(after))
    diff.row({ key, data }, Object.hasOwn(before, key) ? before[key] : undefined);
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) diff.gone(key);
  return diff.result;
}

const row = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue(), { noNullPrototype: true });
const rows = fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), row, { noNullPrototype: true });

test('a diff leads from the rows before to the rows after, and counts each row once', () => {
  fc.assert(
    fc.property(rows, rows, (was, is) => {
      const [before, after] = [was as Rows, is as Rows];
      const { added, changed, removed, unchanged, diff } = diffOf(before, after);
      assert.equal(added + changed + unchanged, Object.keys(after).length);
      assert.equal(removed + changed + unchanged, Object.keys(before).length);
      const share = restatedShare({ added, changed, removed, unchanged });
      assert.ok(share >= 0 && share <= 1);
      for (const one of diff.changed) {
        const left = { ...before[one.key] };
        for (const name of Object.keys(one.before)) if (!Object.hasOwn(one.after, name)) delete left[name];
        assert.equal(rowChange({ ...left, ...one.after }, after[one.key] ?? {}), null);
      }
      assert.equal(diff.leftOut, 0);
    }),
  );
});

test('a diff lists so many rows and counts the others', () => {
  const { added, changed, diff } = diffOf({ a: { n: 1 } }, { a: { n: 2 }, b: {}, c: {} }, 2);
  assert.deepEqual([added, changed, diff.leftOut], [2, 1, 1]);
  assert.deepEqual(diff.changed, [{ key: 'a', before: { n: 1 }, after: { n: 2 } }]);
});

test('the order of fields is no change, a field that comes or goes is', () => {
  assert.equal(rowChange({ a: 1, b: { x: 1, y: [2] } }, { b: { y: [2], x: 1 }, a: 1 }), null);
  assert.deepEqual(rowChange({ a: 1 }, { a: 1, b: null }), { before: {}, after: { b: null } });
});

test('a failure is of kind c with a revision, else b once the source was asked, else a', () => {
  assert.equal(failedKind({ hasRevision: true, sourceAsked: true }), 'c');
  assert.equal(failedKind({ hasRevision: false, sourceAsked: true }), 'b');
  assert.equal(failedKind({ hasRevision: false, sourceAsked: false }), 'a');
  assert.deepEqual(
    Object.values(failedKinds).map(({ empty }) => empty.join()),
    [...['lastUpdated', 'lastUpdated,mongoId', 'updateRepeated']],
  );
});

test('whatever a report is asked for, it comes to run by the table, or is refused', () => {
  for (const status of [null, ...reportStatuses])
    for (const occasion of reportOccasions)
      for (const [inactive, realTime, repeated] of [
        [false, false, false],
        [true, false, false],
        [false, true, false],
        [false, false, true],
      ] as const) {
        const steps = stepsToRun({ status, inactive, realTime, repeated }, occasion);
        if ('events' in steps) assert.equal(statusAfter(status, steps.events), 'running');
      }
  const seen = { status: 'failed', inactive: false, realTime: false, repeated: false } as const;
  assert.deepEqual(stepsToRun(seen, 'due'), { refused: 'FAIL_NOT_CLEARED' });
  assert.deepEqual(stepsToRun({ ...seen, inactive: true }, 'retry'), { refused: 'TYPE_INACTIVE' });
  assert.deepEqual(stepsToRun({ ...seen, realTime: true }, 'fill'), { refused: 'REAL_TIME' });
  assert.deepEqual(stepsToRun({ ...seen, status: 'created' }, 'due'), { refused: 'CREATED_ALREADY' });
});
