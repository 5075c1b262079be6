import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { carryChanges } from '../../activities/processing/cleaning/carry.ts';
import { cleanSeries } from '../../activities/processing/cleaning/clean-series.ts';
import { seenOf } from '../../activities/processing/cleaning/restated.ts';
import { applyChanges, changeIdOf, statusOf } from '../../domain/cleaning.ts';
import type { Datapoint, DatapointSeries, Grain } from '../../domain/datapoints.ts';
import { readOrders } from '../../examples/storefront/orders.ts';
import { changed, madeSeries, seriesOf, startOf } from './cleaning-made.ts';

const asOf = '2040-01-01';
const sums = { measure: 'sum' as const, asOf };
const rulesOf = (series: DatapointSeries, context: Parameters<typeof cleanSeries>[1] = sums) =>
  cleanSeries(series, context).changes.map(changeIdOf);
const carried = (points: readonly Datapoint[], found: ReturnType<typeof cleanSeries>['changes']) =>
  carryChanges(points, [], found, { foundIn: 'c.1', foundAt: new Date(0) });

describe('made faults', () => {
  const kinds = [
    { grain: 'month', periods: 48 },
    { grain: 'month', periods: 72 },
    { grain: 'week', periods: 160 },
    { grain: 'day', periods: 250 },
  ] as const;
  const cases = kinds.flatMap((kind) =>
    Array.from({ length: 25 }, (_, at) => {
      const made = madeSeries({ ...kind, seed: at * 7_919 + 3, noise: [0.04, 0.08, 0.15][at % 3] ?? 0.08 });
      const place = 2 + Math.floor(made.random() * (kind.periods - 6));
      const start = made.series.points[place]?.start ?? '';
      return { ...kind, ...made, place, start, number: at };
    }),
  );
  /** Share of the cases that hold, and what was changed besides. */
  const share = (holds: (one: (typeof cases)[number]) => boolean) =>
    cases.filter(holds).length / cases.length;

  test('of clean series at most one value in 500 is changed', () => {
    const touched = cases.reduce((sum, { series }) => sum + cleanSeries(series, sums).changes.length, 0);
    const all = cases.reduce((sum, { periods }) => sum + periods, 0);
    assert.ok(touched / all <= 0.002, `${touched} of ${all}`);
  });

  test('at least 0.9 of the gaps are filled, within 4 standard deviations of what was there', () => {
    const filled = share(({ series, place, start, sigma }) => {
      const found = cleanSeries(
        changed(series, (point, at) => (at === place ? null : point)),
        sums,
      );
      const gap = found.changes.find(({ rule }) => rule === 'gap');
      return (
        gap?.start === start &&
        Math.abs((gap.points[0]?.after ?? 0) - (series.points[place]?.value ?? 0)) < 4 * sigma
      );
    });
    assert.ok(filled >= 0.9, String(filled));
  });

  test('at least 0.9 of the factor jumps are put right', () => {
    const right = share(({ series, place, periods, number }) => {
      const factor = [10, 100, 1_000][number % 3] ?? 10;
      const lasts = number % 2 === 1;
      const until = lasts ? periods : Math.min(periods - 1, place + 2 + Math.floor(periods / 6));
      const isFaulty = (at: number) => at >= place && at < until;
      const scale = (value: number | null) =>
        number % 4 < 2 ? (value ?? 0) * factor : (value ?? 0) / factor;
      const faulty = changed(series, (point, at) =>
        isFaulty(at) ? { ...point, value: scale(point.value) } : point,
      );
      const jumps = cleanSeries(faulty, sums).changes.filter(({ rule }) => rule === 'unit-jump');
      const count = until - place;
      return jumps.length === 1 && [count, periods - count].includes(jumps[0]?.points.length ?? 0);
    });
    assert.ok(right >= 0.9, String(right));
  });

  test('at least 0.8 of the outliers of 6 standard deviations are replaced', () => {
    const found = share(({ series, place, start, sigma, number }) => {
      const off = (number % 2 === 0 ? 6 : -6) * sigma;
      const faulty = changed(series, (point, at) =>
        at === place ? { ...point, value: (point.value ?? 0) + off } : point,
      );
      return rulesOf(faulty).includes(`outlier/${start}`);
    });
    assert.ok(found >= 0.8, String(found));
  });
});

