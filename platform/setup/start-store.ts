import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { type Child, type Launch, startChild } from '../processes/child.ts';
import { pickPort, requireFree } from './ports.ts';
import { type StoreProgram, storeData, withoutPassword } from './store.ts';
import { untilAnswers } from './until-answers.ts';

/** How the store is started. */
export interface StoreOptions {
  readonly program: StoreProgram;
  /** Where its data and log are kept; without it they end with it. */
  readonly dataFolder?: string;
  /** A free one is picked if left out. */
  readonly port?: number;
  /** Greatest heap of the embedded store, in MB; in memory it must hold all data. @default 512 */
  readonly heapMb?: number;
  /** How children are started; a supervisor's `start` keeps the store running. */
  readonly launch?: Launch;
}

/** A store that answers. */
export interface RunningStore {
  readonly uri: string;
  readonly how: string;
  /** Nothing if the store is not ours. */
  readonly pid?: number;
  /** Ends it if it is ours. */
  stop(): Promise<void>;
}

const startWithinMs = 60_000;
const connectWithinMs = 10_000;

/**
 * Starts the store, or finds it at its address, and returns once it truly answers.
 * @throws {TributaryError} STORE_UNAVAILABLE with the last lines of its log
 */
export async function startStore(options: StoreOptions): Promise<RunningStore> {
  const { program, dataFolder, launch = startChild } = options;
  const name = 'store (MongoDB)';
  if (program.kind === 'address') {
    const { uri, how } = program;
    const ask = () => sayHello(uri);
    await untilAnswers({
      name: `${name} at ${withoutPassword(uri)}`,
      code: 'STORE_UNAVAILABLE',
      withinMs: connectWithinMs,
      ask,
    });
    return { uri, how, stop: async () => undefined };
  }

  const port = options.port ?? (await pickPort(dataFolder, 'store'));
  await requireFree(port, name, 'STORE_UNAVAILABLE');
  const uri = `mongodb://127.0.0.1:${port}`;
  const logFile = dataFolder && join(dataFolder, 'logs', 'store.log');
  const temporary = dataFolder ? undefined : await mkdtemp(join(tmpdir(), 'tributary-store-'));
  const command =
    program.kind === 'java'
      ? await javaCommand(program, port, options)
      : await mongodCommand(program, port, dataFolder ?? (temporary as string));
  const stop = async (child: Child): Promise<void> => {
    await child.stop();
    if (temporary) await rm(temporary, { recursive: true, force: true });
  };
  const child = await launch({ name: 'store', ...command, ...(logFile && { logFile }) });
  try {
    const ask = () => sayHello(uri);
    await untilAnswers({ name, code: 'STORE_UNAVAILABLE', child, withinMs: startWithinMs, ask });
  } catch (error) {
    await stop(child);
    throw error;
  }
  return {
    uri,
    how: program.how,
    get pid() {
      return child.pid;
    },
    stop: () => stop(child),
  };
}

type Command = { readonly command: string; readonly args: readonly string[] };

async function javaCommand(
  program: StoreProgram & { kind: 'java' },
  port: number,
  { dataFolder, heapMb = 512 }: Pick<StoreOptions, 'dataFolder' | 'heapMb'>,
): Promise<Command> {
  if (dataFolder) await mkdir(dataFolder, { recursive: true });
  const flags = [
    `-Xmx${heapMb}m`,
    // The collector that Java takes by itself works beside the program, on a core that the worker needs: with this
    // one the store spends half as much on collecting (measured: 0.9 s against 1.4 to 3 s for 100,000 deliveries).
    '-XX:+UseSerialGC',
    // A connection is served by one thread: with few of them, a short request waits until the long one of another
    // connection is written out.
    '-Dio.netty.eventLoopThreads=64',
    // Out of memory it would live on and refuse connections; dead, it is restarted.
    '-XX:+ExitOnOutOfMemoryError',
    '-cp',
    program.classPath,
  ];
  const data = dataFolder ? storeData.java(dataFolder) : '--memory';
  return { command: program.java, args: [...flags, program.main ?? 'Store', String(port), data] };
}

async function mongodCommand(
  program: StoreProgram & { kind: 'mongod' },
  port: number,
  folder: string,
): Promise<Command> {
  const data = storeData.mongod(folder);
  await mkdir(data, { recursive: true });
  return {
    command: program.path,
    args: ['--dbpath', data, '--port', String(port), '--bind_ip', '127.0.0.1', '--quiet'],
  };
}

async function sayHello(uri: string): Promise<void> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 2_000, connectTimeoutMS: 2_000 });
  try {
    await client.db('admin').command({ ping: 1 });
  } finally {
    await client.close();
  }
}
