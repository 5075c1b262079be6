// A forecasting thread that ends when it should load its model.
import { parentPort } from 'node:worker_threads';
import { serveForecasts } from '../../../activities/processing/forecasting/serve.ts';

if (parentPort !== null) serveForecasts(parentPort, () => process.exit(3));
