import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { asHere } from '../support/node.ts';
import { until } from '../support/until.ts';
import type { Ended } from './cli-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** An address of the API that can be away, as a network can. */
export interface Door {
  readonly url: string;
  close(): Promise<void>;
  open(): Promise<void>;
}

/** @param to Port of the API on this machine. */
export async function startDoor(to: number): Promise<Door> {
  const sockets = new Set<Socket>();
  let port = 0;
  let server: Server | undefined;
  const open = async () => {
    server = createServer((socket) => {
      const inner = connect(to, '127.0.0.1');
      for (const one of [socket, inner]) sockets.add(one.on('error', () => undefined));
      socket.pipe(inner).pipe(socket);
    });
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  };
  await open();
  return {
    url: `http://127.0.0.1:${port}`,
    open,
    async close() {
      const closed = new Promise((resolve) => server?.close(resolve));
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await closed;
    },
  };
}

/** A command that goes on until it is interrupted, as by Ctrl-C. */
export interface Interruptible {
  /** Waits until stdout, or stderr, has this text. @returns all of it */
  says(text: string, where?: 'stdout' | 'stderr'): Promise<string>;
  interrupt(): Promise<Ended>;
}

export function startInterruptible(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Interruptible {
  const child = spawn(process.execPath, [...asHere, 'client/cli/main.ts', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
  });
  const said = { stdout: '', stderr: '' };
  for (const where of ['stdout', 'stderr'] as const)
    child[where].on('data', (chunk) => {
      said[where] += chunk;
    });
  const ended = once(child, 'close').then(([code]): Ended => ({ code, ...said }));
  return {
    says: (text, where = 'stdout') =>
      until(`"${text}"`, async () =>
        said[where].includes(text) ? { found: said[where] } : { seen: `${said.stdout}${said.stderr}` },
      ),
    interrupt() {
      child.kill('SIGINT');
      return ended;
    },
  };
}
