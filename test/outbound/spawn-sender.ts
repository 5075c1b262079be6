import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { storeUri } from '../stores/support.ts';
import { programHere } from '../support/node.ts';

/** A sender that is a process, and dies at once when it is told to. */
export function spawnSender(database: string): { readonly child: ChildProcess; kill(): Promise<void> } {
  const file = fileURLToPath(new URL('./sender-process.ts', import.meta.url));
  const child = spawn(process.execPath, programHere(file), {
    env: { ...process.env, URI: storeUri(), DATABASE: database },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  return {
    child,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
