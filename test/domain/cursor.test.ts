import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compareCursors, laterCursor } from '../../domain/cursor.ts';

describe('cursor values', () => {
  const order: [string | null, '<' | '=', string | null][] = [
    [null, '<', ''],
    ['9', '<', '10'],
    ['-2', '<', '1.5'],
    ['9007199254740993', '<', '9007199254740994'],
    ['2024-05-01T08:00:00Z', '=', '2024-05-01T08:00:00.000Z'],
    ['2024-05-01T08:00:00Z', '=', '2024-05-01T10:00:00+02:00'],
    ['2024-05-01T08:00:00', '=', '2024-05-01 08:00:00Z'],
    ['2024-05-01', '=', '2024-05-01T00:00:00Z'],
    ['2024-05-01T01:00:00+02:00', '<', '2024-05-01'],
    ['2024-05-01T08:00:00.123Z', '<', '2024-05-01T08:00:00.123456Z'],
    ['2024-05-01T08:00:00.1234Z', '=', '2024-05-01T08:00:00.123400Z'],
    ['abc', '<', 'abd'],
  ];
  for (const [a, sign, b] of order)
    test(`${a} ${sign} ${b}`, () => {
      assert.equal(Math.sign(compareCursors(a, b)), sign === '=' ? 0 : -1);
      assert.equal(Math.sign(compareCursors(b, a)), sign === '=' ? 0 : 1);
    });

  test('times are ordered alike whoever asks first, and the later one is kept', () => {
    const time = fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
      .map((at) => at.toISOString());
    fc.assert(
      fc.property(time, time, (a, b) => {
        assert.equal(Math.sign(compareCursors(a, b)) + Math.sign(compareCursors(b, a)), 0);
        assert.equal(compareCursors(laterCursor(a, b), laterCursor(b, a)), 0);
      }),
    );
  });
});
