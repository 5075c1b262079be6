import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forecastSeries } from '../../activities/processing/forecasting/forecast-series.ts';
import { loadMstl } from '../../activities/processing/forecasting/mstl.ts';
import { scoreForecast, trackRecordOf } from '../../activities/processing/forecasting/track-record.ts';
import type {
  ForecastInput,
  ForecastOutcome,
  PublishedForecast,
  SeriesPoint,
} from '../../domain/forecast.ts';

const mstl = loadMstl();
const dayMs = 86_400_000;

const months = (values: readonly (number | null)[]): SeriesPoint[] =>
  values.map((value, month) => ({
    start: `${2014 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-01`,
    value,
  }));
const days = (values: readonly (number | null)[], step = 1): SeriesPoint[] =>
  values.map((value, index) => ({
    start: new Date(Date.UTC(2016, 0, 4) + index * step * dayMs).toISOString().slice(0, 10),
    value,
  }));
const forecast = (input: Partial<ForecastInput>): ForecastOutcome =>
  forecastSeries({ grain: 'month', points: [], asOf: '2030-01-01', ...input }, mstl);

function published(outcome: ForecastOutcome): PublishedForecast {
  if (outcome.outcome === 'none') assert.fail(outcome.sentence);
  return outcome;
}
const reasonOf = (outcome: ForecastOutcome) =>
  outcome.outcome === 'none' ? outcome.reason : outcome.outcome;

/** The same noise in each run. */
const noise = (index: number): number => (((index * 7_919 + 13) % 101) / 101 - 0.5) * 2;
const seasonal = (index: number): number =>
  200 + index + 40 * Math.sin((index * Math.PI) / 6) + 8 * noise(index);
const fourYears = Array.from({ length: 48 }, (_, index) => seasonal(index));

describe('a forecast', () => {
  test('of a season with a trend beats seasonal naive, and comes near what comes', () => {
    const made = published(forecast({ points: months(fourYears) }));
    assert.equal(made.kind, 'regular');
    assert.equal(made.season, 12);
    assert.equal(made.beatsFloor, true);
    assert.deepEqual(
      made.points.map(({ start }) => start),
      ['2018-01-01', '2018-02-01', '2018-03-01', '2018-04-01', '2018-05-01', '2018-06-01'],
    );
    made.points.forEach(({ value, low95, high95 }, step) => {
      const actual = seasonal(48 + step);
      assert.ok(Math.abs(value - actual) < 25, `${value} is far from ${actual}`);
      assert.ok(low95 <= actual && actual <= high95);
    });
    assert.match(made.sentence, /^January 2018 is expected at about \d+ \(\d+ to \d+ in 95 of 100 cases\)/);
    const ranked = made.backtest?.candidates ?? [];
    for (const model of ['seasonal-naive', 'theta', 'theta-log', 'combined', 'mstl', 'mstl-log'])
      assert.ok(
        ranked.some((one) => one.model === model),
        model,
      );
    assert.deepEqual(
      ranked.map(({ mase }) => mase),
      ranked.map(({ mase }) => mase).sort((a, b) => a - b),
    );
    assert.ok(ranked.every(({ coverage95 }) => coverage95 !== null && coverage95 > 0.5));
  });

  test('is the seasonal naive one, and says so, where nothing beats it', () => {
    const pattern = [3, 90, 14, 15, 92, 65, 35, 8, 97, 93, 23, 84];
    const made = published(forecast({ points: months([...pattern, ...pattern, ...pattern, ...pattern]) }));
    assert.equal(made.model, 'seasonal-naive');
    assert.equal(made.beatsFloor, false);
    assert.match(made.sentence, /No model did better/);
    assert.match(made.why, /no model came nearer/);
    assert.deepEqual(
      made.points.map(({ value }) => Math.round(value)),
      pattern.slice(0, 6),
    );
  });

  test('of days looks for the year when there are more than two of them', () => {
    const values = Array.from(
      { length: 900 },
      (_, day) =>
        100 + 40 * Math.sin((2 * Math.PI * day) / 365.25) + (day % 7 > 4 ? -20 : 5) + 5 * noise(day),
    );
    const made = published(forecast({ grain: 'day', points: days(values), effort: 'quick' }));
    assert.equal(made.season, 7);
    assert.equal(made.points.length, 28);
    assert.ok(made.backtest?.candidates.some(({ model }) => model === 'yearly'));
  });

  test('of a week begins on the weekday of the series', () => {
    const values = Array.from({ length: 60 }, (_, week) => 50 + week + noise(week));
    const made = published(forecast({ grain: 'week', points: days(values, 7), effort: 'quick' }));
    assert.equal(made.kind, 'short');
    assert.equal(made.floor, 'naive');
    assert.equal(made.points[0]?.start, '2017-02-27');
    assert.ok(made.notes.some((note) => note.includes('too few for a pattern of 52 weeks')));
  });

  test('of what comes now and then is a rate, never below 0', () => {
    const values = Array.from({ length: 200 }, (_, day) => ((day * 31) % 17 < 3 ? (day % 5) + 1 : 0));
    const made = published(forecast({ grain: 'day', points: days(values) }));
    assert.equal(made.kind, 'intermittent');
    const models = made.backtest?.candidates.map(({ model }) => model) ?? [];
    assert.ok(models.includes('croston') && models.includes('zero-rate'));
    assert.ok(made.points.every(({ low95, value }) => low95 >= 0 && value >= 0));
  });

  test('of equal values is that value, without a claim of certainty', () => {
    for (const value of [0, 5, -3]) {
      const made = published(forecast({ points: months(new Array(20).fill(value)) }));
      assert.equal(made.model, 'constant');
      assert.ok(made.points.every((point) => point.value === value && point.low95 === value));
      assert.match(made.sentence, /cannot be said/);
    }
  });

  test('goes on without MSTL where that finds no fit', () => {
    const made = published(
      forecastSeries({ grain: 'month', points: months(fourYears), asOf: '2030-01-01' }, () => {
        throw new Error('Fit error: no model found');
      }),
    );
    assert.ok(made.backtest?.candidates.every(({ model }) => !model.startsWith('mstl')));
  });
});

