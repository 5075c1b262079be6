import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { guard } from '../../platform/processes/guard.ts';
import { unlessAborted } from '../abort.ts';

/** Of a target's messages to people, the end. */
const lastWords = 600;
/** Parts of the folder of a target; all of it is removed after it. */
const parts = ['work', 'home', 'temporary'] as const;
/** The environment of a target: nothing of ours but these, since ours has secrets. */
const passedOn = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'SYSTEMROOT'];

export interface ProgramOptions {
  /** Path and fixed arguments. */
  readonly command: readonly string[];
  readonly configuration: JsonObject;
  readonly quietMs: number;
  readonly onLine: (line: string) => void;
}

/** A target that runs. */
export type Program = Awaited<ReturnType<typeof startProgram>>;

/**
 * Starts a Singer target without a shell, in a process group and a folder of its own.
 * @throws {TributaryError} DESTINATION_UNREACHABLE
 */
export async function startProgram({ command, configuration, quietMs, onLine }: ProgramOptions) {
  const [path = '', ...args] = command;
  const folder = await mkdtemp(join(tmpdir(), 'tributary-target-'));
  const [work, home, temporary] = parts.map((name) => join(folder, name)) as [string, string, string];
  for (const part of [work, home, temporary]) await mkdir(part);
  const config = join(folder, 'config.json');
  await writeFile(config, JSON.stringify(configuration), { mode: 0o600 });
  const inherited = passedOn.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const child = spawn(path, [...args, '--config', config], {
    cwd: work,
    env: { ...Object.fromEntries(inherited), HOME: home, TMPDIR: temporary },
    stdio: 'pipe',
    detached: true,
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    throw unreachable(`The target could not be started (${code ?? 'unknown'}).`);
  }
  return running(child, { folder, work, quietMs, onLine });
}

function running(
  child: ChildProcessWithoutNullStreams,
  {
    folder,
    work,
    quietMs,
    onLine,
  }: Pick<ProgramOptions, 'quietMs' | 'onLine'> & { readonly folder: string; readonly work: string },
) {
  const pid = child.pid as number;
  // Whoever ends us, it ends too.
  const unguard = guard(pid, 1_000);
  let heardAt = Date.now();
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    heardAt = Date.now();
    words = (words + text).slice(-2 * lastWords);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    heardAt = Date.now();
    if (line.trim() !== '') onLine(line);
  });
  // What they have to say is said by the end of the process.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const ended = new Promise<{ code: number | null; how: string }>((resolve) => {
    child.once('close', (code, signal) =>
      resolve({ code, how: signal === null ? `with code ${code}` : `by ${signal}` }),
    );
  }).finally(unguard);

  const told = (sentence: string): string =>
    words.trim() === '' ? sentence : `${sentence} It said: ${endOf(words.trim())}`;

  const kill = (): void => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Nobody of the group is left.
    }
  };

  /** Waits for what the target should do; one that stays silent, or is no longer wanted, is ended. */
  const expecting = async <T>(what: Promise<T>, signal: AbortSignal): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    heardAt = Date.now();
    const silence = new Promise<never>((_, reject) => {
      const look = (): void => {
        const left = heardAt + quietMs - Date.now();
        if (left > 0) timer = setTimeout(look, left);
        else reject(unreachable(told(`The target said nothing for ${quietMs / 1_000} s.`)));
      };
      look();
    });
    try {
      return await unlessAborted(Promise.race([what, silence]), signal);
    } catch (error) {
      kill();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    ended,
    /** Writes a part of its input and waits until it takes more. @throws {TributaryError} DESTINATION_UNREACHABLE */
    async send(text: string, signal: AbortSignal): Promise<void> {
      const gone = ended.then(({ how }) => {
        throw unreachable(told(`The target ended ${how} before it had all rows.`));
      });
      gone.catch(() => undefined);
      if (child.exitCode !== null || child.signalCode !== null || child.stdin.destroyed)
        return expecting(gone, signal);
      if (!child.stdin.write(text)) await expecting(Promise.race([once(child.stdin, 'drain'), gone]), signal);
    },
    /** Ends its input and waits for its end. @throws {TributaryError} DESTINATION_UNREACHABLE */
    async finish(signal: AbortSignal): Promise<void> {
      child.stdin.end();
      const { code, how } = await expecting(ended, signal);
      if (code !== 0) throw unreachable(told(`The target ended ${how}.`));
    },
    told,
    /** Files that it left where it worked: many targets write there when they are not told where to. */
    async left(): Promise<readonly string[]> {
      const entries = await readdir(work, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    },
    /** Ends the target and all that it started. May be repeated. */
    async stop(): Promise<void> {
      kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The last lines, whole ones where there are several. */
function endOf(text: string): string {
  if (text.length <= lastWords) return text;
  const end = text.slice(-lastWords);
  return end.slice(end.indexOf('\n') + 1);
}

const unreachable = (message: string): TributaryError =>
  new TributaryError('DESTINATION_UNREACHABLE', message);
