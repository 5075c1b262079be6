import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to a server that a test can cut, or let be silent. */
export interface TcpProxy {
  /** Host and port, as in an address. */
  readonly host: string;
  /** Ends every connection and takes no new one. The function takes them again. */
  sever(): Promise<() => Promise<void>>;
  /** Passes nothing on, neither way. The function passes on what has come meanwhile. */
  stall(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/** @param host host and port of the server behind it */
export async function startTcpProxy(host: string): Promise<TcpProxy> {
  const [name = '127.0.0.1', port = ''] = host.split(':');
  const sockets = new Set<Socket>();
  let cut = false;
  let silent = false;

  const server = createServer((client) => {
    if (cut) return void client.destroy();
    const behind = connect(Number(port), name);
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(one);
      one
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      one.pipe(other);
      if (silent) one.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    sever: async () => {
      cut = true;
      for (const socket of sockets) socket.destroy();
      return async () => {
        cut = false;
      };
    },
    stall: async () => {
      silent = true;
      for (const socket of sockets) socket.pause();
      return async () => {
        silent = false;
        for (const socket of sockets) socket.resume();
      };
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