describe('odd input', () => {
  const refused: readonly (readonly [what: string, input: Partial<ForecastInput>, reason: string])[] = [
    ['nothing', {}, 'NO_VALUES'],
    ['all null', { points: months(new Array(30).fill(null)) }, 'NO_VALUES'],
    ['one point', { points: months([5]) }, 'TOO_SHORT'],
    ['two points', { points: months([5, 6]) }, 'TOO_SHORT'],
    ['NaN', { points: months([...fourYears, Number.NaN]) }, 'INVALID_VALUE'],
    ['Infinity', { points: months([...fourYears, Number.POSITIVE_INFINITY]) }, 'INVALID_VALUE'],
    ['a period twice', { points: [...months(fourYears), ...months([1])] }, 'DUPLICATE_PERIOD'],
    ['a month that begins on the 2nd', { points: [{ start: '2014-01-02', value: 1 }] }, 'INVALID_SERIES'],
    ['no date', { points: [{ start: '2014-02-30', value: 1 }] }, 'INVALID_SERIES'],
    ['weeks of two weekdays', { grain: 'week', points: days([1, 2], 8) }, 'INVALID_SERIES'],
    ['a horizon of 0', { points: months(fourYears), horizon: 0 }, 'INVALID_SERIES'],
    ['asOf that is no date', { points: months(fourYears), asOf: 'today' }, 'INVALID_SERIES'],
    [
      'more gaps than values',
      { points: months(fourYears.map((value, at) => (at % 2 ? null : value))) },
      'TOO_MANY_GAPS',
    ],
  ];
  for (const [what, input, reason] of refused) {
    test(`${what}: ${reason}`, () => {
      const outcome = forecast(input);
      assert.equal(reasonOf(outcome), reason);
      assert.ok(outcome.sentence.length > 10);
    });
  }

  test('what is not over yet, and a date far ahead, are left out and named', () => {
    const points = [
      ...months(fourYears),
      { start: '2018-01-01', value: 1 },
      { start: '2099-01-01', value: 9 },
    ];
    const made = published(forecast({ points, asOf: '2018-01-31', effort: 'quick' }));
    assert.equal(made.points[0]?.start, '2018-01-01');
    assert.ok(made.notes.includes('2 months are not over on 2018-01-31 and left out.'));
  });

  test('gaps are filled, or are zero, as it is said', () => {
    const holed = months(fourYears).filter((_, month) => month !== 20 && month !== 21);
    const filled = published(forecast({ points: holed, effort: 'quick' }));
    assert.ok(filled.notes.includes('2 of 48 months have no value and were filled in.'));
    assert.deepEqual(published(forecast({ points: holed, gaps: 'zero', effort: 'quick' })).notes, []);
  });

  test('the order of the points does not matter', () => {
    const points = months(fourYears);
    assert.deepEqual(
      forecast({ points: [...points].reverse(), effort: 'quick' }),
      forecast({ points, effort: 'quick' }),
    );
  });

  test('negative, huge and tiny values are forecast as well as others', () => {
    const usual = published(forecast({ points: months(fourYears), effort: 'quick' }));
    for (const factor of [-1, 1e300, 1e-300]) {
      const points = months(fourYears.map((value) => value * factor));
      const made = published(forecast({ points, effort: 'quick' }));
      const first = (made.points[0]?.value ?? 0) / factor;
      assert.ok(Math.abs(first - (usual.points[0]?.value ?? 0)) < 30, `${first}`);
    }
  });
});

describe('the track record', () => {
  const points = [100, 110].map((value, month) => ({
    start: `2018-0${month + 1}-01`,
    value,
    low80: value - 5,
    high80: value + 5,
    low95: value - 12,
    high95: value + 12,
  }));

  test('scores what has come, by hand', () => {
    const actual = [{ start: '2018-01-01', value: 110 }];
    const score = scoreForecast({ points, scale: 20 }, actual);
    assert.ok(Math.abs((score?.smape ?? 0) - (10 / 105) * 100) < 1e-9);
    assert.deepEqual(score, { periods: 1, mase: 0.5, smape: score?.smape, coverage80: 0, coverage95: 1 });
    const both = [...actual, { start: '2018-02-01', value: 110 }];
    const record = trackRecordOf(
      [
        { points, scale: 20 },
        { points: points.slice(1), scale: 20 },
      ],
      both,
    );
    assert.equal(record.forecasts, 2);
    assert.equal(record.periods, 3);
    assert.match(record.sentence, /^Of 3 forecast periods that have come, 3 lay within the 95 % interval/);
  });

  test('is empty while nothing has come', () => {
    const record = trackRecordOf([{ points, scale: 20 }], [{ start: '2018-01-01', value: null }]);
    assert.equal(record.accuracy, null);
  });
});
