import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDayReader, periodOf } from '../../activities/processing/datapoints/calendar.ts';
import { addExactly, sumOf } from '../../activities/processing/datapoints/exact-sum.ts';
import { createHashSet } from '../../activities/processing/datapoints/hash-set.ts';
import { compareKeys } from '../../activities/processing/datapoints/keys.ts';
import { currencyOf, hashOf, numberOf, textOf } from '../../activities/processing/datapoints/values.ts';

const day = (timeZone: string, value: string | number) => createDayReader(timeZone)(value);
const seconds = (iso: string): number => Date.parse(iso) / 1000;

test('an instant is a day of the calendar of its zone', () => {
  // Half an hour of daylight saving, begins at 15:30 UTC and ends at 15:00 UTC.
  assert.equal(day('Australia/Lord_Howe', '2024-04-06T12:59:59Z'), '2024-04-06');
  assert.equal(day('Australia/Lord_Howe', '2024-04-06T13:00:00Z'), '2024-04-07');
  assert.equal(day('Australia/Lord_Howe', '2024-06-06T13:29:59Z'), '2024-06-06');
  assert.equal(day('Australia/Lord_Howe', '2024-06-06T13:30:00Z'), '2024-06-07');
  assert.equal(day('Asia/Kathmandu', '2024-01-01T18:14:59Z'), '2024-01-01');
  assert.equal(day('Asia/Kathmandu', '2024-01-01T18:15:00Z'), '2024-01-02');
  assert.equal(day('America/New_York', '2024-01-02T00:30:00+01:00'), '2024-01-01');
  assert.equal(day('Etc/UTC', '2024-01-02T00:30:00+0530'), '2024-01-01');
});

test('days of 23 and of 25 hours begin and end at midnight', () => {
  const zone = 'America/New_York';
  for (const [before, first, last, after] of [
    ['2024-03-10T04:59:59Z', '2024-03-10T05:00:00Z', '2024-03-11T03:59:59Z', '2024-03-11T04:00:00Z'],
    ['2024-11-03T03:59:59Z', '2024-11-03T04:00:00Z', '2024-11-04T04:59:59Z', '2024-11-04T05:00:00Z'],
  ] as const) {
    const own = first.slice(0, 10);
    assert.ok((day(zone, seconds(before)) ?? '') < own);
    assert.equal(day(zone, seconds(first)), own);
    assert.equal(day(zone, seconds(last)), own);
    assert.ok((day(zone, seconds(after)) ?? '') > own);
  }
  // Clocks went back one minute after midnight, so that the day before came again.
  assert.equal(day('America/St_Johns', '2006-10-29T02:30:30Z'), '2006-10-29');
  assert.equal(day('America/St_Johns', '2006-10-29T02:31:30Z'), '2006-10-28');
});

test('in any zone an instant is the day that the platform says', () => {
  const zones = [
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/St_Johns',
    'Africa/Casablanca',
    'Pacific/Apia',
  ];
  const readers = new Map(
    zones.map((timeZone) => [
      timeZone,
      [
        createDayReader(timeZone),
        new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }),
      ] as const,
    ]),
  );
  const instant = fc.integer({ min: 0, max: seconds('2031-01-01T00:00:00Z') });
  fc.assert(
    fc.property(fc.constantFrom(...zones), instant, (zone, at) => {
      const [read, format] = readers.get(zone) ?? [];
      assert.equal(read?.(at), format?.format(at * 1000));
    }),
    { numRuns: 300 },
  );
});

test('times are read as they are written, and what tells no day is none', () => {
  const zone = 'America/New_York';
  for (const [value, expected] of [
    ['2024-02-29', '2024-02-29'],
    ['2023-02-29', null],
    ['2024-13-01', null],
    [' 2024-01-31 ', '2024-01-31'],
    ['2024-01-31 23:59:59', '2024-01-31'],
    ['2024-01-31T23:59:59.999', '2024-01-31'],
    ['2024-01-31T23:59:60Z', '2024-01-31'],
    ['2024-01-31T25:00', null],
    ['2024-01-31T00:00+99:00', null],
    ['31.01.2024', null],
    ['', null],
    [1_704_067_199, '2023-12-31'],
    [1_704_153_600_000, '2024-01-01'],
    [-1, '1969-12-31'],
    [1e300, null],
    [Number.NaN, null],
    [253_402_300_800_000 * 2, '9999-12-31'],
  ] as const)
    assert.equal(day(zone, value), expected, String(value));
});

test('weeks begin on Mondays, also before 1970', () => {
  assert.equal(periodOf('2024-01-01', 'week'), '2024-01-01');
  assert.equal(periodOf('2024-01-07', 'week'), '2024-01-01');
  assert.equal(periodOf('1970-01-01', 'week'), '1969-12-29');
  assert.equal(periodOf('1969-12-28', 'week'), '1969-12-22');
  assert.equal(periodOf('2024-02-29', 'month'), '2024-02-01');
});

test('a sum is exact and does not depend on the order', () => {
  const sum = (numbers: readonly number[]): number => {
    const parts: number[] = [];
    for (const number of numbers) addExactly(parts, number);
    return sumOf(parts);
  };
  assert.equal(sum(Array.from({ length: 10 }, () => 0.1)), 1);
  assert.equal(sum([1e100, 1, -1e100]), 1);
  assert.equal(sum([1, 2 ** -53, 2 ** -106]), 1 + 2 ** -52);
  assert.equal(sum([]), 0);
  const unit = 2 ** -40;
  const exact = fc.array(
    fc.maxSafeInteger().map((whole) => whole * unit),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(exact, (numbers) => {
      const whole = numbers.reduce((total, number) => total + BigInt(number / unit), 0n);
      assert.equal(sum(numbers), Number(whole) * unit + 0);
    }),
  );
  const any = fc.array(fc.double({ noNaN: true, min: -1e100, max: 1e100 }), { maxLength: 30 });
  fc.assert(fc.property(any, (numbers) => assert.equal(sum(numbers), sum([...numbers].reverse()))));
});

test('numbers are read strictly, and huge ones are none', () => {
  for (const [value, expected] of [
    ['12.50', 12.5],
    ['-0', 0],
    ['1e3', 1000],
    ['1,000', null],
    ['12 ', null],
    ['0x10', null],
    ['', null],
    [1e308, null],
    ['1e999', null],
    [true, null],
    [Number.NaN, null],
    [-7, -7],
  ] as const)
    assert.ok(Object.is(numberOf(value), expected), String(value));
});

test('texts and currencies are what can be told apart', () => {
  assert.equal(textOf(' '), null);
  assert.equal(textOf(['a']), null);
  assert.equal(textOf(false), 'false');
  assert.equal(textOf('a\ud800'), 'a\ufffd');
  const [one, other] = ['x'.repeat(300), `${'x'.repeat(299)}y`];
  assert.notEqual(textOf(one), textOf(other));
  assert.ok((textOf(one) ?? '').length <= 200);
  assert.deepEqual(['usd', ' EUR ', 'euro', null].map(currencyOf), ['USD', 'EUR', 'XXX', 'XXX']);
});

test('keys are in the order of their bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      assert.equal(Math.sign(compareKeys(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  assert.ok(compareKeys('\uff21', '\u{1f600}') < 0);
});

test('a set of hashes counts each text once', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 200 }), (texts) => {
      const set = createHashSet();
      for (const text of texts) set.add(hashOf(text));
      assert.equal(set.size(), new Set(texts).size);
    }),
  );
});