test('of the real sales by month at most 2 values in a hundred are changed', () => {
  const fields = [null, 'region', 'segment', 'category', 'sub_category'] as const;
  let [points, touched] = [0, 0];
  for (const field of fields)
    for (const measure of ['sales', 'quantity'] as const) {
      const parts = new Map<string, Map<string, { value: number; rows: number }>>();
      for (const order of readOrders()) {
        const part = field === null ? '' : order[field];
        const start = `${order.order_date.slice(0, 7)}-01`;
        const months = parts.get(part) ?? new Map();
        const { value = 0, rows = 0 } = months.get(start) ?? {};
        parts.set(part, months.set(start, { value: value + Number(order[measure]), rows: rows + 1 }));
      }
      for (const months of parts.values()) {
        const sorted = [...months].sort(([a], [b]) => (a < b ? -1 : 1));
        const series = seriesOf(
          'month',
          sorted.map(([start, point]) => ({ start, ...point })),
        );
        points += series.points.length;
        touched += cleanSeries(series, sums).changes.flatMap((one) => one.points).length;
      }
    }
  assert.ok(points > 2_000 && touched / points <= 0.02, `${touched} of ${points}`);
});

test('closing days, yearly peaks, few records, growth in records and a new level are no faults', () => {
  const days = madeSeries({ seed: 5, grain: 'day', periods: 200 }).series;
  const isSunday = ({ start }: Datapoint) => new Date(start).getUTCDay() === 0;
  assert.deepEqual(rulesOf(changed(days, (point) => (isSunday(point) ? null : point))), []);
  const few = changed(days, (point, at) => (at === 90 ? null : { ...point, rows: 3 }));
  assert.deepEqual(rulesOf(few), []);
  const months = madeSeries({ seed: 8, grain: 'month', periods: 30 }).series;
  const december = changed(months, (point) =>
    point.start.slice(5, 7) === '12' ? { ...point, value: (point.value ?? 0) * 3 } : point,
  );
  assert.deepEqual(rulesOf(december), []);
  const launch = changed(months, (point, at) =>
    at < 15 ? point : { ...point, value: (point.value ?? 0) * 10, rows: point.rows * 10 },
  );
  assert.deepEqual(
    rulesOf(launch).filter((id) => id.startsWith('unit-jump')),
    [],
  );
  const step = changed(days, (point, at) =>
    at < 100 ? point : { ...point, value: (point.value ?? 0) * 1.8 },
  );
  assert.deepEqual(rulesOf(step), []);
});

test('short, constant, intermittent and impossible series are left alone, with the reason', () => {
  const points = (count: number, value: (at: number) => number | null) =>
    Array.from({ length: count }, (_, at) => ({ start: startOf('month', at), value: value(at), rows: 9 }));
  const reason = (all: readonly Datapoint[]) => {
    const { changes, unclean } = cleanSeries(seriesOf('month', all), sums);
    assert.deepEqual(changes, []);
    return unclean?.reason;
  };
  assert.equal(reason([]), 'TOO_SHORT');
  assert.equal(reason(points(7, (at) => at * 100)), 'TOO_SHORT');
  assert.equal(reason(points(30, () => null)), 'TOO_SHORT');
  assert.equal(reason(points(30, () => 5)), 'CONSTANT');
  assert.equal(reason(points(30, (at) => (at % 2) * 1e6)), 'INTERMITTENT');
  assert.equal(reason(points(30, (at) => at * 1e308)), 'INVALID_SERIES');
});

test('repeats, currencies and restated periods are told, and change nothing', () => {
  const { series } = madeSeries({ seed: 21, grain: 'month', periods: 40 });
  const copy = series.points[10];
  const twice = changed(series, (point, at) => (at === 11 && copy ? { ...copy, start: point.start } : point));
  const repeat = (parts: readonly DatapointSeries[]) =>
    cleanSeries(twice, { ...sums, parts }).changes.find(({ rule }) => rule === 'repeat');
  assert.equal(repeat([])?.certainty, 'low');
  assert.equal(repeat([twice, twice])?.certainty, 'high');
  assert.equal(repeat([twice, series])?.certainty, 'low');

  const usd = { ...series, currency: 'USD', points: series.points.slice(0, 20) };
  const eur = { ...series, currency: 'EUR', points: series.points.slice(20) };
  const [jump] = cleanSeries(eur, { ...sums, currencies: [usd] }).changes;
  assert.equal(jump?.rule, 'currency-jump');
  assert.match(jump?.sentence ?? '', /in EUR, up to then in USD.*Nothing is converted/);
  assert.deepEqual(cleanSeries(usd, { ...sums, currencies: [eur] }).changes, []);

  const seen = seenOf(series, asOf);
  const later = changed(series, (point, at) =>
    at === 3 ? { ...point, value: 1.5 * (point.value ?? 0) } : point,
  );
  const restated = cleanSeries(later, { ...sums, seen }).changes.filter(({ rule }) => rule === 'restated');
  assert.deepEqual(
    restated.map(({ start, points }) => [start, points[0]?.before, points[0]?.after]),
    [[startOf('month', 3), series.points[3]?.value, later.points[3]?.value]],
  );
  const anew = changed(series, (point) => ({ ...point, value: 2 * (point.value ?? 0) }));
  const all = cleanSeries(anew, { ...sums, seen }).changes.filter(({ rule }) => rule === 'restated');
  assert.deepEqual([all.length, all[0]?.points.length], [1, 40]);
  for (const found of [repeat([]), jump, ...restated, ...all])
    assert.deepEqual(
      applyChanges(series.points, carried(series.points, found ? [found] : [])),
      series.points,
    );
});

