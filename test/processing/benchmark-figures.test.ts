import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { concentrationOf, tally } from '../../activities/processing/benchmarking/concentration.ts';
import { figuresOf, lastYearOf, type Metric } from '../../activities/processing/benchmarking/figures.ts';
import type { Figure } from '../../domain/benchmark.ts';
import type { Datapoint } from '../../domain/datapoints.ts';
import type { SeriesDoc } from '../../stores/model.ts';
import { storefrontWithMetrics } from '../support/storefront.ts';
import { ordersOf, regions, seriesOfRegion } from './benchmark-superstore.ts';

const metricOf = (id: string): Metric => {
  const found = storefrontWithMetrics.metrics.find((metric) => metric.id === id);
  assert.ok(found, id);
  return found;
};
const sales = metricOf('sales');
const margin = metricOf('margin');

/** Months from 2024-01 on, none where the value is undefined. */
const monthly = (values: readonly (number | null | undefined)[], metric = 'sales'): SeriesDoc => ({
  _id: metric,
  ...{ metric, grain: 'month', dimension: null, currency: metric === 'sales' ? 'USD' : null },
  points: values.flatMap((value, index): Datapoint[] => {
    const start = new Date(Date.UTC(2024, index, 1)).toISOString().slice(0, 10);
    return value === undefined
      ? []
      : [{ start, value, rows: 1, sum: value ?? 0, weight: value === null ? 0 : 1 }];
  }),
  changedIn: 'session.1',
  updatedAt: new Date(0),
});
const figuresFor = (series: readonly SeriesDoc[], today: string, metric = sales): Figure[] => {
  const year = lastYearOf(metric, series, today);
  return year === null ? [] : figuresOf(year);
};
const brief = (figures: readonly Figure[]) => figures.map(({ id, value, gap }) => [id, value ?? gap]);
const year = (value: number) => Array.from({ length: 12 }, () => value);

