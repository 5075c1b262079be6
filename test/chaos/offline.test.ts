import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ensureEngine } from '../../platform/setup/engine.ts';
import { freePort } from '../../platform/setup/ports.ts';
import { type RunningEngine, startEngine } from '../../platform/setup/start-engine.ts';
import { type RunningStore, startStore } from '../../platform/setup/start-store.ts';
import { ensureStore } from '../../platform/setup/store.ts';
import { programHere } from '../support/node.ts';
import { type Breakable, type Scene, startScene } from '../watchdog/scene.ts';

/** Ends it as a crash does, and starts it again at the same address. */
function killable(start: () => Promise<RunningEngine | RunningStore>): Breakable & { address(): string } {
  let running: RunningEngine | RunningStore | undefined;
  const stop = async () => {
    await running?.stop();
    running = undefined;
  };
  return {
    address: () => (running && 'uri' in running ? running.uri : (running?.address ?? '')),
    stop,
    async bring() {
      running = await start();
    },
    async lose() {
      process.kill(running?.pid as number, 'SIGKILL');
      await stop();
    },
  };
}

describe('the watchdog tells once of what was killed, and once that it is back', () => {
  const say = () => undefined;
  let engine: ReturnType<typeof killable>;
  let store: ReturnType<typeof killable>;
  let on: Scene;
  before(async () => {
    const { MONGODB_URI: _, TEMPORAL_ADDRESS: __, ...env } = process.env;
    const [enginePort, storePort] = [await freePort(), await freePort()];
    engine = killable(async () =>
      startEngine({ program: await ensureEngine({ say, env }), port: enginePort }),
    );
    store = killable(async () => startStore({ program: await ensureStore({ say, env }), port: storePort }));
    await Promise.all([engine.bring(), store.bring()]);
    const address = engine.address();
    on = await startScene({ engine: address, workersEngine: address, storeUri: store.address() });
  });
  after(async () => {
    await on.stop();
    await Promise.all([engine.stop(), store.stop()]);
  });
  beforeEach(() => on.fresh());

  it('the worker: the engine lists it for a minute more', async () => {
    const program = fileURLToPath(new URL('./worker-process.ts', import.meta.url));
    const child = spawn(process.execPath, programHere(program), {
      env: { ...process.env, ENGINE: engine.address(), QUEUE: on.taskQueue },
    });
    await once(child.stdout, 'data');
    await on.worker.lose();
    await on.moreRounds(2);
    assert.deepEqual(on.texts(), []);
    child.kill('SIGKILL');
    await on.told(1);
    await on.worker.bring();
    await on.allWell();
    on.onceEach(/^No worker answers on the queue watched-/);
    assert.equal(on.messages().length, 2);
  });

  it('the store', async () => {
    await store.lose();
    await on.told(1);
    await store.bring();
    await on.allWell();
    on.onceEach(/^The store \(MongoDB\) at/);
  });

  it('the engine: its histories are lost too, and the worker comes back later', async () => {
    await engine.lose();
    await on.told(1);
    await on.worker.lose();
    await on.moreRounds(2);
    assert.equal(on.messages().length, 1);
    await engine.bring();
    await on.moreRounds(3);
    await on.worker.bring();
    await on.allWell();
    on.onceEach(/^The engine \(Temporal\) at/);
    assert.match(on.texts()[1] ?? '', /No worker answers on the queue/);
  });
});
