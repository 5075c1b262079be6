import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isResumeWindowOver } from '../../domain/sync-window.ts';

const day = 86_400_000;
const at = (days: number): Date => new Date(days * day);
const over = (status: 'STARTED' | 'PAUSED' | 'PAUSING' | 'ERROR', since: number | null, now: number) =>
  isResumeWindowOver(at(10), { status, statusSince: since === null ? null : at(since) }, 7 * day, at(now));

test('a paused run ends after its seven days, not before', () => {
  assert.deepEqual(
    [over('STARTED', null, 17), over('STARTED', 2, 17), over('STARTED', 2, 17.1)],
    [false, false, true],
  );
});

test('no time counts while its connection stands still, and it has its days when that runs again', () => {
  for (const status of ['PAUSED', 'PAUSING', 'ERROR'] as const) assert.equal(over(status, 11, 500), false);
  assert.deepEqual([over('STARTED', 400, 407), over('STARTED', 400, 407.1)], [false, true]);
});

test('it never ends earlier than its days after its pause', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 17 }), fc.integer({ min: 0, max: 17 }), (since, now) => {
      assert.equal(over('STARTED', since, now), false);
    }),
  );
});
