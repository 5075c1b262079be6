import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, fillCache } from '../platform/setup/cache.ts';

/** Published programs that tests run, with their versions. */
const versions = {
  'tap-jsonl': '0.3.1',
  'tap-singer-jsonl': '0.1.0',
  'tap-spreadsheets': '1.1.2',
  'airbyte-source-faker': '7.2.1',
} as const;

/** Name of a package. */
export type PythonProgram = keyof typeof versions;

/** Every package that tests run. */
export const pythonPrograms = Object.keys(versions) as readonly PythonProgram[];

/** Path of the program, or why there is none. */
export type FoundProgram = { readonly path: string } | { readonly missing: string };

const run = promisify(execFile);
const longestMs = 600_000;

const scriptOf = (name: PythonProgram): string => name.replace(/^airbyte-source/, 'source');

/**
 * The program of a package, in a virtual environment of its own in the user's cache folder, made the first time:
 * 10 to 40 s each. Never fails: without Python or package index it says why there is none.
 * @param say Told in one line what is being done, and what is missing.
 */
export async function pythonProgram(
  name: PythonProgram,
  say: (line: string) => void = () => undefined,
): Promise<FoundProgram> {
  try {
    const python = await run('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
    const version = versions[name];
    const folder = `${name}-${version}-py${python.stdout.trim()}`;
    const place = join(cacheFolder(), 'python-programs', folder);
    await fillCache(name, place, (target) => install(`${name}==${version}`, target, place), say);
    return { path: join(place, 'bin', scriptOf(name)) };
  } catch (error) {
    const { stderr = '', message, killed } = error as Error & { stderr?: string; killed?: boolean };
    const why = killed
      ? `it took longer than ${longestMs / 1_000} s`
      : stderr.trim().split('\n').at(-1) || message.split('\n')[0] || 'unknown';
    const missing = `${name.toUpperCase()} WAS NOT TRIED: it could not be installed (${why.slice(0, 200)})`;
    say(missing);
    return { missing };
  }
}

/** Installs all of them, one after the other: for the set-up of the tests. Never fails. */
export async function installPythonPrograms(say: (line: string) => void): Promise<void> {
  for (const name of pythonPrograms) await pythonProgram(name, say);
}

async function install(requirement: string, target: string, place: string): Promise<void> {
  await run('python3', ['-m', 'venv', target], { timeout: longestMs });
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', requirement];
  await run(join(target, 'bin', 'python'), pip, { timeout: longestMs });
  // Scripts name their interpreter by its path, and the folder is moved to its place when it is whole.
  const bin = join(target, 'bin');
  for (const entry of await readdir(bin, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(bin, entry.name);
    const text = await readFile(file, 'latin1');
    if (text.includes(target)) await writeFile(file, text.replaceAll(target, place), 'latin1');
  }
}
