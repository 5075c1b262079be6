import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { underLock } from './file-lock.ts';
import type { Say } from './ladder.ts';

/** The user's cache folder, outside every checkout: what is downloaded or built once is used by all of them. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'tributary');
  const caches = process.platform === 'darwin' ? 'Library/Caches' : '.cache';
  return join(env.HOME ?? homedir(), caches, 'tributary');
}

/** Whether a file or folder exists. */
export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Removes what an interrupted filling left behind; only under the lock, when nobody else fills. */
async function removeLeftovers(place: string): Promise<void> {
  const folder = dirname(place);
  const left = (await readdir(folder)).filter(
    (name) => name.startsWith(`${basename(place)}.`) && name.endsWith('.new'),
  );
  await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

/**
 * Fills a place in the cache once for all checkouts of this user: made beside its place, then moved there, so that
 * what is there is whole; two at once wait for one another.
 * @param name what people call it
 * @param make makes the file or folder `target`
 */
export async function fillCache(
  name: string,
  place: string,
  make: (target: string) => Promise<void>,
  say: Say,
): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  const work = async (): Promise<void> => {
    if (await isThere(place)) return;
    await removeLeftovers(place);
    const target = `${place}.${process.pid}.new`;
    try {
      await make(target);
      await rename(target, place);
    } finally {
      await rm(target, { recursive: true, force: true });
    }
  };
  await underLock(`${place}.lock`, work, ({ pid }) =>
    say(`${name}: process ${pid} is getting it; waiting for that`),
  );
}
