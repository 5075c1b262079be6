import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ResourceFacts, RunSeen } from '../../activities/processing/monitoring/facts.ts';
import { checkResource } from '../../activities/processing/monitoring/monitor.ts';
import { layOut } from '../../activities/processing/monitoring/series.ts';
import { sparkline } from '../../client/cli/output/sparkline.ts';
import { type CheckName, type CheckSetting, checkTable } from '../../domain/checks.ts';
import { emptyLedger } from '../../domain/ledger.ts';
import { checked, dayMs, runOf, sessionsOf, type Told } from './monitoring-scene.ts';

const rows = fc.oneof(fc.constant(0), fc.nat(20), fc.nat(1_000_000));

const run: fc.Arbitrary<RunSeen> = fc
  .record({
    startedAt: fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) }),
    parts: fc.tuple(rows, rows, rows, rows, rows, rows, rows),
    nulls: fc.dictionary(fc.constantFrom('a', 'b', 'c'), rows, { noNullPrototype: true }),
    newest: fc.oneof(
      fc.constantFrom(null, '', 'soon', '9999-12-31', '0000-00-00', '1512345678', '99999999999999999999'),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    ),
    total: fc.oneof(fc.constant(null), rows),
    kind: fc.constantFrom('full', 'changes', 'range', 'hooks', 'replay'),
    drift: fc.constantFrom(null, {
      class: 'breaking',
      added: ['c'],
      removed: ['a'],
      retyped: ['b'],
    } as const),
  })
  .map(({ parts, ...rest }) => {
    const [inserted, updated, unchanged, duplicate, filtered, quarantined, tombstoned] = parts;
    const read = parts.reduce((sum, part) => sum + part, 0);
    const ledger = { inserted, updated, unchanged, duplicate, filtered, quarantined, tombstoned };
    return { ...rest, sessionId: 'c.1', ledger: { ...emptyLedger, read, ...ledger } };
  });

const value = fc.oneof(
  fc.constantFrom(null, 0, -1, 1e-300, 1e300, -1e300, Number.NaN, Number.POSITIVE_INFINITY),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
);
const series = fc
  .record({
    grain: fc.constantFrom('day', 'week', 'month'),
    points: fc.array(fc.record({ day: fc.integer({ min: 0, max: 20_000 }), rows: fc.nat(5), value }), {
      maxLength: 80,
    }),
    steady: fc.array(value, { maxLength: 80, size: 'max' }),
  })
  .map(({ grain, points, steady }) => {
    const months = steady.map((one, n) => ({
      ...{ start: new Date(Date.UTC(2010, n)).toISOString().slice(0, 10), rows: 1, value: one },
    }));
    const wild = points.map(({ day, ...rest }) => ({
      ...{ start: new Date(day * dayMs).toISOString().slice(0, 10), ...rest },
    }));
    const doc = months.length > 20 ? { grain: 'month' as const, points: months } : { grain, points: wild };
    return layOut(doc, { name: 'Sales', changed: true, today: '2026-01-15' });
  });

const facts: fc.Arbitrary<ResourceFacts> = fc.record({
  run,
  earlier: fc
    .array(run, { maxLength: 20 })
    .map((runs) => [...runs].sort((a, b) => b.startedAt - a.startedAt)),
  newestBefore: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: Date.UTC(2030, 0) })),
  series: fc.array(series, { maxLength: 2 }),
});

describe('checks', () => {
  test('give clear results whatever the sessions were', () => {
    fc.assert(
      fc.property(facts, fc.boolean(), (given, isLimited) => {
        const limits = { volume: { severity: 'block', atLeast: 1, atMost: 50 } } as const;
        const verdicts = checkResource(given, 'orders', isLimited ? { '*': limits } : undefined);
        assert.equal(verdicts.length, given.series.length === 0 ? 6 : 8);
        for (const { check, value: found, low, high, sentence, expected } of verdicts) {
          for (const number of [found, low, high])
            assert.ok(number === null || Number.isFinite(number), `${check}: ${number}`);
          assert.doesNotMatch(`${sentence} ${expected}`, /NaN|Infinity|undefined|null/, check);
          assert.ok(sentence.length > 5 && sentence.length < 500, sentence);
          if (checkTable[check as CheckName].unit === 'share' && found !== null)
            assert.ok(found >= 0 && found <= 1, `${check} ${found}`);
        }
      }),
      { numRuns: 300 },
    );
  });

  const ranks = { pass: 0, warn: 1, fail: 2 } as const;
  const knobs: Readonly<Record<string, { name: CheckName; told: (at: number) => Told }>> = {
    older: { name: 'freshness', told: (at) => ({ newestMs: Date.UTC(2026, 0, 1) - at * dayMs }) },
    fewer: { name: 'volume', told: (at) => ({ read: Math.max(0, 300 - at) }) },
    more: { name: 'volume', told: (at) => ({ read: 300 + at }) },
    missing: { name: 'completeness', told: (at) => ({ read: 300, total: 300 + at }) },
    empty: { name: 'nullRates', told: (at) => ({ read: 1000, nulls: { note: at } }) },
    twice: { name: 'duplicates', told: (at) => ({ read: 1000, duplicate: at }) },
  };
  for (const [knob, { name, told }] of Object.entries(knobs))
    test(`are never milder the further away it is: ${knob}`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.nat(40), { minLength: 0, maxLength: 12 }),
          fc.array(fc.nat(1000), { minLength: 2, maxLength: 5 }),
          fc.option(fc.nat(300), { nil: undefined }),
          (wobble, distances, limit) => {
            const usual = sessionsOf(wobble.length, (_, n) => told(wobble[n] ?? 0));
            const isShare = checkTable[name].unit === 'share';
            const at = limit === undefined || !isShare ? limit : limit / 1000;
            const setting: CheckSetting = {
              severity: 'block',
              ...(at !== undefined && (name === 'completeness' ? { atLeast: at } : { atMost: at })),
            };
            const from = Math.max(0, ...wobble);
            const severities = [...distances]
              .sort((a, b) => a - b)
              .map(
                (away) => ranks[checked(name, runOf(usual, told(from + away)), usual.runs, setting).severity],
              );
            const sorted = [...severities].sort((a, b) => a - b);
            // Fewer rows come nearer to an upper limit again.
            if (knob !== 'fewer' || at === undefined) assert.deepEqual(severities, sorted);
          },
        ),
        { numRuns: 100 },
      );
    });

  test('the line of little bars has one for each value', () => {
    assert.equal(sparkline([1, null, 3, 2]), '▁·█▅');
    assert.equal(sparkline([5, 5, Number.NaN]), '▁▁·');
    fc.assert(
      fc.property(fc.array(value, { maxLength: 50 }), (values) => {
        assert.match(sparkline(values), /^[▁▂▃▄▅▆▇█·]*$/);
        assert.equal([...sparkline(values)].length, values.length);
      }),
    );
  });
});
