// A forecasting thread whose wasm module breaks down, as augurs really does with a season of 4 here.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { AutoETS, initSync } from '@bsull/augurs/ets';
import { ModelPanic, type Mstl } from '../../../activities/processing/forecasting/model.ts';
import { serveForecasts } from '../../../activities/processing/forecasting/serve.ts';

function load(): Mstl {
  const file = createRequire(import.meta.url)
    .resolve('@bsull/augurs/ets')
    .replace(/\.js$/, '_bg.wasm');
  initSync({ module: readFileSync(file) });
  return (values) => {
    try {
      new AutoETS(4, 'ZZZ').fit([...values]);
    } catch (error) {
      if (error instanceof Error && error.name === 'RuntimeError') throw new ModelPanic(error);
    }
    throw new Error('It did not break down.');
  };
}

if (parentPort !== null) serveForecasts(parentPort, load);
