// Dependency-free: nothing may be installed yet.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, install, root } from './install.mjs';

/** Installs and builds what is needed, then runs the command line of Tributary in this process. */
export async function runCommandLine(args) {
  checkNode();
  install();
  const { buildIfStale } = await import('./dist.mjs');
  await buildIfStale();
  process.env.TRIBUTARY_DATA ||= join(root, '.tributary');
  const main = join(root, 'dist', 'client', 'cli', 'main.js');
  process.argv = [process.execPath, main, ...args];
  await import(pathToFileURL(main).href);
}
