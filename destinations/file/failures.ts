import { type ErrorCode, TributaryError } from '../../domain/errors.ts';

const codes: Readonly<Record<string, readonly [code: ErrorCode, words: string]>> = {
  ENOSPC: ['DESTINATION_QUOTA', 'The disk is full'],
  EDQUOT: ['DESTINATION_QUOTA', 'The disk quota is used up'],
  EACCES: ['DESTINATION_REFUSED', 'The folder may not be written to'],
  EPERM: ['DESTINATION_REFUSED', 'The folder may not be written to'],
  EROFS: ['DESTINATION_REFUSED', 'The folder may only be read'],
  ENOENT: ['DESTINATION_GONE', 'The folder is no longer there'],
  ENOTDIR: ['DESTINATION_GONE', 'The folder is no longer there'],
};

/** An error of the file system as one of the table; what is none comes back as it is. */
export function failureOf(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof TributaryError) return error;
  const [code, words] = codes[String(error.code)] ?? [
    'DESTINATION_UNREACHABLE',
    'The file cannot be written',
  ];
  return new TributaryError(code, `${words} (${String(error.code)}).`, {}, { cause: error });
}
