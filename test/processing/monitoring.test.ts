import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MetricSeries, Period } from '../../activities/processing/monitoring/series.ts';
import { checkSettingFault } from '../../domain/checks.ts';
import { checked, dayMs, monthsOf, runOf, sessionsOf } from './monitoring-scene.ts';

describe('freshness', () => {
  const daily = sessionsOf(10, (at) => ({ newestMs: at - 0.2 * dayMs }));

  test('is as usual, unusual, and far outside', () => {
    const see = (ageDays: number) =>
      checked('freshness', runOf(daily, { newestMs: daily.now - ageDays * dayMs }), daily.runs);
    assert.deepEqual([see(0.3).severity, see(0.3).value], ['pass', 0.3]);
    assert.equal(see(2).severity, 'warn');
    assert.match(see(2).sentence, /^The newest row is of .*Unusual: expected is at most 1\.2 days\.$/);
    assert.equal(see(9).severity, 'fail');
  });

  test('knows the newest row of sessions before when this one read none', () => {
    const none = runOf(daily, { kind: 'changes', read: 0, newest: null });
    assert.equal(checked('freshness', none, daily.runs).value, 1.2);
  });

  test('sees rows that are gone, and rows from the future', () => {
    const gone = runOf(daily, { newestMs: daily.now - 1.25 * dayMs });
    assert.match(checked('freshness', gone, daily.runs).sentence, /which are gone/);
    assert.equal(checked('freshness', gone, daily.runs).severity, 'warn');
    const ahead = checked('freshness', runOf(daily, { newest: '2999-01-01' }), daily.runs);
    assert.deepEqual([ahead.severity, /in the future/.test(ahead.sentence)], ['warn', true]);
  });

  test('reads epoch seconds, and says when there is no time at all', () => {
    const seconds = String(Math.round((daily.now - dayMs) / 1000));
    assert.equal(checked('freshness', runOf(daily, { newest: seconds }), []).value, 1);
    const blind = runOf(daily, { newest: 'soon' });
    assert.equal(checked('freshness', blind, []).severity, 'pass');
    const limited = checked('freshness', blind, [], { severity: 'block', atMost: 1 });
    assert.equal(limited.severity, 'warn');
  });
});

describe('volume', () => {
  const full = sessionsOf(8, (_, n) => ({ kind: 'full', read: 1000 + (n % 3) * 10 }));

  test('of full reads is compared with full reads', () => {
    const see = (read: number) => checked('volume', runOf(full, { kind: 'full', read }), full.runs).severity;
    assert.deepEqual([see(1010), see(700), see(0), see(5000)], ['pass', 'warn', 'fail', 'fail']);
  });

  test('of changes goes by the time since the session before', () => {
    const daily = sessionsOf(10, () => ({ kind: 'changes', read: 100 }));
    const see = (days: number, read: number) =>
      checked('volume', runOf(daily, { kind: 'changes', read }, days), daily.runs).severity;
    assert.deepEqual([see(1, 100), see(7, 700), see(7, 100), see(0.01, 3)], ['pass', 'pass', 'fail', 'pass']);
    assert.equal(see(1, 2000), 'fail');
  });

  test('expects nothing of a first session or a backfill', () => {
    assert.equal(checked('volume', runOf(full, { kind: 'full', read: 0 }), []).severity, 'pass');
    const range = checked('volume', runOf(full, { kind: 'range', read: 9 }), full.runs);
    assert.deepEqual([range.severity, range.expected], ['pass', 'nothing yet']);
  });
});

describe('completeness, empty values, duplicates, fields', () => {
  const usual = sessionsOf(8, () => ({ read: 200, total: 200 }));

  test('rows that the app counts and did not send', () => {
    const see = (read: number, total: number | null, quarantined = 0) =>
      checked('completeness', runOf(usual, { read, total, quarantined }), usual.runs);
    assert.deepEqual([see(200, 200).value, see(200, 200).severity], [1, 'pass']);
    assert.equal(see(190, 200).severity, 'warn');
    assert.equal(see(100, 200).severity, 'fail');
    assert.match(see(190, 200).sentence, /10 that the app counts did not come/);
    assert.equal(see(200, null, 10).severity, 'warn');
    assert.equal(see(0, 0).value, null);
    assert.equal(see(0, 200).value, 0);
  });

  test('a field that is empty far more often', () => {
    const some = sessionsOf(6, () => ({ read: 100, nulls: { note: 40, email: 1 } }));
    const see = (nulls: Record<string, number>) =>
      checked('nullRates', runOf(some, { read: 100, nulls }), some.runs);
    assert.equal(see({ note: 42, email: 2 }).severity, 'pass');
    assert.equal(see({ note: 40, email: 30 }).severity, 'warn');
    assert.equal(see({ note: 40, email: 100 }).severity, 'fail');
    assert.match(see({ email: 30 }).sentence, /^email is empty in 30 % of the rows; before it was 1 %\./);
    const added = { class: 'additive' as const, added: ['phone'], removed: [], retyped: [] };
    const fresh = runOf(some, { read: 100, nulls: { phone: 100 }, drift: added });
    assert.equal(checked('nullRates', fresh, some.runs).severity, 'pass');
  });

  test('rows that came twice', () => {
    const see = (duplicate: number, earlier = usual.runs) =>
      checked('duplicates', runOf(usual, { read: 200, duplicate }), earlier).severity;
    assert.deepEqual([see(0), see(2), see(20), see(100)], ['pass', 'pass', 'warn', 'fail']);
    assert.deepEqual([see(10, []), see(60, [])], ['pass', 'warn']);
  });

  test('new fields pass, changed ones warn, several fail', () => {
    const see = (added: string[], removed: string[]) => {
      const kind = removed.length > 0 ? 'breaking' : added.length > 0 ? 'additive' : 'none';
      const drift = { class: kind, added, removed, retyped: [] } as const;
      return checked('drift', runOf(usual, { drift }), usual.runs).severity;
    };
    assert.deepEqual(
      [see([], []), see(['a'], []), see(['a'], ['b']), see([], ['b', 'c', 'd'])],
      [...(['pass', 'pass', 'warn', 'fail'] as const)],
    );
  });
});

