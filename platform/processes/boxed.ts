import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { guard } from './guard.ts';

/** Of our environment what a foreign program gets: nothing but these, since the rest has secrets. */
const passedOn = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'SYSTEMROOT'];

/** A foreign program to start. */
export interface BoxedSpec {
  /** Path, then arguments. `{name}` as an argument stands for the path of the file of that name. */
  readonly command: readonly string[];
  /** Files for its eyes only, by name: their text. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the name of its folder begins with. */
  readonly label: string;
  /** Whether it is written to. @default false */
  readonly input?: boolean;
  /** Between SIGTERM and SIGKILL when our process is gone. */
  readonly graceMs: number;
}

/** What a foreign program ended with. */
export interface ProgramEnd {
  /** Null: it was ended by a signal. */
  readonly code: number | null;
  /** `with code 1`, `by SIGKILL` */
  readonly how: string;
}

/** A foreign program that runs in a process group and a folder of its own. */
export interface Boxed {
  readonly child: ChildProcess;
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The folder where it works. */
  readonly work: string;
  /** Fulfilled once it has ended and its output was read or thrown away. */
  readonly ended: Promise<ProgramEnd>;
  /** Sends a signal to it and to all that it started. */
  readonly signal: (name: 'SIGTERM' | 'SIGKILL') => void;
  /** Kills what is left of its group and removes its folder. May be repeated. */
  readonly remove: () => Promise<void>;
}

/**
 * Starts a foreign program without a shell: its own process group, its own folder (home, temporary files, work),
 * nothing of our environment but the language and where programs are. Whatever ends us ends it too.
 * @throws the error of the operating system (`ENOENT`, `EACCES`, ...) when it cannot be started
 */
export async function startBoxed(spec: BoxedSpec): Promise<Boxed> {
  const { command, files = {}, label, input = false, graceMs } = spec;
  const folder = await mkdtemp(join(tmpdir(), `tributary-${label}-`));
  const within = (name: string): string => join(folder, name);
  try {
    for (const part of ['work', 'home', 'temporary']) await mkdir(within(part));
    for (const [name, text] of Object.entries(files)) await writeFile(within(name), text, { mode: 0o600 });
    const [path = '', ...args] = command.map((part) => {
      const name = /^\{(.+)\}$/.exec(part)?.[1];
      return name !== undefined && Object.hasOwn(files, name) ? within(name) : part;
    });
    const inherited = passedOn.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    });
    const child = spawn(path, args, {
      cwd: within('work'),
      env: { ...Object.fromEntries(inherited), HOME: within('home'), TMPDIR: within('temporary') },
      stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    await once(child, 'spawn');
    return running(child, folder, within('work'), graceMs);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function running(child: ChildProcess, folder: string, work: string, graceMs: number): Boxed {
  const pid = child.pid as number;
  const unguard = guard(pid, graceMs, { group: true, folder });
  // What they have to say is said by the end of the process.
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.once('close', (code, signal) =>
      resolve({ code, how: signal === null ? `with code ${code}` : `by ${signal}` }),
    );
  });
  const signal: Boxed['signal'] = (name) => {
    try {
      process.kill(-pid, name);
    } catch {
      // Nobody of the group is left.
    }
  };
  const { stdin, stdout, stderr } = child as ChildProcess & { stdout: Readable; stderr: Readable };
  let removed: Promise<void> | undefined;
  return {
    child,
    stdin,
    stdout,
    stderr,
    work,
    ended,
    signal,
    remove() {
      removed ??= (async () => {
        signal('SIGKILL');
        // One that left the group may still hold them open.
        stdout.destroy();
        stderr.destroy();
        await ended;
        await rm(folder, { recursive: true, force: true, maxRetries: 3 });
        unguard();
      })();
      return removed;
    },
  };
}
