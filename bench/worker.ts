import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectorDefinition } from '../connectors/definition.ts';
import type { World } from '../test/support/world.ts';
import { root } from '../tools/services.ts';
import { workerNodeArgs } from '../workers/heap.ts';

/** The worker process as it is shipped, with the definitions of the bench beside its own. */
export interface BenchWorker {
  /** Resident memory before it has worked, in MB; null where the system does not tell. */
  readonly idleMb: number | null;
  /** The greatest resident memory since `resetPeak`. */
  peakMb(): Promise<number | null>;
  resetPeak(): Promise<void>;
  stop(): Promise<void>;
}

export interface BenchWorkerOptions {
  /** Its engine and store, and its task queue. */
  readonly world: World;
  /** For TRIBUTARY_SECRETS_KEYS. */
  readonly keys: string;
  readonly definitions: readonly ConnectorDefinition[];
  /** More settings of the process. */
  readonly env?: Readonly<Record<string, string>>;
}

let started = 0;

/**
 * Builds dist if it is stale, and runs its worker from a copy.
 * @throws if the build fails or the worker does not come up
 */
export async function startBenchWorker({
  world,
  keys,
  definitions,
  env,
}: BenchWorkerOptions): Promise<BenchWorker> {
  const { status } = spawnSync(process.execPath, [join(root, 'tools', 'build.mjs')], { stdio: 'inherit' });
  if (status !== 0) throw new Error('dist could not be built.');
  // Below node_modules: its packages are found from there, and git does not see it.
  const folder = join(root, 'node_modules', `.bench-${process.pid}-${++started}`);
  await cp(join(root, 'dist'), folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  for (const definition of definitions)
    await writeFile(join(folder, 'connectors', `${definition.id}.yaml`), JSON.stringify(definition));
  const data = join(folder, 'data');
  await mkdir(data);

  const child = spawn(process.execPath, [...workerNodeArgs, join(folder, 'workers', 'main.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      TRIBUTARY_DATA: data,
      TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS,
      MONGODB_URI: process.env.TEST_MONGODB_URI,
      MONGODB_DATABASE: world.stores.db.databaseName,
      TRIBUTARY_TASK_QUEUE: world.taskQueue,
      TRIBUTARY_SECRETS_KEYS: keys,
      TRIBUTARY_EGRESS_ALLOW: '127.0.0.1',
      ...env,
    },
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    await rm(folder, { recursive: true, force: true });
  };
  const up = new Promise<boolean>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('worker runs')) resolve(true);
      else if (/"level":[456]0/.test(line)) console.error(line);
    });
    child.once('exit', () => resolve(false));
  });
  if (!(await up)) {
    await stop();
    throw new Error('The worker did not come up; its log stands above.');
  }

  async function memoryMb(field: 'VmRSS' | 'VmHWM'): Promise<number | null> {
    const text = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    const kilobytes = new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  }
  await delay(2_000);
  return {
    idleMb: await memoryMb('VmRSS'),
    peakMb: () => memoryMb('VmHWM'),
    resetPeak: () => writeFile(`/proc/${child.pid}/clear_refs`, '5').catch(() => undefined),
    stop,
  };
}
