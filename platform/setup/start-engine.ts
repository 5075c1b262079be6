import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { type Launch, startChild } from '../processes/child.ts';
import type { EngineProgram } from './engine.ts';
import {
  retentionDays as defaultRetentionDays,
  searchAttributes as ownSearchAttributes,
  setUpNamespace,
} from './namespace.ts';
import { pickPort, requireFree } from './ports.ts';
import { untilAnswers } from './until-answers.ts';

/** How the engine is started. */
export interface EngineOptions {
  readonly program: EngineProgram;
  /** Where its data and log are kept; without it everything is kept in memory. */
  readonly dataFolder?: string;
  /** Free ones are picked if left out; the Web UI is off without a data folder unless its port is given. */
  readonly port?: number;
  readonly uiPort?: number;
  readonly namespace?: string;
  readonly retentionDays?: number;
  /** How children are started; a supervisor's `start` keeps the engine running. */
  readonly launch?: Launch;
}

/** An engine that answers. */
export interface RunningEngine {
  /** host:port */
  readonly address: string;
  /** Of the Web UI; nothing if it is off or not ours. */
  readonly uiAddress?: string;
  readonly how: string;
  /** Nothing if the engine is not ours. */
  readonly pid?: number;
  /** Ends it if it is ours. */
  stop(): Promise<void>;
}

const startWithinMs = 60_000;
const connectWithinMs = 10_000;

/**
 * Starts the engine, or finds it at its address, and returns once it truly answers. The namespace and search
 * attributes of our own engine are set up; on another one that is for `tributary setup`.
 * @throws {TributaryError} ENGINE_UNAVAILABLE with the last lines of its log
 */
export async function startEngine(options: EngineOptions): Promise<RunningEngine> {
  const { program } = options;
  const name = 'engine (Temporal)';
  if (program.kind === 'address') {
    const { address, how } = program;
    const ask = () => connect(address);
    const connection = await untilAnswers({
      name: `${name} at ${address}`,
      code: 'ENGINE_UNAVAILABLE',
      withinMs: connectWithinMs,
      ask,
    });
    await connection.close();
    return { address, how, stop: async () => undefined };
  }

  const { dataFolder, namespace = 'default', launch = startChild } = options;
  const port = options.port ?? (await pickPort(dataFolder, 'engine'));
  const uiPort = options.uiPort ?? (dataFolder && (await pickPort(dataFolder, 'engine-ui')));
  const address = `127.0.0.1:${port}`;
  await requireFree(port, name, 'ENGINE_UNAVAILABLE');
  if (dataFolder) await mkdir(dataFolder, { recursive: true });
  const child = await launch({
    name: 'engine',
    command: program.path,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace],
      ...['--log-level', 'error', '--log-format', 'json'],
      ...(uiPort ? ['--ui-port', String(uiPort), '--ui-disable-news-fetch'] : ['--headless']),
      ...(dataFolder ? fileFlags(dataFolder) : []),
      ...fairnessFlags,
      // Given at the start they are usable with the first workflow.
      ...Object.entries(ownSearchAttributes).flatMap(([key, kind]) => [
        '--search-attribute',
        `${key}=${kind}`,
      ]),
    ],
    ...(dataFolder && { logFile: join(dataFolder, 'logs', 'engine.log') }),
  });
  try {
    const ask = () => connect(address);
    const connection = await untilAnswers({
      name,
      code: 'ENGINE_UNAVAILABLE',
      child,
      withinMs: startWithinMs,
      ask,
    });
    const retentionDays = options.retentionDays ?? defaultRetentionDays;
    await setUpNamespace(connection, { namespace, retentionDays, searchAttributes: ownSearchAttributes });
    await connection.close();
  } catch (error) {
    await child.stop();
    throw error;
  }
  return {
    address,
    ...(uiPort && { uiAddress: `http://127.0.0.1:${uiPort}` }),
    how: program.how,
    get pid() {
      return child.pid;
    },
    stop: () => child.stop(),
  };
}

/**
 * A queue with a backlog serves every company in turn, by the fairness key of what is in it. It does so in each
 * partition by itself, so what is new goes into one; all are read, for what an older backlog left in them.
 */
const fairnessFlags = [
  'matching.useNewMatcher=true',
  'matching.enableFairness=true',
  'matching.numTaskqueueWritePartitions=1',
].flatMap((value) => ['--dynamic-config-value', value]);

/** Without write-ahead logging the file engine is three times slower and fails under load (docs/adr). */
function fileFlags(dataFolder: string): string[] {
  const pragmas = ['journal_mode=wal', 'synchronous=normal'].flatMap((pragma) => ['--sqlite-pragma', pragma]);
  return ['--db-filename', join(dataFolder, 'engine.db'), ...pragmas];
}

async function connect(address: string): Promise<Connection> {
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  await connection.workflowService.getSystemInfo({});
  return connection;
}
