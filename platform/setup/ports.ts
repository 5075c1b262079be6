import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Listens for a moment on a port of 127.0.0.1; gives it back, or nothing if it is taken. 0 finds a free one. */
function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}

/** Finds a free port of 127.0.0.1. */
export async function freePort(): Promise<number> {
  const port = await probe(0);
  if (port === undefined) throw new Error('No port of 127.0.0.1 is free.');
  return port;
}

/**
 * Picks a port of 127.0.0.1, the same as the last time if it is free, so that addresses survive a restart.
 * @param dataFolder where it is remembered; without one every call picks another
 * @param name what the port is for, unique in the data folder
 */
export async function pickPort(dataFolder: string | undefined, name: string): Promise<number> {
  if (!dataFolder) return freePort();
  const file = join(dataFolder, 'ports', name);
  const before = Number(await readFile(file, 'utf8').catch(() => '0'));
  const port = (before > 0 && (await probe(before))) || (await freePort());
  await mkdir(join(dataFolder, 'ports'), { recursive: true });
  await writeFile(file, String(port));
  return port;
}
