import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What makes a Node of its own take TypeScript as this one does: `spawn(process.execPath, [...asHere, '-e', script])`. */
export const asHere: readonly string[] = ['--import', process.env.TEST_LOADER ?? 'tsx'];

/**
 * The same with a file of ours: `spawn(process.execPath, [...programHere(file), ...args])`. One that the run of tests
 * bundled is started by its bundle's name, since the loader sends every import of the process through another thread.
 * @param file Its source; nothing that it starts in turn may count on the loader.
 */
export function programHere(file: string): readonly string[] {
  const list = new URL(process.env.TEST_LOADER ?? 'tsx', 'file:').searchParams.get('programs');
  const bundles: Record<string, string> =
    list === null ? {} : JSON.parse(readFileSync(new URL(list), 'utf8'));
  const bundle = bundles[pathToFileURL(resolve(file)).href];
  return bundle === undefined ? [...asHere, file] : ['--enable-source-maps', fileURLToPath(bundle)];
}
