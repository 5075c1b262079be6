import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { guard } from './guard.ts';

/** What to start. */
export interface ChildSpec {
  /** What people call it: `engine`, `worker`, ... */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Where its output is appended. */
  readonly logFile?: string;
  /** Called with each line of its output. */
  readonly onLine?: (line: string) => void;
  /** How long it may take to end after SIGTERM; 20,000 if left out. */
  readonly graceMs?: number;
}

/** A program that runs, or will again once its supervisor has restarted it. */
export interface Child {
  readonly name: string;
  /** A supervisor starts it again when it ends. */
  readonly restarts?: boolean;
  readonly pid: number;
  /** Fulfilled, never rejected, with what it ended by: `code 1`, `signal SIGKILL`. */
  readonly exited: Promise<string>;
  /** The last lines of its output. */
  lastLines(): readonly string[];
  /** SIGTERM, then SIGKILL after the grace. */
  stop(): Promise<void>;
}

/** Starts a program: {@link startChild}, or a supervisor's `start`. */
export type Launch = (spec: ChildSpec) => Promise<Child>;

const linesKept = 20;

/**
 * Starts a program that ends with this process, however this one ends. It has its own process group: Ctrl-C reaches
 * only us, so that we can stop our children in order.
 * @throws if the program cannot be started
 */
export async function startChild(spec: ChildSpec): Promise<Child> {
  const { name, command, args, env, cwd, logFile, onLine, graceMs = 20_000 } = spec;
  if (logFile) mkdirSync(dirname(logFile), { recursive: true });
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const exited = new Promise<string>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ? `signal ${signal}` : `code ${code}`));
  });
  await once(child, 'spawn');
  // From now on it only says that a signal came too late.
  child.on('error', () => undefined);
  const pid = child.pid as number;
  const unguard = guard(pid, graceMs);

  const lines: string[] = [];
  const log = logFile ? createWriteStream(logFile, { flags: 'a' }) : undefined;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > linesKept) lines.shift();
      log?.write(`${line}\n`);
      onLine?.(line);
    });
  }
  const ended = exited.finally(() => {
    unguard();
    log?.end();
  });

  return {
    name,
    pid,
    exited: ended,
    lastLines: () => lines,
    stop: async () => {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(force);
    },
  };
}
