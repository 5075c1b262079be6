import { randomInt } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type ErrorCode, TributaryError } from '../../domain/errors.ts';

/** Whether a port of 127.0.0.1 can be listened on; it is, for a moment. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Windows and macOS give ports from 49152 to whoever asks for any, Linux from 32768 unless it is set otherwise. */
async function leastGivenPort(): Promise<number> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '49152');
  return Number.parseInt(range, 10);
}

const ownPorts = { from: 10_000, to: 30_000 };
const picked = new Set<number>();

/**
 * Finds a free port of 127.0.0.1 for a program that is about to be started. The system gives it to nobody who asks
 * for any port, be it for a server or for a connection, so that it is still free when the program listens, and when
 * it is started again. No two calls of a process find the same.
 */
export async function freePort(): Promise<number> {
  const { from, to } = ownPorts;
  const given = await leastGivenPort();
  // Where it gives nearly all ports, none of ours is left over.
  const end = given > from + 1_000 && given < to ? given : to;
  for (let tries = 0; tries < 1_000; tries++) {
    const port = randomInt(from, end);
    if (picked.has(port)) continue;
    picked.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error('No port of 127.0.0.1 is free.');
}

/**
 * Asks whether a program can listen on its port. Whoever listens there already might answer in its place.
 * @throws {TributaryError} with `code` if it is taken
 */
export async function requireFree(port: number, name: string, code: ErrorCode): Promise<void> {
  if (await isFree(port)) return;
  throw new TributaryError(code, `The ${name} cannot be started: port ${port} of 127.0.0.1 is taken.`);
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
  const port = before > 0 && (await isFree(before)) ? before : await freePort();
  await mkdir(join(dataFolder, 'ports'), { recursive: true });
  await writeFile(file, String(port));
  return port;
}
