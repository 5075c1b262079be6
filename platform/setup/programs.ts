import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { startChild } from '../processes/child.ts';

/** Finds a program on PATH; nothing if it is not there. */
export async function findProgram(
  name: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  for (const folder of (env.PATH ?? '').split(delimiter).filter((part) => part !== '')) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}

/** One command of a set-up, with what to tell people while it runs. */
export interface Step {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Told at the start and again every 20 s with the time gone by; left out for quick commands. */
  readonly tell?: { readonly say: (line: string) => void; readonly what: string };
}

const tellEveryMs = 20_000;

/**
 * Runs a command to its end.
 * @returns its output, standard output and error in one
 * @throws if it cannot be started or fails, with the last lines that it wrote
 */
export async function runStep({ command, args, cwd, env, tell }: Step): Promise<string> {
  const lines: string[] = [];
  const began = Date.now();
  const child = await startChild({
    name: command,
    command,
    args,
    ...(cwd && { cwd }),
    ...(env && { env }),
    onLine: (line) => lines.push(line),
  });
  tell?.say(tell.what);
  const telling = setInterval(() => {
    tell?.say(`${tell.what} [${Math.round((Date.now() - began) / 1000)} s so far]`);
  }, tellEveryMs);
  try {
    const how = await child.exited;
    if (how !== 'code 0') {
      throw new Error(
        `${command} ended by ${how}: ${child.lastLines().slice(-5).join(' | ') || 'no output'}`,
      );
    }
    return lines.join('\n');
  } finally {
    clearInterval(telling);
  }
}

/** How to ask a program for its version, and which is enough. */
export interface VersionCheck {
  readonly program: string;
  readonly args: readonly string[];
  /** Its first group is the version, such as `1.26.4`. */
  readonly pattern: RegExp;
  readonly least: string;
  /** Whose PATH is searched. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Finds a program on PATH that is new enough.
 * @throws if it is not there, does not say its version, or is older than `least`
 */
export async function findVersioned(
  check: VersionCheck,
): Promise<{ readonly path: string; readonly version: string }> {
  const { program, args, pattern, least, env } = check;
  const path = await findProgram(program, env);
  if (!path) throw new Error(`${program} is not on PATH`);
  const said = await runStep({ command: path, args });
  const version = pattern.exec(said)?.[1];
  if (!version) throw new Error(`${program} does not say its version (${said.split('\n')[0]})`);
  if (version.localeCompare(least, 'en', { numeric: true }) < 0) {
    throw new Error(`${program} ${version} is too old, ${least} or newer is needed`);
  }
  return { path, version };
}
