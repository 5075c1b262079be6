import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { TributaryError } from '../../domain/errors.ts';
import { failureOf } from './failures.ts';

/** A folder as it really is, links followed, or what is wrong with it: all of it, each with what to do. */
export async function lookAt(
  folder: string,
  allowed: readonly string[],
): Promise<{ readonly path: string | undefined; readonly problems: readonly string[] }> {
  const path = await realpath(folder).catch(() => undefined);
  const roots = await Promise.all(allowed.map((root) => realpath(root).catch(() => root)));
  const problems: string[] = [];
  // Of a folder that is not there, the text is all there is to judge.
  if (!roots.some((root) => isWithin(path ?? folder, root)))
    problems.push(
      allowed.length === 0
        ? 'No folder is allowed for files. The operator names some.'
        : `The folder ${folder} is not within a folder that is allowed for files. Choose one, or ask the operator.`,
    );
  if (path === undefined) problems.push(`The folder ${folder} is not there. Make it.`);
  else if (!(await stat(path)).isDirectory()) problems.push(`${folder} is no folder. Name a folder.`);
  else if (!(await writable(path)))
    problems.push(`The folder ${folder} cannot be written to. Give the worker's user the right to write.`);
  return { path, problems };
}

/**
 * The folder to write into.
 * @throws {TributaryError} DESTINATION_REFUSED when it is not allowed, DESTINATION_GONE when it is not there
 */
export async function usableFolder(folder: string, allowed: readonly string[]): Promise<string> {
  const { path, problems } = await lookAt(folder, allowed).catch((error: unknown) => {
    throw failureOf(error);
  });
  if (path !== undefined && problems.length === 0) return path;
  const code = path === undefined ? 'DESTINATION_GONE' : 'DESTINATION_REFUSED';
  throw new TributaryError(code, problems.join(' '));
}

const isWithin = (path: string, root: string): boolean =>
  path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);

const writable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
