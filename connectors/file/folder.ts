import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { TributaryError } from '../../domain/errors.ts';
import { maxFiles } from './bookmark.ts';
import { compilePattern, depthOf } from './pattern.ts';
import type { Found, OpenFile, Place } from './place.ts';
import { fileFault, fileRefused, folderRefused } from './refusal.ts';

/** Some disks tell times no finer than this: what is written within it of another write looks the same. */
const settledMs = 2_000;

const isBelow = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);

const isGone = (error: unknown): boolean =>
  /^(ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException | undefined)?.code ?? '');

/** One that was written a moment ago gets a stamp that no later look gives: its content is compared once more. */
function stampOf({ size, mtimeNs, ctimeNs, mtimeMs, ctimeMs }: BigIntStats): string {
  const stamp = `${size}.${mtimeNs}.${ctimeNs}`;
  const youngest = Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs);
  return Date.now() - youngest < settledMs ? `${stamp}~` : stamp;
}

/**
 * A folder of this machine, below one of those that are allowed: not by `..`, nor by a symbolic link.
 * @throws TributaryError SOURCE_FOLDER_REFUSED, or SOURCE_UNREACHABLE when it is not there
 */
export async function openFolder(location: string, allowed: readonly string[]): Promise<Place> {
  if (allowed.length === 0)
    throw folderRefused('No folder may be read from yet. Name one in TRIBUTARY_SOURCE_FOLDERS.');
  if (!isAbsolute(location)) throw folderRefused(`${location} is not an absolute folder.`);
  const roots = (await Promise.all(allowed.map((one) => realpath(one).catch(() => null)))).filter(
    (one) => one !== null,
  );
  const within = (path: string): boolean => roots.some((root) => isBelow(path, root));
  // Whether something exists outside is nobody's business: the name is judged before the disk is asked.
  const named = [...allowed, ...roots].some((folder) => isBelow(join(location), join(folder)));
  if (!named) throw folderRefused(`${location} is not below a folder of TRIBUTARY_SOURCE_FOLDERS.`);
  const base = await realpath(location).catch((error: unknown) => {
    throw new TributaryError(
      'SOURCE_UNREACHABLE',
      `The folder ${location} is not there, or cannot be read.`,
      {},
      { cause: error },
    );
  });
  if (!within(base)) throw folderRefused(`${location} leads out of the folders of TRIBUTARY_SOURCE_FOLDERS.`);

  /** Where a name leads, links followed. @throws TributaryError SOURCE_FOLDER_REFUSED when it leads out */
  const resolved = async (name: string): Promise<string> => {
    const path = await realpath(join(base, name));
    if (!within(path))
      throw folderRefused(`${name} is a link out of the folders of TRIBUTARY_SOURCE_FOLDERS.`);
    return path;
  };
  const look = async (name: string): Promise<Found | null> => {
    try {
      const found = await stat(await resolved(name), { bigint: true });
      return found.isFile() ? { name, stamp: stampOf(found) } : null;
    } catch (error) {
      if (isGone(error)) return null;
      throw fileFault(name, error);
    }
  };

  /** Names of files and links below a folder; links to folders are not followed, which could go round. */
  async function* walk(folder: string, depth: number): AsyncGenerator<string> {
    const entries = await readdir(join(base, folder), { withFileTypes: true }).catch((error: unknown) => {
      if (folder !== '' && isGone(error)) return [];
      throw fileFault(folder === '' ? location : folder, error);
    });
    for (const entry of entries) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) yield name;
      else if (depth > 0) yield* walk(name, depth - 1);
    }
  }

  return {
    find: async (pattern) => {
      const fits = compilePattern(pattern);
      const names: string[] = [];
      for await (const name of walk('', depthOf(pattern))) if (fits(name)) names.push(name);
      if (names.length > maxFiles)
        throw fileRefused(
          pattern,
          `${names.length} files fit, and at most ${maxFiles} are kept track of. Move old ones away, or make the pattern narrower.`,
        );
      const found: Found[] = [];
      for (const name of names.sort()) {
        const one = await look(name);
        if (one !== null) found.push(one);
      }
      return found;
    },
    open: async (name): Promise<OpenFile | null> => {
      let handle: FileHandle | undefined;
      try {
        // A pipe would wait for its writer.
        handle = await open(await resolved(name), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
        const opened = await handle.stat({ bigint: true });
        const there = await stat(await resolved(name), { bigint: true });
        if (opened.isFile() && there.ino === opened.ino)
          return { handle, stamp: stampOf(opened), bytes: Number(opened.size) };
        throw new TributaryError('SOURCE_FILE_CHANGING', `${name} was replaced while it was opened.`);
      } catch (error) {
        await handle?.close();
        if (isGone(error)) return null;
        throw fileFault(name, error);
      }
    },
    stampOf: async (name) => (await look(name))?.stamp ?? null,
    close: async () => undefined,
  };
}
