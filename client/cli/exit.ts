import { errors, TributaryError } from '../../domain/errors.ts';

/** What the process ends with. */
export const exitCodes = {
  ok: 0,
  /** The call failed. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The API cannot be reached. */
  unreachable: 3,
  /** There is no such thing. */
  notFound: 4,
  /** Not possible in the present status. */
  conflict: 5,
} as const;

/** Shown at the end of the help. */
export const exitCodesHelp = `Exit codes:
  0 done    1 failed    2 wrong command line    3 the API cannot be reached
  4 there is no such thing    5 not possible in the present status`;

/** The person asked for something that the command cannot do. */
export class UsageError extends Error {}

/** HTTP status of a failure: the answer's, else that of the error table. */
export const statusOf = ({ code, details }: TributaryError): number =>
  typeof details.status === 'number' ? details.status : errors[code].httpStatus;

/** The exit code of a failure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  if (!(error instanceof TributaryError)) return exitCodes.failed;
  if (error.code === 'API_UNREACHABLE') return exitCodes.unreachable;
  const status = statusOf(error);
  if (status === 404) return exitCodes.notFound;
  return status === 409 || status === 410 ? exitCodes.conflict : exitCodes.failed;
}
