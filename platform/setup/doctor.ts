import { access, constants, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { cacheFolder } from './cache.ts';
import { engineWays } from './engine.ts';
import { survey, type WayReport } from './ladder.ts';
import { storeWays } from './store.ts';

/** Looks at what Tributary needs on this machine, without building or starting anything. */
export async function doctor(env: NodeJS.ProcessEnv = process.env): Promise<WayReport[]> {
  const [engine, store, ...folders] = await Promise.all([
    survey('engine', engineWays(env)),
    survey('store', storeWays(env)),
    folderReport('cache', cacheFolder(env)),
    folderReport('data folder', resolve(env.TRIBUTARY_DATA ?? '.tributary')),
  ]);
  const node: WayReport = { name: 'node', way: process.execPath, state: 'used', detail: process.version };
  return [node, ...engine, ...store, ...folders];
}

async function folderReport(name: string, folder: string): Promise<WayReport> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return { name, way: folder, state: 'used', detail: 'can be written' };
  } catch (error) {
    return { name, way: folder, state: 'missing', detail: (error as Error).message };
  }
}
