import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { type Life, live } from '../../activities/life.ts';
import { TributaryError } from '../../domain/errors.ts';

/** Runs one attempt that goes on where another one's heartbeats ended. */
async function attempt(number: number, heartbeatDetails: unknown, body: (life: Life) => Promise<unknown>) {
  const environment = new MockActivityEnvironment({ attempt: number, heartbeatDetails });
  let last: unknown = heartbeatDetails;
  environment.on('heartbeat', (details: unknown) => {
    last = details;
  });
  const outcome = await environment.run(() => live('UNKNOWN_ERROR', body)).catch((error: unknown) => error);
  return { last, outcome };
}

const rateLimited = async () => {
  throw new TributaryError('SOURCE_RATE_LIMITED', undefined, { retryAfterMs: 60_000 });
};

describe('an attempt that had to wait', () => {
  it('tells the next one how long the app asked it to wait, until something is stored', async () => {
    const first = await attempt(1, undefined, rateLimited);
    let seen = 0;
    const second = await attempt(2, first.last, async (life) => {
      seen = life.waitedMs;
      life.waited(500);
      return rateLimited();
    });
    assert.equal(seen, 60_000);
    const third = await attempt(3, second.last, async (life) => {
      seen = life.waitedMs;
      life.progressed({ batches: 1 });
      return rateLimited();
    });
    assert.equal(seen, 120_500);
    await attempt(4, third.last, async (life) => {
      seen = life.waitedMs;
    });
    assert.equal(seen, 60_000);
  });

  it('has not progressed by waiting: the decision window is not renewed', async () => {
    const first = await attempt(1, undefined, rateLimited);
    const { outcome } = await attempt(2, first.last, async () => {
      throw new TributaryError('SOURCE_REFUSED');
    });
    assert.deepEqual((outcome as { details: unknown }).details, [{ progressed: false }]);
  });
});
