import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { initSync, MSTL } from '@bsull/augurs/mstl';
import { ModelPanic, type Mstl } from './model.ts';

/**
 * The MSTL model of augurs: decomposition by loess, exponential smoothing of the trend. Loads its wasm module.
 * @returns a function that throws ModelPanic when the module broke down; make no more use of it then
 */
export function loadMstl(): Mstl {
  const file = createRequire(import.meta.url)
    .resolve('@bsull/augurs/mstl')
    .replace(/\.js$/, '_bg.wasm');
  initSync({ module: readFileSync(file) });
  return (values, season, horizon) => {
    const model = MSTL.ets([season]);
    try {
      model.fit([...values]);
      const { point } = model.predict(horizon);
      model.free();
      return point;
    } catch (error) {
      // A trap leaves the module's memory in no known state, so nothing is freed after it.
      if (error instanceof Error && error.name === 'RuntimeError') throw new ModelPanic(error);
      model.free();
      throw error;
    }
  };
}
