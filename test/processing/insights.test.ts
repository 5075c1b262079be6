import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { driversOf } from '../../activities/processing/insights/drivers.ts';
import { gatherCrowds } from '../../activities/processing/insights/entities.ts';
import { insightsIn } from '../../activities/processing/insights/find.ts';
import { framesOf, type Metric } from '../../activities/processing/insights/frame.ts';
import { adjustAll, studentP } from '../../activities/processing/insights/significance.ts';
import type { Datapoint, DatapointSeries } from '../../domain/datapoints.ts';
import { headlineOf, type Insight, keepInsights } from '../../domain/insights.ts';
import { madeMetric } from './insights-support.ts';

const nothing = async () => undefined;
const start = (month: number) => new Date(Date.UTC(2014, month)).toISOString().slice(0, 10);

const kinds: readonly Metric['measure'][] = [
  { kind: 'count' },
  { kind: 'sum', field: 'a' },
  { kind: 'distinct', field: 'a' },
  { kind: 'ratio', field: 'a', per: 'b' },
  { kind: 'average', field: 'a' },
  { kind: 'minimum', field: 'a' },
  { kind: 'maximum', field: 'a' },
];

/** Numbers as they come: nothing, zeros, refunds, huge ones. */
const odd = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -100, max: 1000, noNaN: true }) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(1e15, -1e300, 1e-12) },
);
const odder = fc.option(odd, { nil: null, freq: 12 });
const months = fc.array(fc.record({ value: odder, sum: odd, weight: odd }), { minLength: 0, maxLength: 62 });

const pointsOf = (values: readonly { value: number | null; sum: number; weight: number }[]): Datapoint[] =>
  values.map(({ value, sum, weight }, month) => ({ start: start(month), value, rows: 1, sum, weight }));

const seriesOf = (parts: readonly Datapoint[][]): DatapointSeries[] =>
  parts.map((points, at) => ({
    ...{ id: at === 0 ? 'm' : `m/-/part=${at}`, metric: 'm', grain: 'month', currency: null, points },
    dimension: at === 0 ? null : { field: 'part', value: String(at) },
  }));

/** Every number in it is finite. */
function finite(what: unknown): boolean {
  if (typeof what === 'number') return Number.isFinite(what);
  return typeof what !== 'object' || what === null || Object.values(what).every(finite);
}

/** Contributions and others add up to the total. */
function addUp({ drivers }: Pick<Insight, 'drivers'>): void {
  if (drivers === null) return;
  const { values, others, total } = drivers;
  const sum = values.reduce((a, { contribution }) => a + contribution, others);
  const scale = values.reduce(
    (a, { contribution }) => a + Math.abs(contribution),
    Math.abs(total) + Math.abs(others),
  );
  assert.ok(Math.abs(sum - total) <= 1e-9 * scale, `${sum} is not ${total}`);
  for (const { contribution, rate, mix } of values)
    if (rate !== undefined && mix !== undefined)
      assert.ok(Math.abs(rate + mix - contribution) <= 1e-9 * scale);
}