describe('gaps and outliers', () => {
  const wave = (n: number) => 100 + 30 * Math.sin((n * Math.PI) / 6) + n + ((n * 7) % 5);
  const see = (name: 'gaps' | 'outliers', series: MetricSeries[]) =>
    checked(name, runOf(usual, {}), usual.runs, undefined, series);
  const usual = sessionsOf(8, () => ({ read: 1 }));
  const changedLast = (months: number, change: (one: Period) => Period) => {
    const series = monthsOf(months, wave);
    return { ...series, periods: series.periods.map((one, at) => (at === months - 2 ? change(one) : one)) };
  };

  test('do not apply where there is no metric', () => {
    assert.deepEqual(
      [see('gaps', []), see('outliers', [])].map((one) => one.method),
      ['none', 'none'],
    );
  });

  test('a month without rows where every month had some', () => {
    const whole = see('gaps', [monthsOf(48, wave)]);
    assert.deepEqual([whole.severity, whole.value], ['pass', 0]);
    const hole = see('gaps', [changedLast(48, (one) => ({ ...one, rows: 0, value: null }))]);
    assert.deepEqual([hole.severity, hole.value], ['warn', 1]);
    assert.match(hole.sentence, /has no rows in 1 of the last 12 months.*2013-11-01/);
    assert.equal(see('gaps', [monthsOf(20, wave)]).value, null);
  });

  test('a month far from what its season suggests', () => {
    const plain = see('outliers', [monthsOf(48, wave)]);
    assert.deepEqual([plain.severity, plain.value], ['pass', 0], plain.sentence);
    const jump = see('outliers', [changedLast(48, (one) => ({ ...one, value: (one.value ?? 0) * 100 }))]);
    assert.deepEqual([jump.severity, jump.value], ['fail', 1]);
    assert.match(jump.sentence, /^Sales of the period from 2013-11-01 is .* where about 1\d\d/);
    const some = see('outliers', [changedLast(48, (one) => ({ ...one, value: (one.value ?? 0) * 1.5 }))]);
    assert.equal(some.severity, 'warn', some.sentence);
    const short = see('outliers', [monthsOf(8, wave)]);
    assert.deepEqual([short.severity, short.value], ['pass', null]);
    const untouched = see('outliers', [{ ...changedLast(48, (one) => one), changed: false }]);
    assert.match(untouched.sentence, /No number changed/);
  });

  test('a constant series that moves, and one that is all zero', () => {
    const moved = monthsOf(48, (n) => (n === 46 ? 8 : 5));
    assert.equal(see('outliers', [moved]).severity, 'warn');
    const zero = monthsOf(48, (n) => (n === 46 ? 1 : 0));
    assert.equal(see('outliers', [zero]).severity, 'fail');
    assert.equal(see('outliers', [monthsOf(48, () => 0)]).value, 0);
  });
});

describe('limits of a person', () => {
  const full = sessionsOf(8, () => ({ read: 1000 }));
  const see = (read: number, atLeast?: number) =>
    checked('volume', runOf(full, { read }), full.runs, { severity: 'block', atLeast });

  test('fail outside, and inside of them nothing fails', () => {
    const under = see(400, 500);
    assert.equal(under.severity, 'fail');
    assert.match(under.sentence, /Outside of the limit that was set: at least 500 rows\.$/);
    assert.deepEqual([see(450).severity, see(450, 100).severity], ['fail', 'warn']);
    assert.deepEqual(
      [under.blocks, under.low, under.expected.split(';')[0]],
      [true, 500, 'at least 500 rows (set)'],
    );
  });

  test('are refused in words where they make no sense', () => {
    assert.equal(checkSettingFault('volume', { atLeast: 5, atMost: 9 }), null);
    assert.match(checkSettingFault('volume', { atLeast: 9, atMost: 5 }) ?? '', /atLeast \(9\) is more/);
    assert.match(checkSettingFault('volume', { atLeast: 1.5 }) ?? '', /whole number of rows/);
    assert.match(checkSettingFault('duplicates', { atMost: 10 }) ?? '', /from 0 to 1 \(share\)/);
    assert.match(checkSettingFault('freshness', { atLeast: 1 }) ?? '', /takes no atLeast, only atMost/);
    assert.match(checkSettingFault('freshness', { atMost: Number.NaN }) ?? '', /from 0 to/);
  });
});
