import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type ForecastPlot, forecastSvg } from '../../client/plot/forecast-svg.ts';
import { ticksOf } from '../../client/plot/scale.ts';

/** Throws where tags are not nested, attributes not quoted, or a character is one that XML has not. */
function checkXml(text: string): void {
  const open: string[] = [];
  const tag = /<(\/?)([a-z]+)((?: [a-zA-Z0-9-]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)(\/?)>/gy;
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf('<', at);
    const words = text.slice(at, next === -1 ? undefined : next);
    assert.doesNotMatch(words, /&(?!(amp|lt|gt|quot);)|>/);
    if (next === -1) break;
    tag.lastIndex = next;
    const [all = '', close, name = '', , empty] = tag.exec(text) ?? [];
    assert.ok(all !== '', `no tag: ${text.slice(next, next + 60)}`);
    if (close === '/') assert.equal(open.pop(), name);
    else if (empty !== '/') open.push(name);
    at = next + all.length;
  }
  assert.deepEqual(open, []);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
  assert.doesNotMatch(text, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
}

const value = fc.double({ noNaN: true, noDefaultInfinity: true });
const monthOf = (month: number) => new Date(Date.UTC(2010, month)).toISOString().slice(0, 10);
const plots = fc
  .record({
    title: fc.string({ unit: 'binary' }),
    description: fc.string(),
    unit: fc.option(fc.string(), { nil: undefined }),
    grain: fc.constantFrom('day' as const, 'month' as const),
    actual: fc.array(fc.option(value), { maxLength: 80 }),
    forecast: fc.array(fc.tuple(value, value, value, value, value), { maxLength: 8 }),
  })
  .map(
    ({ actual, forecast, ...rest }): ForecastPlot => ({
      ...rest,
      id: 'p1',
      actual: actual.map((one, at) => ({ start: monthOf(at), value: one })),
      forecast: forecast.map((five, at) => {
        const [low95 = 0, low80 = 0, middle = 0, high80 = 0, high95 = 0] = [...five].sort((a, b) => a - b);
        return { start: monthOf(actual.length + at), value: middle, low80, high80, low95, high95 };
      }),
    }),
  );

const bare: ForecastPlot = { id: 'p1', title: '', description: '', grain: 'day', actual: [], forecast: [] };

describe('the plot of a forecast', () => {
  test('is well-formed, all of it finite and within the picture, whatever the values and texts are', () => {
    fc.assert(
      fc.property(plots, (plot) => {
        const svg = forecastSvg(plot);
        checkXml(svg);
        const drawn = svg.replace(/<(title|desc|text)\b[^>]*>[^<]*<\/\1>/g, '');
        assert.doesNotMatch(drawn, /NaN|Infinity|undefined|<script|href/);
        for (const [, points = ''] of drawn.matchAll(/ points="([^"]*)"/g))
          for (const pair of points.split(' ')) {
            const [x = -1, y = -1] = pair.split(',').map(Number);
            assert.ok(x >= 0 && x <= 720 && y >= 39 && y <= 271, pair);
          }
      }),
      {
        numRuns: 60,
        examples: [[{ ...bare, actual: [{ start: '2010-01-01', value: -1.634266486238469e308 }] }]],
      },
    );
  });

  test('has a title, a description, both intervals, a line for what came and one for what is expected', () => {
    const svg = forecastSvg({
      id: 'sales',
      title: 'Sales <of> "all" & sundry',
      description: 'Rising.',
      grain: 'month',
      unit: 'USD',
      actual: [
        { start: '2017-10-01', value: 1_000 },
        { start: '2017-11-01', value: 2_000 },
        { start: '2017-12-01', value: 1_500 },
      ],
      forecast: [
        { start: '2018-01-01', value: 1_600, low80: 1_400, high80: 1_800, low95: 1_200, high95: 2_500 },
      ],
    });
    assert.match(svg, /aria-labelledby="sales-title sales-desc"/);
    assert.match(svg, /<title id="sales-title">Sales &lt;of&gt; &quot;all&quot; &amp; sundry<\/title>/);
    assert.equal(svg.match(/<polygon/g)?.length, 2);
    assert.equal(svg.match(/<polyline/g)?.length, 2);
    for (const text of ['USD', '2018', 'Nov', '0', '500', '2500', '80 %', '95 %'])
      assert.ok(svg.includes(`>${text}</text>`), text);
  });

  test('ticks are round and take in the range', () => {
    assert.deepEqual(ticksOf(0, 118_447).at, [0, 50_000, 100_000, 150_000]);
    assert.deepEqual(ticksOf(-0.03, 0.17).at, [-0.05, 0, 0.05, 0.1, 0.15, 0.2]);
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [low, high] = [Math.min(a, b) / 2, Math.max(a, b) / 2];
        const ticks = ticksOf(low, high);
        assert.ok(ticks.at.length >= 2 && ticks.at.length <= 14 && ticks.at.every(Number.isFinite));
        const near = Math.max(Math.abs(low), Math.abs(high)) * 1e-9;
        assert.ok(ticks.low <= low + near && ticks.high >= high - near);
      }),
    );
  });
});
