import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What makes a Node of its own take TypeScript as this one does: `spawn(process.execPath, [...asHere, file])`. */
export const asHere: readonly string[] = ['--import', process.env.TEST_LOADER ?? 'tsx'];

/**
 * The same for a program of ours that a run of tests bundles: its bundle is started by its own name, since the loader
 * sends every import of the process through another thread, which costs seconds.
 * @param file Its source.
 */
export function programHere(file: string): readonly string[] {
  const list = new URL(process.env.TEST_LOADER ?? 'tsx', 'file:').searchParams.get('programs');
  const bundles: Record<string, string> =
    list === null ? {} : JSON.parse(readFileSync(new URL(list), 'utf8'));
  const bundle = bundles[pathToFileURL(resolve(file)).href];
  return bundle === undefined ? [...asHere, file] : ['--enable-source-maps', fileURLToPath(bundle)];
}