describe('insights, pure', () => {
  test('drivers add up to the change, of sums and of ratios, whatever the numbers are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.array(months, { minLength: 1, maxLength: 9 }),
        (measure, parts) => {
          const metric = madeMetric('m', { measure, dimensions: ['part'] });
          const [frame] = framesOf([metric], seriesOf(parts.map(pointsOf)), '2030-01-01');
          if (frame === undefined || frame.length < 24) return;
          const comparison = { now: frame.length - 12, before: frame.length - 24, count: 12 };
          const drivers = driversOf(frame, comparison);
          assert.ok(finite(drivers));
          addUp({ drivers });
        },
      ),
      { numRuns: 150 },
    );
  });

  test('odd series give no crash, no NaN and nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...kinds),
        fc.array(months, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 50 }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        async (measure, parts, at, step) => {
          const metric = madeMetric('m', { measure, dimensions: ['part'] });
          const stepped = parts.map((values) =>
            values.map((one, month) => ({
              ...one,
              value: one.value === null ? null : one.value + (month < at ? 0 : step),
            })),
          );
          const frames = framesOf([metric], seriesOf(stepped.map(pointsOf)), '2030-01-01');
          const { insights } = await insightsIn('c', frames, [], nothing);
          assert.ok(finite(insights));
          assert.equal(new Set(insights.map(({ id }) => id)).size, insights.length);
          insights.forEach(addUp);
          for (const { sentence } of insights) assert.doesNotMatch(sentence, /NaN|Infinity|undefined|null/);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a ratio splits into what moved and what weighs more, by hand', () => {
    // A: 10 % of 100, then 10 % of 300. B: 50 % of 100, then 40 % of 100. In all 30 %, then 17.5 %.
    const year = (sum: number, weight: number) =>
      Array.from({ length: 12 }, () => ({ value: sum / weight, sum, weight }));
    const of = (before: [number, number], now: [number, number]) =>
      pointsOf([...year(...before), ...year(...now)]);
    const metric = madeMetric('m', {
      measure: { kind: 'ratio', field: 'a', per: 'b' },
      dimensions: ['part'],
    });
    const series = seriesOf([of([60, 200], [70, 400]), of([10, 100], [30, 300]), of([50, 100], [40, 100])]);
    const [frame] = framesOf([metric], series, '2030-01-01');
    assert.ok(frame);
    const drivers = driversOf(frame, { now: 12, before: 0, count: 12 });
    assert.ok(drivers && Math.abs(drivers.total - -0.125) < 1e-12);
    const [b, a] = drivers.values;
    // Middle of both years 23.75 %; B: rate -10 % x 37.5 %, mix -25 % x (45 - 23.75) %.
    assert.ok(Math.abs((b?.rate ?? 0) - -0.0375) < 1e-12 && Math.abs((b?.mix ?? 0) - -0.053125) < 1e-12);
    assert.ok(Math.abs((a?.rate ?? 1) - 0) < 1e-12 && Math.abs((a?.mix ?? 0) - -0.034375) < 1e-12);
    assert.equal(drivers.others, 0);
  });

  test('only complete periods count: none that is open or ahead, none after the newest data', () => {
    const values = (count: number) =>
      pointsOf(Array.from({ length: count }, () => ({ value: 1, sum: 1, weight: 1 })));
    const last = (points: Datapoint[], asOf: string) => {
      const [frame] = framesOf([madeMetric('m')], seriesOf([points]), asOf);
      return frame === undefined ? null : start(frame.first + frame.length - 1 - 2014 * 12);
    };
    assert.equal(last(values(48), '2026-11-22'), '2017-12-01');
    assert.equal(last(values(48), '2017-12-31'), '2017-11-01');
    assert.equal(last(values(48), '2018-01-01'), '2017-12-01');
    assert.equal(last([{ start: '2035-01-01', value: 1, rows: 1 }], '2026-11-22'), null);
    assert.equal(
      last([...values(3), { start: '2035-01-01', value: 1e300, rows: 1 }], '2026-11-22'),
      '2014-03-01',
    );
  });

  test('a currency that changes midway is no fall: what ended long ago is not looked at', () => {
    const of = (currency: string, from: number, count: number): DatapointSeries => ({
      ...{ id: `m/${currency}`, metric: 'm', grain: 'month', dimension: null, currency },
      points: Array.from({ length: count }, (_, at) => ({ start: start(from + at), value: 100, rows: 1 })),
    });
    const frames = framesOf([madeMetric('m')], [of('DEM', 0, 30), of('EUR', 30, 30)], '2026-01-01');
    assert.deepEqual(
      frames.map(({ currency }) => currency),
      ['EUR'],
    );
  });

  test('lost are those who are silent for longer than is usual for them; won came more than once', async () => {
    const rows: { day: string; who: string }[] = [];
    const day = (number: number) =>
      new Date(Date.UTC(2014, 0, 1) + number * 86_400_000).toISOString().slice(0, 10);
    const end = 4 * 365;
    // 40 come every month to the end; "gone" and "away" stop after three years; "once" came once; "seldom" every two years.
    for (let who = 0; who < 40; who++)
      for (let at = who; at <= end; at += 30) rows.push({ day: day(at), who: `c${who}` });
    for (let at = 0; at < 3 * 365; at += 20)
      rows.push({ day: day(at), who: 'gone' }, { day: day(at), who: 'away' });
    rows.push(
      { day: day(1000), who: 'once' },
      { day: day(0), who: 'seldom' },
      { day: day(500), who: 'seldom' },
    );
    rows.push(
      { day: day(1050), who: 'seldom' },
      { day: day(1300), who: 'new' },
      { day: day(1360), who: 'new' },
    );
    rows.push({ day: day(1310), who: 'tried' });
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(row.day.slice(0, 7), (counts.get(row.day.slice(0, 7)) ?? 0) + 1);
    const points = [...counts].sort().map(([month, value]) => ({ start: `${month}-01`, value, rows: value }));
    const metric = madeMetric('m', { entities: ['who_id'] });
    const frames = framesOf([metric], seriesOf([points]), '2018-01-01');
    const { crowds, add } = gatherCrowds(frames);
    add({ fields: { day: rows.map((row) => row.day), who_id: rows.map(({ who }) => who) } });
    const { insights } = await insightsIn('c', frames, crowds, nothing);
    const lost = insights.find(({ kind }) => kind === 'lost');
    assert.deepEqual(lost?.entities.map(({ id }) => id).sort(), ['away', 'gone']);
    assert.equal(lost?.numbers.count, 2);
    // Days 1095 and on are the last year: 0, 20 ... 1080 of which those from day 730 on are of the year before.
    assert.equal(lost?.numbers.value, 2 * 18);
    assert.equal(lost?.good, false);
    // Nothing is won of one who came once, and "new" alone is less than a hundredth of all.
    assert.equal(insights.filter(({ kind }) => kind === 'won').length, 0);
  });

  test('much on one is told, with the shares by hand', async () => {
    const rows = Array.from({ length: 48 }, (_, month) => [
      ...Array.from({ length: 30 }, (_one, who) => ({ day: start(month), who: `c${who}` })),
      ...Array.from({ length: 20 }, () => ({ day: start(month), who: 'big' })),
    ]).flat();
    const points = Array.from({ length: 48 }, (_, month) => ({ start: start(month), value: 50, rows: 50 }));
    const frames = framesOf([madeMetric('m', { entities: ['who_id'] })], seriesOf([points]), '2018-01-01');
    const { crowds, add } = gatherCrowds(frames);
    add({ fields: { day: rows.map(({ day }) => day), who_id: rows.map(({ who }) => who) } });
    const { insights } = await insightsIn('c', frames, crowds, nothing);
    assert.deepEqual(
      insights.map(({ kind }) => kind),
      ['concentration'],
    );
    const { topOne, topTen, topTenBefore } = insights[0]?.numbers ?? {};
    assert.deepEqual([topOne, topTen, topTenBefore], [0.4, 0.58, 0.58]);
  });

  test('kept over sessions: the same id, times seen, ended with its reason, and back again', () => {
    const one = (id: string, to: string, rank = 1) =>
      ({
        id,
        kind: 'change',
        metric: 'm',
        dimension: null,
        currency: null,
        entity: null,
        numbers: { periods: 12 },
        period: { from: to, to, label: to },
        rank,
      }) as unknown as Insight;
    const at = new Date(0);
    const first = keepInsights([], [one('a', '2017'), one('x', '2016', 3)], 's.1', at);
    assert.deepEqual(keepInsights(first, [one('a', '2017'), one('x', '2016', 3)], 's.1', at), first);
    assert.equal(headlineOf(first)?.id, 'x');
    const second = keepInsights(first, [one('b', '2018')], 's.2', at);
    assert.deepEqual(
      second.map(({ id, firstSeen, timesSeen, ended }) => [id, firstSeen, timesSeen, ended?.because]),
      [
        ['b', 's.2', 1, undefined],
        ['a', 's.1', 1, 'newerPeriod'],
        ['x', 's.1', 1, 'newerPeriod'],
      ],
    );
    const third = keepInsights(second, [one('a', '2017')], 's.3', at);
    assert.deepEqual(
      third.map(({ id, firstSeen, timesSeen, ended }) => [id, firstSeen, timesSeen, ended?.because]),
      [
        ['a', 's.1', 2, undefined],
        ['b', 's.2', 1, 'noLongerHolds'],
      ],
    );
    assert.equal(headlineOf([]), null);
  });

  test('p-values are those of the tables, and adjusted ones those of Benjamini and Hochberg', () => {
    for (const [t, degrees, p] of [
      [2.228, 10, 0.05],
      [3.169, 10, 0.01],
      [12.706, 1, 0.05],
      [1.96, 1e6, 0.05],
      [0, 5, 1],
    ] as const)
      assert.ok(Math.abs(studentP(t, degrees) - p) < 2e-4, `${t} of ${degrees}`);
    const adjusted = adjustAll([0.01, 0.04, 0.03, 0.5].map((p) => ({ p, weight: 1 })));
    assert.deepEqual(
      adjusted.map((value) => Number(value.toFixed(6))),
      [0.04, 0.053333, 0.053333, 0.5],
    );
  });
});
