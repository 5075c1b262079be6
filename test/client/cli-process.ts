import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { asHere } from '../support/node.ts';
import type { Asked } from './cli-host.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How a process of the program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the program that goes on. */
export interface Running {
  /** Fulfilled with the output once it has this text; rejected when it ends before. */
  says(text: string): Promise<string>;
  readonly ended: Promise<Ended>;
  /** SIGTERM, then its end. */
  stop(): Promise<Ended>;
}

type Env = Readonly<Record<string, string>>;

/** Without what the person who runs the tests has set. */
function cleanEnv(env: Env): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(TRIBUTARY|TEMPORAL|MONGODB)_/.test(name));
  return { ...Object.fromEntries(kept), ...env };
}

/** Starts a module of the repository as a process. */
export function startProcess(module: string, args: readonly string[], env: Env): Running {
  const child = spawn(process.execPath, [...asHere, module, ...args], { cwd: root, env: cleanEnv(env) });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    for (const look of watchers) look();
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code]): Ended => ({ code, stdout, stderr }));
  return {
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!stdout.includes(text)) return;
          watchers.delete(look);
          resolve(stdout);
        };
        watchers.add(look);
        look();
        void ended.then(({ code }) =>
          reject(new Error(`It ended by ${code} before "${text}":\n${stdout}${stderr}`)),
        );
      }),
    stop: async () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Runs the command line to its end, as a process of its own. */
export async function tributaryAlone(args: readonly string[], env: Env): Promise<Ended> {
  return startProcess('client/cli/main.ts', args, env).ended;
}

/** Processes that have run a command line and wait for the next one. */
const idle: ChildProcess[] = [];
/** How long a command line waits for one of them: some go on until another one has done something. */
const patienceMs = 1_000;
let running = 0;

function startHost(): ChildProcess {
  const host = spawn(process.execPath, [...asHere, join(root, 'test/client/cli-host.ts')], {
    cwd: root,
    stdio: ['pipe', 'ignore', 'inherit', 'ipc'],
  });
  // It ends with this process, and does not keep it alive.
  host.unref();
  host.channel?.unref();
  (host.stdin as Socket | null)?.unref();
  return host;
}

async function takeHost(): Promise<ChildProcess> {
  const late = Date.now() + patienceMs;
  while (running > 0 && idle.length === 0 && Date.now() < late) await delay(5);
  return idle.pop() ?? startHost();
}

/** Runs the command line to its end; one process runs many, so that its code is loaded once. */
export async function tributary(args: readonly string[], env: Env): Promise<Ended> {
  const host = await takeHost();
  running += 1;
  host.ref();
  host.channel?.ref();
  try {
    const asked: Asked = {
      args,
      env: Object.fromEntries(Object.entries(cleanEnv(env)) as [string, string][]),
    };
    host.send(asked);
    const answered = new AbortController();
    const [ended] = await Promise.race([
      once(host, 'message', answered),
      once(host, 'exit', answered).then(([code]) => {
        throw new Error(`\`tributary ${args.join(' ')}\` ended its process by ${code}.`);
      }),
    ]).finally(() => answered.abort());
    idle.push(host);
    return ended as Ended;
  } finally {
    running -= 1;
    host.unref();
    host.channel?.unref();
  }
}
