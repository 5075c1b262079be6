import { TributaryError } from '../../domain/errors.ts';

/** A file that cannot be read as its definition says. */
export const fileRefused = (name: string, why: string, cause?: unknown): TributaryError =>
  new TributaryError('SOURCE_FILE_REFUSED', `${name}: ${why}`, { file: name }, { cause });

/** A folder, or what is in it, that may not be read. */
export const folderRefused = (message: string): TributaryError =>
  new TributaryError('SOURCE_FOLDER_REFUSED', message);

/** A fault of the file system in words. */
export function fileFault(name: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'EACCES' || code === 'EPERM')
    return fileRefused(name, 'we have no permission to read it.', error);
  // Disks and network folders come back.
  if (code !== undefined && /^(EIO|ESTALE|ENOTCONN|EHOSTDOWN|ETIMEDOUT|ENODEV)$/.test(code))
    return new TributaryError(
      'SOURCE_UNREACHABLE',
      `${name} could not be read (${code}).`,
      {},
      { cause: error },
    );
  return error;
}
