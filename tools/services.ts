import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureEngine } from '../platform/setup/engine.ts';
import type { Say } from '../platform/setup/ladder.ts';
import { startEngine } from '../platform/setup/start-engine.ts';
import { startStore } from '../platform/setup/start-store.ts';
import { ensureStore, type StoreProgram } from '../platform/setup/store.ts';

/** The checkout's top folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** What one run of the tests shares. */
export interface TestServices {
  /** For the tests: TEST_TEMPORAL_ADDRESS, TEST_MONGODB_URI, TEST_STORE_HOW and TEST_WORKFLOW_BUNDLE. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Bundles the workflows once for all test files. @returns nothing if there are none yet */
async function bundleWorkflows(folder: string): Promise<Readonly<Record<string, string>>> {
  const workflowsPath = join(root, 'workflows', 'index.ts');
  if (!existsSync(workflowsPath)) return {};
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const file = join(folder, 'workflow-bundle.js');
  await writeFile(file, code);
  return { TEST_WORKFLOW_BUNDLE: file };
}

/**
 * Starts an engine in memory and a store, and bundles the workflows.
 * @param storeKind `memory` keeps the store's data in memory, `h2` in a file as `npm start` does
 * @param heapMb Of the embedded store, if its usual heap is too small for what is measured
 * @param storeProgram Makes another program of the one that is found
 * @throws if one of them cannot be had; what was started is stopped then
 */
export async function startTestServices(
  storeKind: 'memory' | 'h2',
  say: Say,
  heapMb?: number,
  storeProgram: (found: StoreProgram) => StoreProgram = (found) => found,
): Promise<TestServices> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((end) => end()));
    await rm(folder, { recursive: true, force: true });
  };
  const engine = async (): Promise<Readonly<Record<string, string>>> => {
    const running = await startEngine({ program: await ensureEngine({ say }) });
    stops.push(running.stop);
    return { TEST_TEMPORAL_ADDRESS: running.address };
  };
  const store = async (): Promise<Readonly<Record<string, string>>> => {
    const program = storeProgram(await ensureStore({ say }));
    const running = await startStore({
      program,
      ...(storeKind === 'h2' && { dataFolder: folder }),
      ...(heapMb !== undefined && { heapMb }),
    });
    stops.push(running.stop);
    return { TEST_MONGODB_URI: running.uri, TEST_STORE_HOW: `${program.kind} ${storeKind}` };
  };

  const started = await Promise.allSettled([engine(), store(), bundleWorkflows(folder)]);
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return {
    env: Object.assign({}, ...started.map((result) => (result.status === 'fulfilled' ? result.value : {}))),
    stop,
  };
}
