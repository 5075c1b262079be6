import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Breakable } from './scene.ts';

/** A line to a server that others need too: what looks by it finds the server gone while it is cut. */
export async function openRelay(host: string, port: number): Promise<Breakable & { readonly port: number }> {
  const open = new Set<Socket>();
  let server: Server | undefined;
  let own = 0;

  async function bring(): Promise<void> {
    server = createServer((near) => {
      const far = connect(port, host);
      for (const socket of [near, far]) {
        open.add(socket);
        socket.on('error', () => undefined).on('close', () => open.delete(socket));
      }
      near.on('close', () => far.destroy()).pipe(far);
      far.on('close', () => near.destroy()).pipe(near);
    }).listen(own, '127.0.0.1');
    await once(server, 'listening');
    own = (server.address() as AddressInfo).port;
  }
  async function lose(): Promise<void> {
    const ending = server;
    server = undefined;
    if (ending === undefined) return;
    ending.close();
    for (const socket of open) socket.destroy();
    await once(ending, 'close');
  }
  await bring();
  return { port: own, bring, lose, stop: lose };
}
