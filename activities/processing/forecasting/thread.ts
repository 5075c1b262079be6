// What a forecasting thread runs; thread.mjs loads it.
import { parentPort } from 'node:worker_threads';
import { loadMstl } from './mstl.ts';
import { serveForecasts } from './serve.ts';

if (parentPort !== null) serveForecasts(parentPort, loadMstl);
