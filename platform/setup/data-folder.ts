import { join } from 'node:path';
import { TributaryError } from '../../domain/errors.ts';
import { type FileLock, livingHolder, takeLock } from './file-lock.ts';

/** What others may know of the process that uses a data folder. */
export interface DataFolderUser {
  /** Where it answers, once that is known. */
  readonly address?: string;
}

/** A data folder in use by this process. */
export interface DataFolderLock {
  /** Says where this process answers. */
  update(info: DataFolderUser): Promise<void>;
  release(): Promise<void>;
}

/**
 * Claims a data folder for this process; a lock left by a dead process is taken over.
 * @param folder made if it does not exist
 * @throws {TributaryError} DATA_FOLDER_IN_USE naming the process and its address.
 */
export async function lockDataFolder(folder: string, info: DataFolderUser = {}): Promise<DataFolderLock> {
  const taken = await takeLock(join(folder, 'lock.json'), { ...info });
  if ('holder' in taken) {
    const { pid, address } = taken.holder;
    const where = address ? ` at ${address}` : '';
    throw new TributaryError(
      'DATA_FOLDER_IN_USE',
      `Process ${pid}${where} uses the data folder ${folder}. Stop it, or set TRIBUTARY_DATA to another folder.`,
      { pid, address, folder },
    );
  }
  const lock: FileLock = taken.lock;
  return { update: (more) => lock.update({ ...more }), release: () => lock.release() };
}

/** The process that uses a data folder now, if there is one. */
export const dataFolderUser = async (folder: string): Promise<number | undefined> =>
  (await livingHolder(join(folder, 'lock.json')))?.pid;
