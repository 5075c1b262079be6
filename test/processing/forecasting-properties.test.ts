import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { forecastSeries } from '../../activities/processing/forecasting/forecast-series.ts';
import { loadMstl } from '../../activities/processing/forecasting/mstl.ts';
import { trackRecordOf } from '../../activities/processing/forecasting/track-record.ts';
import { type ForecastGrain, type ForecastInput, forecastGrains } from '../../domain/forecast.ts';

const mstl = loadMstl();
const dayMs = 86_400_000;

function startOf(grain: ForecastGrain, index: number): string {
  if (grain === 'month') return new Date(Date.UTC(2010, index)).toISOString().slice(0, 10);
  const length = grain === 'week' ? 7 : 1;
  return new Date(Date.UTC(2010, 0, 4) + index * length * dayMs).toISOString().slice(0, 10);
}

const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 500 }) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);

const inputs = (shortest: number, longest: number): fc.Arbitrary<ForecastInput> =>
  fc
    .record({
      grain: fc.constantFrom(...forecastGrains),
      values: fc.array(value, { minLength: shortest, maxLength: longest, size: 'max' }),
      skipped: fc.array(fc.nat(longest), { maxLength: 5 }),
      horizon: fc.integer({ min: 1, max: 40 }),
      gaps: fc.constantFrom('zero' as const, 'unknown' as const),
    })
    .map(({ grain, values, skipped, horizon, gaps }) => ({
      grain,
      horizon,
      gaps,
      asOf: '2029-01-01',
      points: values
        .map((one, index) => ({ start: startOf(grain, index), value: one }))
        .filter((_, index) => !skipped.includes(index)),
    }));

/** Every number in it is finite. */
function finite(what: unknown): boolean {
  if (typeof what === 'number') return Number.isFinite(what);
  return typeof what !== 'object' || what === null || Object.values(what).every(finite);
}

function holds(input: ForecastInput, model: typeof mstl | null): void {
  const outcome = forecastSeries(input, model);
  assert.deepEqual(forecastSeries(input, model), outcome, 'the same input, the same output');
  assert.ok(finite(outcome), 'all finite');
  assert.ok(!/NaN|Infinity|undefined/.test(outcome.sentence), outcome.sentence);
  if (outcome.outcome === 'none') return;
  assert.ok(outcome.points.length > 0 && outcome.points.length <= (input.horizon ?? 0));
  for (const { low95, low80, value, high80, high95 } of outcome.points)
    assert.ok(low95 <= low80 && low80 <= value && value <= high80 && high80 <= high95, 'nested');
  const maseOf = (name: string | null) =>
    outcome.backtest?.candidates.find((one) => one.model === name)?.mase ?? 0;
  assert.ok(maseOf(outcome.model) <= maseOf(outcome.floor), 'nothing that lost is published');
  assert.ok(finite(trackRecordOf([outcome], input.points)));
}

/** A year before, there was the least that there is. */
const fromLeast: ForecastInput = {
  ...{ grain: 'month', horizon: 1, gaps: 'zero', asOf: '2029-01-01' },
  points: Array.from({ length: 27 }, (_, index) => ({
    start: startOf('month', index),
    value: index === 9 ? null : index === 15 ? Number.MIN_VALUE : index < 25 ? 0 : 1,
  })),
};

describe('for any series', () => {
  test('numbers are finite, intervals nested, losers not published, and it can be repeated', () => {
    fc.assert(
      fc.property(inputs(0, 90), (input) => holds(input, null)),
      { numRuns: 150, examples: [[fromLeast]] },
    );
  });

  test('with the MSTL models too', () => {
    fc.assert(
      fc.property(inputs(30, 50), (input) => holds(input, mstl)),
      { numRuns: 20 },
    );
  });
});
