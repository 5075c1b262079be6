import { randomUUID } from 'node:crypto';
import { type FileHandle, link, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that is being written, under a name that nobody reads. */
export interface PartFile {
  append(bytes: Buffer): Promise<void>;
  /** Brings it to the disk and gives it its name, or that name with the next free number; the name is given. */
  publish(name: string, ending: string): Promise<string>;
  /** Removes it, unless it was published. May be called twice. */
  discard(): Promise<void>;
}

const partEnding = '.part';
/** A process that was killed leaves its file behind; nobody writes for so long without a row. */
const abandonedMs = 24 * 60 * 60 * 1_000;

/** @param owner goes into the name, so that what a killed process of the same owner left is found */
export async function openPart(folder: string, owner: string, now: Date): Promise<PartFile> {
  const prefix = `.${encodeURIComponent(owner)}.`;
  await removeAbandoned(folder, prefix, now);
  const path = join(folder, `${prefix}${randomUUID()}${partEnding}`);
  const handle = await open(path, 'wx', 0o640);
  let published = false;
  return {
    append: (bytes) => handle.appendFile(bytes),
    publish: async (name, ending) => {
      await handle.sync();
      await handle.close();
      const found = await freeName(folder, path, name, ending);
      published = true;
      await syncFolder(folder);
      return found;
    },
    discard: async () => {
      await closed(handle);
      if (!published) await rm(path, { force: true });
    },
  };
}

/** Moves without ever taking the place of a file that is there. */
async function freeName(folder: string, path: string, name: string, ending: string): Promise<string> {
  for (let number = 1; ; number++) {
    const file = number === 1 ? `${name}${ending}` : `${name}-${number}${ending}`;
    try {
      await moveToNew(path, join(folder, file));
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

const noLinks = new Set(['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP', 'EMLINK']);

/** A link fails when the name is taken, a rename would write over it. */
async function moveToNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!noLinks.has(String((error as NodeJS.ErrnoException).code))) throw error;
    // A file system without links: the name is taken by an empty file first.
    await (await open(to, 'wx', 0o640)).close();
    return rename(from, to);
  }
  await unlink(from);
}

/** The name lies in the folder, which some systems cannot bring to the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().catch(() => undefined);
  await handle.close();
}

const closed = (handle: FileHandle): Promise<void> => handle.close().catch(() => undefined);

async function removeAbandoned(folder: string, prefix: string, now: Date): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((one) => one.startsWith(prefix) && one.endsWith(partEnding))) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && now.getTime() - found.mtimeMs > abandonedMs)
      await rm(join(folder, name), { force: true });
  }
}
