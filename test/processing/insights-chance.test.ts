import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { insightsIn } from '../../activities/processing/insights/find.ts';
import { type Frame, framesOf, type Track } from '../../activities/processing/insights/frame.ts';
import { randomOf, shuffle } from '../../activities/processing/insights/random.ts';
import { readOrders } from '../../examples/storefront/orders.ts';
import { storefrontWithMetrics } from '../support/storefront.ts';
import { frameOfValues, seriesOf } from './insights-support.ts';

const { metrics } = storefrontWithMetrics;
const nothing = async () => undefined;

/** The values of a track in another order: whatever was in their order is gone. */
function shuffled(track: Track, seed: string): Track {
  const order = Array.from(track.values, (_, at) => at);
  shuffle(order, randomOf(`${seed}/${track.id}`));
  const turned = (values: Float64Array) => Float64Array.from(order, (at) => values[at] ?? 0);
  return {
    ...track,
    id: `${seed}/${track.id}`,
    values: turned(track.values),
    sums: turned(track.sums),
    weights: turned(track.weights),
  };
}

/** How many series of how many give an insight. */
async function rateOf(sessions: readonly (readonly Frame[])[]) {
  let series = 0;
  let told = 0;
  for (const frames of sessions) {
    const looked = await insightsIn('c', frames, [], nothing);
    series += looked.series;
    told += new Set(looked.insights.map(({ metric, dimension }) => JSON.stringify([metric, dimension]))).size;
  }
  return { series, told };
}

describe('chance gives no insights', () => {
  test('on the shuffled series of the sample, at most 5 % of them', async () => {
    const frames = framesOf(
      metrics,
      seriesOf(
        metrics,
        readOrders()
          .filter(({ region }) => region === 'West')
          .map((row) => ({ ...row })),
      ),
      '2018-02-01',
    );
    const seeds = Array.from({ length: 6 }, (_, at) => `seed ${at}`);
    const { series, told } = await rateOf(
      seeds.map((seed) =>
        frames.map((frame) => ({
          ...frame,
          total: shuffled(frame.total, seed),
          tracks: frame.tracks.map((track) => shuffled(track, seed)),
        })),
      ),
    );
    assert.equal(series, 216);
    assert.ok(told <= series * 0.05, `${told} of ${series}`);
  });

  test('on heavy-tailed, intermittent, short and constant series, at most 5 % of each kind', async () => {
    const random = randomOf('made series');
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const kinds: Readonly<Record<string, (month: number) => number>> = {
      'log-normal': () => Math.exp(1.5 * normal()),
      Cauchy: () => normal() / normal(),
      intermittent: () => (random() < 0.8 ? 0 : Math.ceil(random() * 50)),
      'huge and negative': () => normal() * 1e12,
    };
    for (const [kind, of] of Object.entries(kinds)) {
      // Each is a session of its own: there the chance of a false one is greatest.
      const sessions = Array.from({ length: 40 }, (_, at) => [frameOfValues(`${kind} ${at}`, 60, of)]);
      const { series, told } = await rateOf(sessions);
      assert.ok(told <= series * 0.15, `${kind}: ${told} of ${series} alone`);
      const together = await rateOf([sessions.flat()]);
      assert.ok(together.told <= together.series * 0.05, `${kind}: ${together.told} of ${together.series}`);
    }
    assert.equal((await rateOf([[frameOfValues('constant', 60, () => 7)]])).told, 0);
    assert.equal((await rateOf([[frameOfValues('short', 9, () => random())]])).told, 0);
  });

  test('what is there is found: a step, a season, a change, each with the right place', async () => {
    const random = randomOf('planted');
    const noise = () => (random() + random() + random() - 1.5) * 20;
    const found = async (name: string, of: (month: number) => number) =>
      (await insightsIn('c', [frameOfValues(name, 60, of)], [], nothing)).insights;
    const step = await found('step', (month) => 1000 + noise() + (month >= 40 ? 300 : 0));
    assert.equal(step.find(({ kind }) => kind === 'levelShift')?.period.from, '2017-05-01');
    const season = await found('season', (month) => 1000 + noise() + (month % 12 === 10 ? 600 : 0));
    const said = season.filter(({ kind }) => kind === 'seasonality');
    assert.equal(said.length, 1);
    assert.match(said[0]?.sentence ?? '', /November is on average 5\d % above the year's mean/);
    const change = await found('change', (month) => 1000 + noise() + (month >= 48 ? -200 : 0));
    const told = change.find(({ kind }) => kind === 'change');
    assert.equal(told?.direction, 'down');
    assert.equal(told?.good, false);
    assert.match(
      told?.sentence ?? '',
      /^Made in 2018 came to [\d,.]+, [\d,.]+ less than in 2017 \(-\d+ %\)\.$/,
    );
  });
});
