import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decisionId } from '../../activities/processing/cleaning/decisions.ts';
import { createForecaster } from '../../activities/processing/forecasting/pool.ts';
import { forecastView } from '../../client/api/views/forecasts.ts';
import type { Datapoint } from '../../domain/datapoints.ts';
import { openTestStores } from '../stores/support.ts';
import { forecastScene, lively, monthOf, months, seriesDoc } from './forecast-scene.ts';

const stores = await openTestStores();
const forecaster = createForecaster();
after(() => forecaster.stop());

const inCategory = (value: string, points: readonly Datapoint[]) =>
  seriesDoc(points, { metric: 'sales', dimension: { field: 'category', value }, currency: 'USD' });
const total = (points: readonly Datapoint[]) => seriesDoc(points, { metric: 'sales', currency: 'USD' });

/** Every number in it is finite. */
function finite(what: unknown): boolean {
  if (typeof what === 'number') return Number.isFinite(what);
  return typeof what !== 'object' || what === null || Object.values(what).every(finite);
}

describe('forecasting, the substage', () => {
  test('a repeated attempt goes on where the cancelled one stopped, and forecasts nothing twice', async () => {
    const scene = await forecastScene(stores, forecaster);
    await scene.write([
      total(months(36, lively)),
      seriesDoc(months(36, () => 3)),
      ...['a', 'b', 'c'].map((name, at) => inCategory(name, months(30 + at, lively))),
    ]);
    const session = await scene.open();
    await assert.rejects(scene.run(session, '2017-01-20', 2), /canceled/);
    assert.deepEqual(scene.asked, [36, 36]);
    const first = await scene.current('sales/USD');
    const counts = await scene.run(session, '2017-01-20');
    assert.deepEqual(counts, { series: 5, made: 3, unchanged: 2, withoutForecast: 0, leftOut: 0 });
    // The categories go on with zeros up to the newest month of the metric.
    assert.deepEqual(scene.asked.slice(2).sort(), [31, 32, 33]);
    assert.deepEqual(await scene.current('sales/USD'), first);
  });

  test('is made again when a month is over or an old one changed, not when the open month grows', async () => {
    const scene = await forecastScene(stores, forecaster);
    const points = months(36, lively);
    const made = async (doc: ReturnType<typeof total>, asOf: string) => {
      await scene.write([doc]);
      const counts = await scene.run(await scene.open(), asOf);
      return 'made' in counts ? counts.made : -1;
    };
    const openMonth = { start: monthOf(36), value: 5, rows: 1 };
    assert.equal(await made(total(points), '2017-01-05'), 1);
    assert.equal(await made(total([...points, openMonth]), '2017-01-06'), 1, 'noted as not over');
    assert.equal(await made(total([...points, { ...openMonth, value: 900 }]), '2017-01-07'), 0);
    assert.equal(await made(total([...points, { ...openMonth, value: 900 }]), '2017-02-01'), 1);
    assert.equal(
      await made(total([{ start: monthOf(0), value: 1, rows: 1 }, ...points.slice(1)]), '2017-02-02'),
      1,
    );
  });

  test('the track record of a series is that of its forecasts against what came, by hand', async () => {
    const scene = await forecastScene(stores, forecaster);
    const steady = months(24, () => 100);
    await scene.write([seriesDoc(steady)]);
    await scene.run(await scene.open(), '2016-01-10');
    const before = await scene.current('orders');
    assert.equal(before.record.accuracy, null);
    assert.match(before.sentence, /^Orders in January 2016: about 100 expected, as in all months before;/);

    // 100 was expected of both, in units of 100: errors of 10 and 0.
    await scene.write([
      seriesDoc([
        ...steady,
        { start: monthOf(24), value: 110, rows: 1 },
        { start: monthOf(25), value: 100, rows: 1 },
      ]),
    ]);
    await scene.run(await scene.open(), '2016-03-10');
    const { record, kept } = await scene.current('orders');
    assert.equal(record.forecasts, 1);
    assert.equal(record.periods, 2);
    assert.ok(Math.abs((record.accuracy?.mase ?? 0) - 0.05) < 1e-12);
    assert.ok(Math.abs((record.accuracy?.smape ?? 0) - 1_000 / 105 / 2) < 1e-9);
    assert.equal(record.accuracy?.coverage95, 0.5);
    assert.deepEqual(
      kept.map(({ number, first }) => [number, first]),
      [
        [1, '2016-01-01'],
        [2, '2016-03-01'],
      ],
    );
  });

  test('cleaned values are forecast from and said; what a person takes back counts again; scored by raw ones', async () => {
    const scene = await forecastScene(stores, forecaster);
    const sound = months(48, lively);
    const odd = monthOf(40);
    const points = sound.map((point) =>
      point.start === odd ? { ...point, value: 9 * (point.value ?? 0) } : point,
    );
    await scene.write([total(points)]);
    const asOf = '2018-01-10';
    await scene.run(await scene.open(), asOf);
    const raw = await scene.current('sales/USD');
    assert.equal((await scene.clean(asOf)).told, 0);
    const made = async () => {
      const counts = await scene.run(await scene.open(), asOf);
      return 'made' in counts ? counts.made : -1;
    };
    assert.equal(await made(), 1, 'a change was found');
    assert.equal(await made(), 0, 'nothing new');
    const { outcome, fingerprint, sentence } = await scene.current('sales/USD');
    assert.ok(outcome.outcome === 'forecast' && raw.outcome.outcome === 'forecast');
    assert.deepEqual(outcome.notes.slice(-1), ['1 period is taken as cleaned: May 2017.']);
    const range = ([one]: typeof outcome.points) => (one?.high95 ?? 0) - (one?.low95 ?? 0);
    assert.ok(range(outcome.points) < range(raw.outcome.points) / 3, sentence);
    assert.notEqual(fingerprint, raw.fingerprint);

    const view = async () =>
      forecastView({ stores, definitions: () => new Map() }, scene.connection, 'sales/USD');
    const marked = (await view()).recent.filter(({ cleaned }) => cleaned !== null);
    assert.deepEqual(
      marked.map(({ start, value }) => [start, value]),
      [[odd, 9 * lively(40)]],
    );
    assert.ok(Math.abs((marked[0]?.cleaned ?? 0) / lively(40) - 1) < 0.1);

    const change = `outlier/${odd}`;
    await scene.analysis.cleaning.putMany([
      {
        ...{ _id: decisionId('sales/USD', change), kind: 'decision', series: 'sales/USD', change },
        ...{ undone: true, raw: [[odd, 9 * lively(40)]], by: { kind: 'person', id: 'ada' } },
        ...{ why: 'a great order', at: new Date() },
      },
    ]);
    assert.equal(await made(), 1, 'a person took it back');
    assert.equal((await scene.current('sales/USD')).fingerprint, raw.fingerprint);
  });

  test('of forecasts from the same month the last one is kept, and 24 in all', async () => {
    const scene = await forecastScene(stores, forecaster);
    for (let month = 0; month < 26; month++) {
      await scene.write([seriesDoc(months(12 + month, () => 7))]);
      await scene.run(await scene.open(), monthOf(12 + month));
    }
    await scene.write([seriesDoc(months(37, (month) => (month === 0 ? 8 : 7)))]);
    await scene.run(await scene.open(), monthOf(37));
    const { kept } = await scene.current('orders');
    assert.deepEqual([kept.length, kept[0]?.number, kept.at(-1)?.number], [24, 3, 27]);
    // The directory, the current one, and those that are kept.
    assert.equal(await scene.analysis.forecasts.count(), 26);
  });

  test('the 20 series of a dimension with the most records are forecast; one that is none any more is forgotten', async () => {
    const scene = await forecastScene(stores, forecaster);
    const named = (at: number) => `c${String(at).padStart(2, '0')}`;
    await scene.write(
      Array.from({ length: 22 }, (_, at) =>
        inCategory(
          named(at),
          months(10, () => 5, at + 1),
        ),
      ),
    );
    const counts = await scene.run(await scene.open(), '2015-01-01');
    assert.deepEqual(counts, { series: 20, made: 20, unchanged: 0, withoutForecast: 0, leftOut: 2 });
    assert.equal(await scene.current('sales/USD/category=c01'), null);
    assert.ok(await scene.current('sales/USD/category=c02'));
    await scene.write([
      inCategory(
        'c00',
        months(10, () => 5, 99),
      ),
    ]);
    await scene.run(await scene.open(), '2015-01-01');
    assert.equal(await scene.current('sales/USD/category=c02'), null);
    assert.ok(await scene.current('sales/USD/category=c00'));
    assert.equal(await scene.analysis.forecasts.count(), 41);
  });

  test('odd series have a clear result or a clear reason', async () => {
    const scene = await forecastScene(stores, forecaster);
    const at = (month: number, value: number | null): Datapoint => ({
      start: monthOf(month),
      value,
      rows: 1,
    });
    const odd: Record<string, readonly Datapoint[]> = {
      'nothing known': months(36, () => null),
      'all equal': months(36, () => 42),
      negative: months(36, (month) => -lively(month)),
      huge: months(36, (month) => lively(month) * 1e304),
      tiny: months(36, (month) => lively(month) * 1e-300),
      'both huge': months(36, (month) => (month % 2 === 0 ? 1.7e308 : -1.7e308)),
      'a future date': [...months(36, lively), at(36 + 12 * 4, 1e9)],
      'only the future': [at(60, 5)],
      stopped: months(24, lively),
      'now and then': months(36, (month) => (month % 5 === 0 ? 40 : 0)),
      empty: [],
      'Ünïcode "quotes" <b>': months(36, lively),
      [`long ${'x'.repeat(300)}`]: months(36, lively),
    };
    await scene.write([
      total(months(36, lively)),
      ...Object.entries(odd).map(([name, points]) => inCategory(name, points)),
      seriesDoc(
        months(1, () => 5),
        { metric: 'margin' },
      ),
      seriesDoc(months(36, lively), { metric: 'vanished' }),
    ]);
    const counts = await scene.run(await scene.open(), '2017-01-15');
    assert.equal('series' in counts && counts.series, 2 + Object.keys(odd).length);
    const of = async (name: string) => scene.current(`sales/USD/category=${name}`);
    const reasonOf = async (name: string) => {
      const { outcome } = await of(name);
      return outcome.outcome === 'none' ? outcome.reason : outcome.kind;
    };
    for (const name of Object.keys(odd)) {
      const doc = await of(name);
      assert.ok(finite(doc.outcome) && finite(doc.record), name);
      assert.doesNotMatch(doc.sentence, /NaN|Infinity|undefined|null/, name);
      assert.ok(doc.sentence.length < 500, name);
    }
    assert.equal(await reasonOf('nothing known'), 'NO_VALUES');
    assert.equal(await reasonOf('all equal'), 'constant');
    assert.equal(await reasonOf('negative'), 'regular');
    assert.equal(await reasonOf('only the future'), 'NO_VALUES');
    assert.equal(await reasonOf('empty'), 'NO_VALUES');
    assert.equal(await reasonOf('now and then'), 'intermittent');
    const { outcome } = await of('a future date');
    assert.ok(
      outcome.outcome === 'forecast' && outcome.notes.some((note) => note.startsWith('1 month is not over')),
    );
    assert.equal(outcome.points[0]?.start, '2017-01-01');
    const stopped = await of('stopped');
    assert.ok(stopped.outcome.outcome === 'forecast');
    assert.equal(stopped.outcome.points[0]?.start, '2017-01-01', 'nothing was sold in its last year');
    const margin = await scene.current('margin');
    assert.equal(
      margin.sentence,
      'Margin: no forecast. There is 1 period with a value; a forecast needs at least 8.',
    );
    assert.equal(await scene.current('vanished'), null);
  });

  test('data that ended long ago are forecast from their end, and the sentence says so', async () => {
    const scene = await forecastScene(stores, forecaster);
    await scene.write([total(months(48, lively))]);
    await scene.run(await scene.open(), '2026-11-22');
    const { sentence, outcome } = await scene.current('sales/USD');
    assert.ok(outcome.outcome === 'forecast');
    assert.equal(outcome.points[0]?.start, '2018-01-01');
    assert.match(
      sentence,
      /^Sales in January 2018: about 1,\d+ USD expected \(95 %: 1,\d+ to 1,\d+ USD\), \d+ % more than a year before\. Made by [\w ]+, which was \d+ % nearer on the past than repeating last year\. The newest data are of December 2017; the forecast goes on from there\.$/,
    );
  });
});
