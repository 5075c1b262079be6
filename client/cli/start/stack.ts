import { join } from 'node:path';
import type { Child } from '../../../platform/processes/child.ts';
import type { Supervisor } from '../../../platform/processes/supervisor.ts';
import type { Settings } from '../../../platform/settings.ts';
import type { DataFolderLock } from '../../../platform/setup/data-folder.ts';
import { ensureEngine } from '../../../platform/setup/engine.ts';
import { pickPort } from '../../../platform/setup/ports.ts';
import { type RunningEngine, startEngine } from '../../../platform/setup/start-engine.ts';
import { type RunningStore, startStore } from '../../../platform/setup/start-store.ts';
import { ensureStore } from '../../../platform/setup/store.ts';
import { untilAnswers } from '../../../platform/setup/until-answers.ts';
import { publicUrl } from '../../../workers/addresses.ts';
import { createTributaryClient, type TributaryClient } from '../../tributary-client.ts';
import { dataFiles, newSecret, type StorefrontFile } from '../data-files.ts';
import { programCommand } from '../programs.ts';
import { patientFetch } from './patient-fetch.ts';

/** What the processes of one machine are started with. */
export interface StackOptions {
  readonly settings: Settings;
  readonly supervisor: Supervisor;
  readonly lock: DataFolderLock;
  /** Last days of the sample data that wait for their release. */
  readonly holdBackDays: number;
  readonly say: (line: string) => void;
}

/** Everything that runs, and where. */
export interface Stack {
  readonly api: TributaryClient;
  readonly engineUi: string | undefined;
  readonly storefront: StorefrontFile & { readonly url: string };
  /** Writes the process ids for others to find; to be called when a child was restarted. */
  readonly noteProcesses: () => Promise<void>;
}

const answersWithinMs = 60_000;

/**
 * Starts engine, store, worker, API and the sample app, as much as possible at the same time.
 * @throws {TributaryError} naming the part that does not answer, with the last lines of its log
 */
export async function startStack({
  settings,
  supervisor,
  lock,
  holdBackDays,
  say,
}: StackOptions): Promise<Stack> {
  const { dataFolder } = settings;
  const files = dataFiles(dataFolder);
  const launch = supervisor.start;
  const logFile = (name: string): string => join(dataFolder, 'logs', `${name}.log`);

  const engine = async (): Promise<RunningEngine> => {
    const program = await ensureEngine({ say });
    return startEngine({ program, dataFolder, namespace: settings.temporal.namespace, launch });
  };
  const store = async (): Promise<RunningStore> => {
    const program = await ensureStore({ say, dataFolder });
    return startStore({ program, dataFolder, launch });
  };
  const storefront = async (): Promise<Stack['storefront']> => {
    const [secrets, port] = await Promise.all([files.storefront(), pickPort(dataFolder, 'storefront')]);
    const url = `http://127.0.0.1:${port}`;
    const state = join(dataFolder, 'storefront.json');
    const args = ['--port', `${port}`, '--state', state, '--hold-back-days', `${holdBackDays}`];
    const child = await launch({
      name: 'storefront',
      ...programCommand('examples/storefront/main', args),
      env: { STOREFRONT_CLIENT_SECRET: secrets.clientSecret, STOREFRONT_CONTROL_TOKEN: secrets.controlToken },
      logFile: logFile('storefront'),
    });
    await answering('sample app', child, `${url}/health`);
    return { ...secrets, url };
  };
  const services = async () => {
    const [{ address, uiAddress }, { uri }, port, known] = await Promise.all([
      engine(),
      store(),
      // Port 0 is any free one; which it is must be known before it listens.
      process.env.TRIBUTARY_API_PORT && settings.api.port !== 0
        ? settings.api.port
        : pickPort(dataFolder, 'api'),
      files.readApi(),
    ]);
    const token = settings.api.token ?? known?.token ?? newSecret();
    const url = publicUrl({ ...settings, api: { ...settings.api, port, publicUrl: undefined } });
    const env = {
      TRIBUTARY_DATA: dataFolder,
      TEMPORAL_ADDRESS: address,
      MONGODB_URI: uri,
      TRIBUTARY_API_PORT: `${port}`,
      TRIBUTARY_TOKEN: token,
      TRIBUTARY_SUPERVISOR: 'start',
      // Alerts link to it.
      ...(settings.alerts.engineUi === null && uiAddress !== undefined
        ? { TRIBUTARY_TEMPORAL_UI: uiAddress }
        : {}),
      // The sample app is on this machine.
      TRIBUTARY_EGRESS_ALLOW: process.env.TRIBUTARY_EGRESS_ALLOW ?? '127.0.0.1',
      // One malformed row in a small refresh is no reason to stop.
      TRIBUTARY_QUARANTINE_FLOOR_ROWS: process.env.TRIBUTARY_QUARANTINE_FLOOR_ROWS ?? '10',
    };
    const [worker, apiChild] = await Promise.all([
      launch({ name: 'worker', ...programCommand('workers/main'), env, logFile: logFile('worker') }),
      launch({ name: 'api', ...programCommand('client/cli/main', ['api']), env, logFile: logFile('api') }),
    ]);
    await answering('API', apiChild, `${url}/api/health`);
    await Promise.all([files.writeApi({ url, token }), lock.update({ address: url })]);
    // What watches for their silence is started when they have answered.
    await launch({
      name: 'watchdog',
      ...programCommand('client/cli/main', ['watchdog']),
      env,
      logFile: logFile('watchdog'),
    });
    const api = createTributaryClient({ url, token, actor: 'demonstration', fetch: patientFetch });
    return { address, uri, worker, uiAddress, api };
  };

  const [{ api, worker, uiAddress, address, uri }, shop] = await Promise.all([services(), storefront()]);
  const { url, controlToken } = shop;
  const noteProcesses = (): Promise<void> =>
    files.writeProcesses({
      ...{ pid: process.pid, worker: worker.pid, engine: address, store: uri },
      children: Object.fromEntries(supervisor.children().map(({ name, pid }) => [name, pid])),
      storefront: { url, controlToken },
    });
  await noteProcesses();
  return { api, engineUi: uiAddress, storefront: shop, noteProcesses };
}

function answering(name: string, child: Child, url: string): Promise<void> {
  return untilAnswers({
    name,
    code: 'UNKNOWN_ERROR',
    child,
    withinMs: answersWithinMs,
    ask: async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answers ${response.status}`);
    },
  });
}
