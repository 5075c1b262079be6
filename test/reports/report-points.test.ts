import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createReportTally,
  printOf,
  reportSeriesOf,
} from '../../activities/processing/datapoints/report-points.ts';
import { createRowMaker } from '../../activities/reports/target.ts';
import type { JsonObject } from '../../domain/json.ts';
import { metricFaults, type ReportMetric, targetFaults } from '../../domain/report-target.ts';

const sales: ReportMetric = { metric: 'sales', field: 'amount', dimension: 'region', currency: null };
const rows: ReportMetric = { metric: 'rows', field: null, dimension: null, currency: null };

const pointsOf = (data: readonly JsonObject[], metrics: readonly ReportMetric[] = [sales, rows]) => {
  const tally = createReportTally(metrics);
  for (const row of data) tally.add(row);
  return tally.points();
};

test('rows are counted and summed up, in all and by the values of a dimension', () => {
  const points = pointsOf([
    { amount: 0.1, region: 'West' },
    { amount: '0.2', region: 'East' },
    { amount: 'much', region: 'West' },
    { amount: 0.3 },
  ]);
  const found = points.map(({ metric, dimension, value, rows: count }) => [
    ...[metric, dimension?.value ?? null, value, count],
  ]);
  assert.deepEqual(found, [
    ['rows', null, 4, 4],
    ['sales', null, 0.6, 4],
    ['sales', '(none)', 0.3, 1],
    ['sales', 'East', 0.2, 1],
    ['sales', 'West', 0.1, 2],
  ]);
  assert.deepEqual(pointsOf([{ region: 'West' }], [{ ...sales, dimension: null }]), [
    { metric: 'sales', dimension: null, currency: null, value: null, rows: 1 },
  ]);
});

test('each currency is a series of its own', () => {
  const money = { ...sales, dimension: null, currency: 'currency' };
  const points = pointsOf(
    [{ amount: 1, currency: 'eur' }, { amount: 2, currency: 'USD' }, { amount: 4 }],
    [money],
  );
  assert.deepEqual(
    points.map(({ currency, value }) => [currency, value]),
    [
      ['EUR', 1],
      ['USD', 2],
      ['XXX', 4],
    ],
  );
});

test('the order of rows makes no difference, values of a dimension add up, and no number is odd', () => {
  const row = fc.record({
    amount: fc.oneof(fc.double(), fc.string(), fc.constant(null), fc.integer()),
    region: fc.oneof(fc.constantFrom('West', 'East', ''), fc.constant(null)),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), (data) => {
      const points = pointsOf(data);
      assert.deepEqual(pointsOf([...data].reverse()), points);
      const total = points.find(({ metric, dimension }) => metric === 'sales' && dimension === null);
      const parts = points.filter(({ metric, dimension }) => metric === 'sales' && dimension !== null);
      assert.equal(
        parts.reduce((sum, part) => sum + part.rows, 0),
        total?.rows ?? 0,
      );
      for (const { value } of points) assert.ok(value === null || Number.isFinite(value));
    }),
    { numRuns: 100 },
  );
});

test('a series has one point a day: of the newest slot, by the numbers that the type has now', () => {
  const types = [{ _id: 'sales', datapoints: [rows] }];
  const doc = (slot: string, value: number, change = {}) => ({
    ...{ type: 'sales', slot, date: slot.slice(0, 10), print: printOf([rows]) },
    points: [{ metric: 'rows', dimension: null, currency: null, value, rows: value }],
    ...change,
  });
  const series = reportSeriesOf(types, [
    doc('2026-03-02T06:00:00.000Z', 5),
    doc('2026-03-02T18:00:00.000Z', 6),
    doc('2026-03-01T06:00:00.000Z', 4),
    doc('2026-03-03', 7, { print: printOf([sales]) }),
    doc('2026-03-04', 8, { type: 'other' }),
  ]);
  assert.deepEqual(series, [
    {
      ...{ _id: 'report/sales/rows', metric: 'report/sales/rows', grain: 'day' },
      ...{ dimension: null, currency: null },
      points: [
        { start: '2026-03-01', value: 4, rows: 4 },
        { start: '2026-03-02', value: 6, rows: 6 },
      ],
    },
  ]);
});

test('of a dimension with very many values those with the most rows get series', () => {
  const types = [{ _id: 'sales', datapoints: [sales] }];
  const data = Array.from({ length: 300 }, (_, n) => ({ amount: 1, region: `r${n}` }));
  const points = pointsOf([...data, ...data.slice(250)], [sales]);
  const series = reportSeriesOf(types, [
    { type: 'sales', slot: '2026-03-01', date: '2026-03-01', print: printOf([sales]), points },
  ]);
  assert.equal(series.length, 201);
  const values = new Set(series.map(({ dimension }) => dimension?.value));
  for (let n = 250; n < 300; n++) assert.ok(values.has(`r${n}`));
});

test('what a target or a number cannot be is said', () => {
  const target = { kind: 'destination', destinationId: 'base', object: 'Sales', keyField: 'Key' } as const;
  const column = { name: 'Report Date', type: 'date', field: 'day' } as const;
  assert.match(targetFaults({ ...target, columns: [column] }).join(), /"Report Date" twice/);
  assert.deepEqual(targetFaults({ ...target, columns: [{ ...column, name: 'Day' }] }), []);
  assert.match(metricFaults([]).join(), /at least one number/);
  assert.match(metricFaults([rows, rows]).join(), /twice/);
  assert.match(metricFaults([{ ...rows, metric: 'a/b' }]).join(), /letters, digits/);
  assert.match(metricFaults([{ ...rows, currency: 'currency' }]).join(), /no currency/);
});

test('a delivered row has its key, date and type, and what does not fit is told', () => {
  const columns = [{ name: 'Amount', type: 'number', field: 'amount' }] as const;
  const make = createRowMaker(
    { _id: 'sales/2026-03-01', type: 'sales', date: '2026-03-01' },
    { keyField: 'Key', columns },
  );
  const made = make({ key: 'o1', data: { amount: '12.50', other: 1 } });
  assert.deepEqual('fields' in made && made.fields, {
    ...{ Key: 'sales/2026-03-01/o1', 'Report Date': '2026-03-01', 'Report Type': 'sales', Amount: 12.5 },
  });
  const odd = make({ key: 'o2', data: { amount: 'much' } });
  assert.match('fault' in odd ? odd.fault.message : '', /Amount: "much" is no number/);
});
