import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A write on its way to the store. */
export interface Write {
  readonly command: string;
  readonly collection: string;
}

/** Where something is to happen: at the n-th write that matches, before the store gets it or before its answer arrives. */
export interface WritePoint {
  readonly matches: (write: Write) => boolean;
  /** From 1. */
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** The wire between a worker and the store. */
export interface StoreWire {
  /** For the worker. */
  readonly uri: string;
  /** Calls `hit` once at the point; that write, or its answer, is never passed on. */
  arm(point: WritePoint, hit: (write: Write) => void): void;
  stop(): Promise<void>;
}

const opMsg = 2013;
const writes = new Set(['insert', 'update', 'delete', 'findAndModify']);

/** Name and collection of a command of the MongoDB wire protocol; null for what is no write. */
function writeOf(message: Buffer): Write | null {
  // Header (16), flags (4), kind of section (1), length of the document (4), type of its first value (1), its name.
  if (message.readInt32LE(12) !== opMsg || message[20] !== 0 || message[25] !== 2) return null;
  const nameEnd = message.indexOf(0, 26);
  const command = message.toString('utf8', 26, nameEnd);
  const length = message.readInt32LE(nameEnd + 1);
  const collection = message.toString('utf8', nameEnd + 5, nameEnd + 4 + length);
  return writes.has(command) ? { command, collection } : null;
}

/** Cuts a stream into messages, each of which begins with its length. */
function* messagesOf(buffer: Buffer): Generator<Buffer> {
  let rest = buffer;
  while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
    yield rest.subarray(0, rest.readInt32LE(0));
    rest = rest.subarray(rest.readInt32LE(0));
  }
}

/** A proxy in front of the store that reads what passes, so that a test can strike between any two writes. */
export async function openStoreWire(uri: string): Promise<StoreWire> {
  const host = /^mongodb:\/\/(?:[^@/]*@)?([^/,?]+)/.exec(uri)?.[1] ?? '';
  const [name = '127.0.0.1', port = '27017'] = host.split(':');
  const sockets = new Set<Socket>();
  let armed: { readonly point: WritePoint; readonly hit: (write: Write) => void; seen: number } | undefined;

  function strikes(write: Write): boolean {
    if (armed === undefined || !armed.point.matches(write)) return false;
    armed.seen += 1;
    return armed.seen === armed.point.nth;
  }

  const server = createServer((client) => {
    const store = connect(Number(port), name);
    let pending = Buffer.alloc(0);
    let dead = false;
    client.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (const message of messagesOf(pending)) {
        pending = pending.subarray(message.length);
        const write = dead ? null : writeOf(message);
        if (write !== null && strikes(write) && armed !== undefined) {
          const { point, hit } = armed;
          armed = undefined;
          dead = true;
          if (point.when === 'before') hit(write);
          else store.once('data', () => hit(write)).write(message);
        } else if (!dead) store.write(message);
      }
    });
    store.on('data', (chunk) => {
      if (!dead) client.write(chunk);
    });
    for (const [one, other] of [
      [client, store],
      [store, client],
    ] as const) {
      sockets.add(one);
      one
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  const through = uri.replace(/^(mongodb:\/\/(?:[^@/]*@)?)[^/?]+/, `$1127.0.0.1:${own}`);
  return {
    uri: `${through}${through.includes('?') ? '&' : through.includes('/', 10) ? '?' : '/?'}directConnection=true`,
    arm: (point, hit) => {
      armed = { point, hit, seen: 0 };
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
