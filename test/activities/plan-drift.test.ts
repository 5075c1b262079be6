import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOutside, planRead } from '../../activities/loading/plan.ts';
import { createObserver, driftOf, learn } from '../../activities/structuring/drift.ts';
import { pagedDefinition } from '../support/paged-app.ts';

const [orders] = pagedDefinition().resources;
assert.ok(orders);
const resource = orders;
const { incremental: _param, ...whole } = resource;
const start = { historyStart: '2024-01-01T00:00:00Z' };
const range = { from: '2024-02-01', to: '2024-03-01' };

describe('what a session reads', () => {
  it('changes where a cursor is committed, else everything from the start of the history', () => {
    const first = planRead({ resource, setting: start, scope: {}, committed: null });
    assert.deepEqual([first.kind, first.since, first.from], ['full', start.historyStart, start.historyStart]);
    const next = planRead({ resource, setting: start, scope: {}, committed: { value: '2024-05-01' } });
    assert.deepEqual([next.kind, next.since], ['changes', '2024-05-01']);
    const full = planRead({ resource, setting: undefined, scope: { full: true }, committed: { value: 'x' } });
    assert.deepEqual([full.kind, full.since, full.from], ['full', null, null]);
    const plain = planRead({ resource: whole, setting: start, scope: {}, committed: { value: 'x' } });
    assert.deepEqual([plain.kind, plain.since, plain.from], ['full', null, start.historyStart]);
  });

  it('a range, its end left out, also where the cursor counts seconds or milliseconds', () => {
    const plan = planRead({ resource, setting: undefined, scope: { range }, committed: { value: 'x' } });
    assert.deepEqual([plan.kind, plan.since, plan.until], ['range', range.from, range.to]);
    const seconds = Date.parse('2024-02-10') / 1000;
    for (const inside of ['2024-02-01T00:00:00Z', '2024-02-29', String(seconds), String(seconds * 1000)])
      assert.equal(isOutside(plan, inside), false, inside);
    for (const outside of ['2024-03-01T00:00:00Z', '2024-01-31T23:59:59Z', '1', null])
      assert.equal(isOutside(plan, outside), true, String(outside));
  });
});

describe('a time without a zone', () => {
  it('is in UTC, wherever the worker is', () => {
    const { TZ } = process.env;
    process.env.TZ = 'America/New_York';
    try {
      const plan = { kind: 'full', from: '2024-01-01T00:00:00Z', to: '2024-02-01T00:00:00Z' } as const;
      assert.equal(isOutside(plan, '2023-12-31T22:00:00'), true);
      assert.equal(isOutside(plan, '2024-01-31 22:00:00'), false);
      assert.equal(isOutside(plan, 'Wed, 31 Jan 2024 22:00:00 GMT'), false);
    } finally {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    }
  });
});

describe('drift', () => {
  const context = { declared: new Set<string>(), hashed: new Set<string>(), isDropped: () => false };
  const seen = (...rows: Parameters<ReturnType<typeof createObserver>['add']>[0][]) => {
    const observer = createObserver();
    for (const row of rows) observer.add(row);
    return observer.seen();
  };
  const known = {
    fields: learn(
      null,
      seen({ id: 1, 'a.$b': 'x', total: 1.5 }, { id: 2, 'a.$b': null, total: 2, note: '' }),
      true,
    ),
  };

  it('is none, additive or breaking', () => {
    assert.equal(driftOf(null, seen({ id: 1 }), context).class, 'none');
    assert.equal(driftOf(known, seen({ id: 3, 'a.$b': 'y', total: 3 }), context).class, 'none');
    assert.equal(driftOf(known, seen(), context).class, 'none', 'no rows say nothing');
    assert.deepEqual(driftOf(known, seen({ id: 3, 'a.$b': 'y', total: 3, extra: 1 }), context), {
      class: 'additive',
      added: ['extra'],
      removed: [],
      retyped: [],
    });
    assert.deepEqual(driftOf(known, seen({ id: 'three', total: 3 }), context), {
      class: 'breaking',
      added: [],
      removed: ['a.$b'],
      retyped: ['id'],
    });
  });

  it('is told once where new fields are taken, and what our own settings do is none', () => {
    const changed = seen({ id: 'three', total: 3, extra: 1 });
    const after = { fields: learn(known, changed, true) };
    assert.equal(driftOf(after, changed, context).class, 'none');
    const ignored = { fields: learn(known, changed, false) };
    assert.deepEqual(driftOf(ignored, changed, context).added, ['extra']);
    const ours = { ...context, hashed: new Set(['total']), isDropped: (name: string) => name === 'a.$b' };
    assert.equal(driftOf(known, seen({ id: 3, total: 'abc' }), ours).class, 'none');
  });
});
