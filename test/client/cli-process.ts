import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { asHere } from '../support/node.ts';

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

/** Runs the command line to its end. */
export async function tributary(args: readonly string[], env: Env): Promise<Ended> {
  const child = spawn(process.execPath, [...asHere, 'client/cli/main.ts', ...args], {
    cwd: root,
    env: cleanEnv(env),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
