import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { durationText, pollWaitMs } from '../../domain/report-polls.ts';
import { parseSettings } from '../../platform/settings.ts';

test('the app is never asked earlier than it says, and some hundred times at most', () => {
  const seconds = fc.integer({ min: 1, max: 3_600 });
  fc.assert(
    fc.property(seconds, seconds, fc.option(seconds, { nil: undefined }), (poll, ready, said) => {
      const readyMs = Math.max(ready, poll) * 60_000;
      let [asked, waited] = [0, 0];
      while (waited <= readyMs) {
        asked += 1;
        const waitMs = pollWaitMs(asked, poll * 1_000, said === undefined ? undefined : said * 1_000);
        assert.ok(Number.isSafeInteger(waitMs) && waitMs >= (said ?? poll) * 1_000);
        waited += waitMs;
      }
      assert.ok(asked <= 40 + readyMs / (poll * 10_000), `${asked}`);
    }),
  );
});

test('a duration is told in a unit that people use', () => {
  assert.deepEqual([86_400_000, 3_600_000, 5_400_000, 60_000, 90_000, 1_000, 700, 0].map(durationText), [
    '24 hours',
    '1 hour',
    '90 minutes',
    '1 minute',
    '90 seconds',
    '1 second',
    '1 second',
    '0 seconds',
  ]);
});

test('when a report is missing, and how long one is waited for, are settings', () => {
  const { missingMs, pollMs, readyMs } = parseSettings({
    TRIBUTARY_REPORT_MISSING_SECS: '60',
  }).reportDurations;
  assert.deepEqual([missingMs, pollMs, readyMs], [60_000, 30_000, 21_600_000]);
  assert.throws(
    () => parseSettings({ TRIBUTARY_REPORT_READY_SECS: '0' }),
    /TRIBUTARY_REPORT_READY_SECS: must be 1/,
  );
});