describe('the figures that companies are compared by', () => {
  test('of the four regions are those that the rows of the CSV give', () => {
    const rounded = (value: number) => Number(value.toPrecision(8));
    const byRegion = regions.map((region) => {
      const rows = ordersOf(region);
      const inYear = (text: string) => rows.filter(({ order_date }) => order_date.startsWith(text));
      const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
      const [last, before] = [inYear('2017'), inYear('2016')];
      const total = sum(last.map((row) => row.sales));
      const customers = [...new Set(last.map(({ customer_id }) => customer_id))].map((id) =>
        sum(last.filter(({ customer_id }) => customer_id === id).map((row) => row.sales)),
      );
      customers.sort((a, b) => b - a);
      const expected = {
        'sales/growth': total / sum(before.map((row) => row.sales)) - 1,
        'margin/average': sum(last.map(({ profit }) => profit)) / total,
        'discount/average': sum(last.map(({ discount }) => discount)) / last.length,
        'sales/topTen/customer_id': sum(customers.slice(0, 10)) / total,
        'sales/effective/customer_id': 1 / sum(customers.map((one) => (one / total) ** 2)),
      };
      const series = seriesOfRegion(region);
      const found = storefrontWithMetrics.metrics.flatMap((metric) => {
        const own = lastYearOf(metric, series, '2026-11-22');
        assert.ok(own);
        assert.deepEqual([own.from, own.to], ['2017-01-01', '2017-12-31']);
        const tallies = metric.entities.map((entity) => tally(own, entity));
        for (const half of [rows.slice(0, 900), rows.slice(900)])
          for (const one of tallies)
            one.add({
              keys: half.map(({ row_id }) => String(row_id)),
              fields: {
                order_date: half.map(({ order_date }) => order_date),
                sales: half.map((row) => row.sales),
                customer_id: half.map(({ customer_id }) => customer_id),
                product_id: half.map(({ product_id }) => product_id),
              },
            });
        return [...figuresOf(own), ...tallies.flatMap((one) => one.figures())];
      });
      const values = new Map(found.map(({ id, value }) => [id, value]));
      for (const [id, value] of Object.entries(expected))
        assert.equal(rounded(values.get(id) ?? Number.NaN), rounded(value), `${region} ${id}`);
      assert.equal(
        found.every(({ value }) => value !== null),
        true,
      );
      return [region, ...['sales/growth', 'margin/average'].map((id) => values.get(id)?.toFixed(3))];
    });
    // As a spreadsheet shows them.
    assert.deepEqual(byRegion, [
      ['West', '0.334', '0.175'],
      ['East', '0.179', '0.156'],
      ['Central', '-0.002', '0.051'],
      ['South', '0.313', '0.072'],
    ]);
  });

  test('take the season out of the last period', () => {
    // A year's wave on a level of 100, and December is 30 above it.
    const wave = [0, -10, -20, -10, 0, 5, 5, 0, -5, -5, 10, 30];
    const values = [...wave, ...wave, ...wave].map((extra) => 100 + extra);
    const [, level] = figuresFor([monthly(values)], '2027-01-15');
    assert.equal(level?.id, 'sales/level/USD');
    assert.deepEqual([level?.from, level?.to], ['2026-12-01', '2026-12-31']);
    assert.ok(Math.abs((level?.value ?? 0) - 100) < 0.5, String(level?.value));
  });

  test('leave out the period that is not over, and what lies in the future', () => {
    const values = [...year(10), ...year(20), 9_999, 9_999];
    const [growth] = figuresFor([monthly(values)], '2026-01-31');
    assert.deepEqual([growth?.value, growth?.to], [1, '2025-12-31']);
  });

  test('say why there is none', () => {
    const of = (values: readonly (number | null | undefined)[]) =>
      brief(figuresFor([monthly(values)], '2028-01-01'));
    assert.deepEqual(of([]), []);
    assert.deepEqual(of([5]), [
      ['sales/growth', 'NOT_ENOUGH_HISTORY'],
      ['sales/level/USD', 'NOT_ENOUGH_HISTORY'],
    ]);
    assert.deepEqual(of([...year(0), ...year(7)])[0], ['sales/growth', 'ZERO_BEFORE']);
    assert.deepEqual(of([...year(-3), ...year(7)])[0], ['sales/growth', 'NEGATIVE']);
    assert.deepEqual(of([...year(3), ...year(-7)])[0], ['sales/growth', 'NEGATIVE']);
    assert.deepEqual(of(Array.from({ length: 36 }, () => null)), [
      ['sales/growth', 'NO_VALUES'],
      ['sales/level/USD', 'NO_VALUES'],
    ]);
    assert.deepEqual(of([...year(1e308), ...year(1e308)])[0], ['sales/growth', 'NO_VALUES']);
    const nothing = monthly(
      Array.from({ length: 12 }, () => null),
      'margin',
    );
    assert.deepEqual(brief(figuresFor([nothing], '2028-01-01', margin)), [['margin/average', 'NO_VALUES']]);
  });

  test('of several currencies are those of the one with the most records', () => {
    const euro = { ...monthly([...year(10), ...year(10), ...year(30)]), currency: 'EUR' };
    const more = { ...euro, points: euro.points.map((point) => ({ ...point, rows: 9 })) };
    const dollars = monthly([...year(1_000), ...year(1_000), ...year(1_000)]);
    const figures = figuresFor([dollars, more], '2027-01-10');
    assert.deepEqual(
      figures.map(({ id, currency, value }) => [id, currency, Math.round(value ?? 0)]),
      [
        ['sales/growth', 'EUR', 2],
        ['sales/level/EUR', 'EUR', 30],
      ],
    );
  });

  test('of concentration: shares of what is above 0', () => {
    assert.deepEqual(concentrationOf([]), { topTen: 'NO_VALUES', effective: 'NO_VALUES' });
    assert.deepEqual(concentrationOf([-5, 0]), { topTen: 'NO_VALUES', effective: 'NO_VALUES' });
    assert.deepEqual(concentrationOf([4, 4, 4, 4, -9]), { topTen: 1, effective: 4 });
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 40 }), (sums) => {
        const { topTen, effective } = concentrationOf(sums);
        if (typeof topTen === 'string' || typeof effective === 'string') return;
        assert.ok(topTen > 0 && topTen <= 1);
        assert.ok(effective > 0.999 && effective < sums.length + 0.001);
      }),
    );
  });

  test('are finite or have a reason, whatever the series', () => {
    const value = fc.option(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })), {
      nil: undefined,
    });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), (values) => {
        const series = values.map((one) => one ?? (one === null ? null : undefined));
        for (const metric of [sales, margin])
          for (const figure of figuresFor([monthly(series, metric.id)], '2027-06-01', metric))
            assert.ok((figure.gap === null) === Number.isFinite(figure.value), JSON.stringify(figure));
      }),
    );
  });
});
