import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDataFolder } from '../../../platform/setup/data-folder.ts';
import { UsageError } from '../exit.ts';

/** What start makes in a data folder; nothing else is ever deleted. */
const ours =
  /^(api\.json|processes\.json|storefront-client\.json|storefront\.json|secrets\.keys|logs|ports|mongod|engine\.db.*|store\.mv\.db.*|demo\.lock.*)$/;

/**
 * Empties a data folder, keys and token included.
 * @returns what was deleted, by name
 * @throws {TributaryError} DATA_FOLDER_IN_USE
 * @throws {UsageError} if something in it is not of Tributary: then nothing is deleted
 */
export async function emptyDataFolder(folder: string): Promise<readonly string[]> {
  const there = async (): Promise<string[]> =>
    (await readdir(folder).catch(() => [] as string[]))
      .filter((name) => !name.startsWith('lock.json'))
      .sort();
  if ((await there()).length === 0) return [];
  const lock = await lockDataFolder(folder);
  try {
    const names = await there();
    const foreign = names.filter((name) => !ours.test(name));
    if (foreign.length > 0)
      throw new UsageError(
        `${folder} holds what Tributary did not make: ${foreign.slice(0, 5).join(', ')}. Nothing was deleted.`,
      );
    for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
    return names;
  } finally {
    await lock.release();
  }
}
