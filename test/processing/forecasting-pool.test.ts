import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forecastSeries } from '../../activities/processing/forecasting/forecast-series.ts';
import { loadMstl } from '../../activities/processing/forecasting/mstl.ts';
import { createForecaster, type ForecasterOptions } from '../../activities/processing/forecasting/pool.ts';
import type { ForecastInput, ForecastOutcome } from '../../domain/forecast.ts';

const input = (effort: 'full' | 'quick', slope = 1): ForecastInput => ({
  grain: 'month',
  asOf: '2030-01-01',
  effort,
  points: Array.from({ length: 40 }, (_, month) => ({
    start: new Date(Date.UTC(2014, month)).toISOString().slice(0, 10),
    value: 100 + slope * month + 20 * Math.sin((month * Math.PI) / 6) + ((month * 37) % 11),
  })),
});

async function withPool(
  options: ForecasterOptions,
  use: (forecaster: ReturnType<typeof createForecaster>) => Promise<void>,
): Promise<void> {
  const forecaster = createForecaster(options);
  try {
    await use(forecaster);
  } finally {
    await forecaster.stop();
  }
}

const threadOf = (name: string) => new URL(`./threads/${name}.ts`, import.meta.url);
const reasonOf = (outcome: ForecastOutcome) => (outcome.outcome === 'none' ? outcome.reason : 'forecast');

describe('the forecasting thread', () => {
  test('gives what the function gives, and a stop rejects what waits', async () => {
    await withPool({}, async (forecaster) => {
      const [full, quick, odd] = await Promise.all([
        forecaster.forecast(input('full')),
        forecaster.forecast(input('quick', 3)),
        forecaster.forecast({ ...input('full'), points: [] }),
      ]);
      assert.deepEqual(full, forecastSeries(input('full'), loadMstl()));
      assert.deepEqual(quick, forecastSeries(input('quick', 3), null));
      assert.equal(reasonOf(odd), 'NO_VALUES');

      const aborted = forecaster.forecast(input('quick'), AbortSignal.abort(new Error('not wanted')));
      await assert.rejects(aborted, /not wanted/);
      const running = assert.rejects(forecaster.forecast(input('full')), /was stopped/);
      await forecaster.stop();
      await running;
      await assert.rejects(forecaster.forecast(input('quick')), /was stopped/);
    });
  });

  test('is replaced when the wasm module breaks down; only that model is missing', async () => {
    await withPool({ entry: threadOf('panics') }, async (forecaster) => {
      const [broken, next] = await Promise.all([
        forecaster.forecast(input('full')),
        forecaster.forecast(input('quick')),
      ]);
      if (broken.outcome === 'none') assert.fail(broken.sentence);
      assert.ok(broken.notes.some((note) => note.includes('broke down')));
      assert.equal(reasonOf(next), 'forecast');
    });
  });

  test('that ends fails the series it was at, and no other', async () => {
    await withPool({ entry: threadOf('exits') }, async (forecaster) => {
      const [gone, next] = await Promise.all([
        forecaster.forecast(input('full')),
        forecaster.forecast(input('quick')),
      ]);
      assert.equal(reasonOf(gone), 'WORKER_FAILED');
      assert.match(gone.sentence, /code 3/);
      assert.equal(reasonOf(next), 'forecast');
    });
  });

  test('that takes too long is ended, at once on an abort', async () => {
    await withPool({ entry: threadOf('hangs'), limitMs: 1_500 }, async (forecaster) => {
      assert.equal(reasonOf(await forecaster.forecast(input('full'))), 'TOO_SLOW');
      const abort = new AbortController();
      const running = forecaster.forecast(input('full'), abort.signal);
      const waiting = forecaster.forecast(input('quick'), abort.signal);
      abort.abort(new Error('the session was canceled'));
      await assert.rejects(running, /session was canceled/);
      await assert.rejects(waiting, /session was canceled/);
    });
  });
});
