import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  /** Tells two processes apart that had the same pid; empty where the system does not say. */
  readonly started: string;
  readonly [name: string]: unknown;
}

/** A lock that is held. */
export interface FileLock {
  /** Changes what the lock says about its holder. */
  update(info: Readonly<Record<string, unknown>>): Promise<void>;
  release(): Promise<void>;
}

/** When a process was started, in the system's own words; empty if there is no such process or nobody says. */
async function processStart(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    // The name in brackets may hold spaces; the start time is the 20th field after it.
    return `${boot.trim()} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    const listed = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(
      () => undefined,
    );
    return listed?.stdout.trim() ?? '';
  }
}

async function isAlive(holder: LockHolder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return holder.started === (await processStart(holder.pid));
}

async function readHolder(file: string): Promise<LockHolder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Removes the lock of a dead holder, unless another process took it over since we looked. */
async function removeStale(file: string, aside: string, dead: LockHolder | undefined): Promise<void> {
  const moved = await rename(file, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  const taken = await readHolder(aside);
  if (taken && (taken.pid !== dead?.pid || taken.started !== dead.started)) {
    await link(aside, file).catch(() => undefined);
  }
  await rm(aside, { force: true });
}

/**
 * Takes a lock file, over from a dead holder too.
 * @returns the lock, or its living holder.
 */
export async function takeLock(
  file: string,
  info: Readonly<Record<string, unknown>> = {},
): Promise<{ lock: FileLock } | { holder: LockHolder }> {
  await mkdir(dirname(file), { recursive: true });
  const started = await processStart(process.pid);
  const own = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const write = (more: Readonly<Record<string, unknown>>): Promise<void> =>
    writeFile(own, JSON.stringify({ ...more, pid: process.pid, started }));

  try {
    for (;;) {
      await write(info);
      try {
        // A link appears with its content, and for one of two at the same time only.
        await link(own, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = await readHolder(file);
      if (holder && (await isAlive(holder))) return { holder };
      await removeStale(file, `${own}.stale`, holder);
    }
  } finally {
    await rm(own, { force: true });
  }

  return {
    lock: {
      update: async (more) => {
        await write({ ...info, ...more });
        await rename(own, file);
      },
      release: () => rm(file, { force: true }),
    },
  };
}

/** Who holds a lock file, if it lives. */
export async function livingHolder(file: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(file);
  return holder && (await isAlive(holder)) ? holder : undefined;
}

/** Runs `work` while no other process runs under the same lock; `onWait` is called once if it has to wait. */
export async function underLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait: (holder: LockHolder) => void,
): Promise<T> {
  for (let waited = false; ; waited = true) {
    const taken = await takeLock(file);
    if ('lock' in taken) {
      try {
        return await work();
      } finally {
        await taken.lock.release();
      }
    }
    if (!waited) onWait(taken.holder);
    await delay(500);
  }
}
