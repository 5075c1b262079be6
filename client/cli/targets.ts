import type { Settings } from '../../platform/settings.ts';
import { publicUrl } from '../../workers/addresses.ts';
import type { Targets } from '../watchdog/checks.ts';
import { dataFiles } from './data-files.ts';

/** Where the parts of this installation are: by the environment, else as `npm start` left it in the data folder. */
export async function findTargets(
  { dataFolder, temporal, mongodb, api, taskQueue, pools }: Settings,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Targets> {
  const files = dataFiles(dataFolder);
  const [processes, local] = await Promise.all([files.readProcesses(), files.readApi()]);
  const engine = temporal.address ?? processes?.engine;
  const store = mongodb.uri ?? processes?.store;
  // The address for the public may be that of a proxy, which answers although the API is gone.
  const ours = publicUrl({ api: { ...api, publicUrl: undefined } } as Settings);
  const apiUrl = env.TRIBUTARY_URL || (env.TRIBUTARY_API_PORT ? ours : (local?.url ?? ours));
  return {
    engine: engine === undefined ? undefined : { address: engine, namespace: temporal.namespace },
    store: store === undefined ? undefined : { uri: store, database: mongodb.database },
    taskQueue,
    pools,
    apiUrl: apiUrl.replace(/\/+$/, ''),
  };
}
