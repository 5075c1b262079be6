import { TributaryError } from '../../domain/errors.ts';

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

/** An answer of the API that says no (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly whatToDo?: string;
  readonly [more: string]: unknown;
}

/** The API said no. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

/** Nobody answers at the API's address; the message says where and why. */
export class UnreachableError extends Error {}

/** The person asked for something that the command cannot do. */
export class UsageError extends Error {}

/** The exit code of a failure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof UnreachableError) return exitCodes.unreachable;
  if (error instanceof ProblemError) {
    const { status } = error.problem;
    if (status === 404) return exitCodes.notFound;
    return status === 409 ? exitCodes.conflict : exitCodes.failed;
  }
  if (error instanceof TributaryError && error.code === 'DATA_FOLDER_IN_USE') return exitCodes.conflict;
  return exitCodes.failed;
}
