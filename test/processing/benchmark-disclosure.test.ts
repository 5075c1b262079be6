import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type Candidate,
  coarse,
  compare,
  isDue,
  partsOf,
} from '../../activities/processing/benchmarking/disclosure.ts';
import type { Standing } from '../../domain/benchmark.ts';
import { benchmarkSentence, benchmarkSentences } from '../../domain/benchmark-sentences.ts';

const now = new Date('2026-03-01T00:00:00Z');
const later = (days: number) => new Date(now.getTime() + days * 86_400_000);
const companies = (values: readonly number[]): Candidate[] =>
  values.map((value, index) => ({
    figuresId: `c${index}/1`,
    company: `company-${index}`,
    value,
    to: '2026-02-28',
  }));
const heads = () => true;
const partsIn = (values: readonly number[], coin = heads) =>
  compare(companies(values), 'level', null, now, coin).members.map(({ part }) => part);

describe('what a comparison tells', () => {
  test('is the part of the group that a rounded value is in', () => {
    assert.deepEqual(partsIn([10, 20, 30, 40]), [0, 0, 1, 1]);
    assert.deepEqual(partsIn([60, 50, 40, 30, 20, 10]), [2, 2, 1, 1, 0, 0]);
    assert.equal(coarse(0.1849, 'growth'), 0.18);
    assert.equal(coarse(18_490, 'level'), 18_000);
    assert.equal(coarse(-0.001, 'growth'), 0);
    assert.deepEqual([3, 5, 6, 11, 12, 19, 20, 29, 30, 900].map(partsOf), [2, 2, 3, 3, 4, 4, 5, 5, 10, 10]);
  });

  test('of one in the middle is by chance, and stays as it was', () => {
    assert.deepEqual(partsIn([1, 2, 3]), [0, 1, 1]);
    assert.deepEqual(
      partsIn([1, 2, 3], () => false),
      [0, 0, 1],
    );
    const first = compare(companies([1, 2, 3]), 'level', null, now, () => false);
    const second = compare(companies([1, 2, 3]), 'level', first, now, heads);
    assert.deepEqual(second.members, first.members);
    assert.equal(second.epoch, 2);
  });

  test('fits every value of any single other company', () => {
    // The same answer is got whatever one other company has, if the rest has something that fits.
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 40 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.nat(),
        (size, anyValue, own, seed) => {
          const part = seed % partsOf(size);
          const fits = Array.from({ length: size - 1 }, (_, below) => {
            const rest = Array.from({ length: size - 2 }, (_, index) => (index < below ? -1e9 : 1e9));
            return [heads, () => false].some((coin) => partsIn([own, anyValue, ...rest], coin)[0] === part);
          });
          assert.ok(fits.includes(true), `${part} of ${size}`);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('of the middle of the group is told from 12 companies on, and one giant does not move it', () => {
    const values = Array.from({ length: 12 }, (_, index) => 100 + index);
    assert.equal(compare(companies(values.slice(1)), 'level', null, now).typical, null);
    assert.equal(compare(companies(values), 'level', null, now).typical, 110);
    const giant = compare(companies([...values.slice(0, 11), 1e12]), 'level', null, now);
    assert.equal(giant.typical, 110);
  });

  test('is finite for any finite values, and nobody is outside of the parts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 40 }),
        (values) => {
          const { members, typical, parts, size } = compare(companies(values), 'average', null, now);
          assert.equal(size, values.length);
          for (const { part } of members) assert.ok(part >= 0 && part < parts);
          assert.ok(typical === null || Number.isFinite(typical));
        },
      ),
    );
  });
});

describe('when a comparison is made anew', () => {
  const first = compare(companies([10, 20, 30, 40]), 'level', null, now);
  test('never for fewer companies than the group needs', () => {
    assert.equal(isDue(null, companies([1, 2, 3]), 4, now), false);
    assert.equal(isDue(null, companies([1, 2, 3, 4]), 4, now), true);
  });
  test('not within a week, and not before enough companies have other numbers', () => {
    assert.equal(isDue(first, companies([11, 21, 31, 41]), 4, later(6)), false);
    assert.equal(isDue(first, companies([11, 21, 31, 40]), 4, later(300)), false);
    assert.equal(isDue(first, companies([11, 21, 31, 41]), 4, later(7)), true);
    // One that joined counts, one that left does not.
    assert.equal(isDue(first, companies([10, 20, 30, 40, 50]), 4, later(30)), false);
    assert.equal(isDue(first, companies([11, 21, 31, 40, 50]), 4, later(30)), true);
  });
});

describe('the sentences', () => {
  const standing: Standing = {
    ...{ id: 'sales/growth', metric: 'sales', name: 'Sales', kind: 'growth', grain: 'month' },
    ...{ entity: null, currency: 'USD', better: 'up', value: 0.2, gap: null },
    ...{
      from: '2025-04-01',
      to: '2026-03-31',
      position: { part: 2, of: 2 },
      compared: 0.2,
      comparedTo: '2026-02-28',
    },
    ...{ typical: null, group: { size: 4, needed: 4, segment: null }, at: now.toISOString() },
  };
  const alone = { position: null, compared: null, comparedTo: null, at: null } as const;
  test('say what it was when it was compared, where it stands and among how many', () => {
    assert.equal(
      benchmarkSentence(standing),
      'Sales grew by 20 % in the 12 months to 2026-02-28: in the upper half of 4 companies.',
    );
    assert.equal(
      benchmarkSentence({
        ...standing,
        ...{ id: 'discount/average', name: 'Discount rate', kind: 'average', currency: null, better: 'down' },
        ...{ value: 0.3, compared: 0.145, typical: 0.12, position: { part: 3, of: 4 } },
        group: { size: 13, needed: 4, segment: 'fashion' },
      }),
      'Discount rate was 14.5 % in the 12 months to 2026-02-28: in the third quarter of 13 companies of "fashion", where less is better; the middle of the group is at about 12 %.',
    );
  });
  test('say why it is not compared', () => {
    const few: Standing = {
      ...standing,
      ...alone,
      gap: 'GROUP_TOO_SMALL',
      group: { ...standing.group, size: 3 },
    };
    assert.equal(
      benchmarkSentence(few),
      'Sales grew by 20 % in the 12 months to 2026-03-31; not compared: 3 of 4 companies.',
    );
    const none: Standing = { ...standing, ...alone, value: null, gap: 'ZERO_BEFORE' };
    assert.equal(benchmarkSentence(none), 'Sales: growth: Sales was 0 in the 12 months before.');
    assert.deepEqual(
      benchmarkSentences([none, standing]).map((text) => text.slice(0, 11)),
      ['Sales grew ', 'Sales: grow'],
    );
  });
});