test('a change that was undone counts no longer; one whose raw value is another by now is stale', () => {
  const { series } = madeSeries({ seed: 4, grain: 'month', periods: 48 });
  const faulty = changed(series, (point, at) =>
    at === 20 ? { ...point, value: 9 * (point.value ?? 0) } : point,
  );
  const found = cleanSeries(faulty, sums).changes;
  const [change] = carried(faulty.points, found);
  assert.ok(change);
  assert.equal(statusOf(faulty.points, change), 'in force');
  const cleaned = applyChanges(faulty.points, [change])[20];
  assert.equal(cleaned?.change, change.id);
  assert.equal(cleaned?.value, change.points[0]?.after);
  const undone = { ...change, undone: { by: { kind: 'person', id: 'ada' }, at: new Date(), why: 'real' } };
  assert.equal(statusOf(faulty.points, undone), 'undone');
  assert.deepEqual(applyChanges(faulty.points, [undone]), faulty.points);
  // A late row came.
  const late = changed(faulty, (point, at) =>
    at === 20 ? { ...point, value: 1.1 * (point.value ?? 0) } : point,
  );
  assert.equal(statusOf(late.points, change), 'stale');
  assert.deepEqual(applyChanges(late.points, [change]), late.points);
  const kept = carryChanges(series.points, [change], [], { foundIn: 'c.2', foundAt: new Date(1) });
  assert.deepEqual(kept, [change], 'stale ones stay listed');
  assert.deepEqual(
    carryChanges(faulty.points, [change], [], { foundIn: 'c.2', foundAt: new Date(1) }),
    [],
    'what is not found any more is withdrawn',
  );
  const again = carryChanges(faulty.points, [change], found, { foundIn: 'c.2', foundAt: new Date(1) });
  assert.deepEqual([again[0]?.foundIn, again[0]?.foundAt], ['c.1', new Date(0)]);
});

const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.constantFrom(0, 1, 100, 1e5, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324),
  fc.constant(null),
);
const anySeries = fc
  .record({
    grain: fc.constantFrom<Grain>('day', 'week', 'month'),
    raw: fc.array(fc.option(fc.record({ value, rows: fc.nat(500) }), { freq: 6 }), { maxLength: 70 }),
    measure: fc.constantFrom('count', 'sum', 'average', 'ratio', 'distinct'),
  })
  .map(({ grain, raw, measure }) => ({
    measure: measure as 'sum',
    series: seriesOf(
      grain,
      raw.flatMap((point, at) => (point === null ? [] : [{ start: startOf(grain, at), ...point }])),
    ),
  }));

test('whatever the values: all numbers finite, raw values named truly, one change a period, the same twice', () => {
  fc.assert(
    fc.property(anySeries, fc.integer({ min: 0, max: 80 }), ({ series, measure }, today) => {
      const context = { measure, asOf: startOf(series.grain, today), seen: seenOf(series, asOf) };
      const first = cleanSeries(series, context);
      assert.deepEqual(cleanSeries(series, context), first);
      const raw = new Map(series.points.map((point) => [point.start, point.value]));
      const replaced = first.changes
        .filter(({ effect }) => effect === 'replace')
        .flatMap(({ points }) => points);
      assert.equal(new Set(replaced.map(({ start }) => start)).size, replaced.length);
      for (const { start, before, after } of replaced) {
        assert.ok(Number.isFinite(after) && start < context.asOf);
        assert.equal(raw.has(start) ? raw.get(start) : null, before);
      }
      for (const { numbers, sentence } of first.changes) {
        assert.ok(Object.values(numbers).every(Number.isFinite));
        assert.doesNotMatch(sentence, /NaN|Infinity|undefined/);
      }
      const cleaned = applyChanges(series.points, carried(series.points, first.changes));
      assert.equal(
        cleaned.length,
        series.points.length + replaced.filter(({ before }) => before === null).length,
      );
    }),
    { numRuns: 300, seed: 7 },
  );
});
