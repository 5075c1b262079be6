import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anomaliesOf, type ComparedRun, leastCompared } from '../../domain/anomalies.ts';

const runs = (...rows: number[]): ComparedRun[] => rows.map((count) => ({ rows: count, durationMs: 5_000 }));
const usual = runs(100, 104, 97, 110, 101, 95, 99, 103);
const judge = (rows: number, earlier: readonly ComparedRun[] = usual, durationMs = 5_000) =>
  anomaliesOf({ rows, durationMs }, earlier).map(({ of, value, low, high }) => [of, value, low, high]);

describe('what is unusual about a run', () => {
  test('nothing below eight earlier runs', () => {
    assert.deepEqual(judge(0, usual.slice(1)), []);
    assert.equal(leastCompared, 8);
  });

  test('rows far from the median, in both directions, with the bounds and a sentence', () => {
    assert.deepEqual(judge(112), []);
    assert.deepEqual(judge(10_000), [['rows', 10_000, 83, 118]]);
    const [found] = anomaliesOf({ rows: 0, durationMs: 5_000 }, usual);
    assert.equal(
      found?.sentence,
      '0 rows were read, fewer than usual: the last 8 runs of this kind suggest 83 to 118, mostly about 101.',
    );
  });

  test('a duration far from the median', () => {
    assert.deepEqual(judge(100, usual, 8_400), []);
    assert.deepEqual(judge(100, usual, 60_000), [['durationMs', 60_000, 1_500, 8_500]]);
    const [found] = anomaliesOf({ rows: 100, durationMs: 60_000 }, usual);
    assert.match(
      found?.sentence ?? '',
      /^It took 60 s, longer than usual: .* 1.5 s to 8.5 s, mostly about 5 s\.$/,
    );
  });

  test('one wild run in the past does not make others usual', () => {
    const past = [...usual.slice(0, 7), ...runs(1_000_000)];
    assert.equal(judge(500, past).length, 1);
  });

  test('runs that were all the same leave room for a few rows', () => {
    const same = runs(...Array.from({ length: 30 }, () => 20));
    assert.deepEqual(judge(23, same), []);
    assert.deepEqual(judge(0, same), [['rows', 0, 13, 27]]);
    const none = runs(...Array.from({ length: 8 }, () => 0));
    assert.deepEqual(judge(5, none), []);
    assert.equal(judge(500, none).length, 1);
  });

  test('more than half the same: the others say how wide the usual is', () => {
    const mostly = runs(0, 0, 0, 0, 0, 0, 400, 600);
    assert.deepEqual(judge(500, mostly), []);
    assert.equal(judge(5_000, mostly).length, 1);
  });

  test('only the newest thirty count', () => {
    const past = [
      ...runs(...Array.from({ length: 30 }, () => 20)),
      ...runs(...Array.from({ length: 300 }, () => 9_000)),
    ];
    assert.equal(judge(9_000, past).length, 1);
  });

  test('a run like the median is never unusual, whatever the past', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 9, maxLength: 29 }), (past) => {
        const odd = past.length % 2 === 1 ? past : past.slice(1);
        const middle = [...odd].sort((a, b) => a - b)[Math.floor(odd.length / 2)] ?? 0;
        assert.deepEqual(judge(middle, runs(...odd)), []);
      }),
    );
  });
});
