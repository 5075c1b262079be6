import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TributaryError } from '../../../domain/errors.ts';

/** Step by step: under /proc, Node's recursive mkdir never ends. */
async function makeFolder(folder: string): Promise<void> {
  const there = await stat(folder).catch(() => null);
  if (there?.isDirectory()) return;
  if (dirname(folder) !== folder) await makeFolder(dirname(folder));
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST' || there !== null) throw error;
  });
}

/**
 * Makes the data folder, and sees that files can be written there.
 * @throws {TributaryError} SETTINGS_INVALID naming the folder and why
 */
export async function requireWritable(folder: string): Promise<void> {
  const probe = join(folder, `.probe.${process.pid}`);
  try {
    await makeFolder(folder);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new TributaryError(
      'SETTINGS_INVALID',
      `TRIBUTARY_DATA: the folder ${folder} cannot be written (${code ?? message}).`,
    );
  }
}
