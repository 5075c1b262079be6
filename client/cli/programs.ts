import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workerNodeArgs } from '../../workers/heap.ts';

const self = fileURLToPath(import.meta.url);

/** How a module of this program is started as a process of its own: as source under tsx, or as built. */
export function programCommand(
  module: 'client/cli/main' | 'workers/main' | 'examples/storefront/main',
  args: readonly string[] = [],
): { readonly command: string; readonly args: readonly string[] } {
  const file = fileURLToPath(new URL(`../../${module}${extname(self)}`, import.meta.url));
  const nodeArgs = module === 'workers/main' ? workerNodeArgs : [];
  return { command: process.execPath, args: [...process.execArgv, ...nodeArgs, file, ...args] };
}
