// A forecasting thread that never comes back from loading its model.
import { parentPort } from 'node:worker_threads';
import { serveForecasts } from '../../../activities/processing/forecasting/serve.ts';

if (parentPort !== null)
  serveForecasts(parentPort, () => {
    for (;;);
  });
