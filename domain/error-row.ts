/** How one kind of failure is treated everywhere: in Temporal failures, HTTP problems, the CLI and logs. */
export interface ErrorKind {
  /** HTTP status of the problem answer. */
  readonly httpStatus: number;
  /** Whether the engine may try again by itself. */
  readonly retryable: boolean;
  /** What went wrong, in one sentence without details. */
  readonly message: string;
  /** What a person can do about it. */
  readonly whatToDo: string;
}

/** A row of the error table. */
export const kind = (
  httpStatus: number,
  retryable: boolean,
  message: string,
  whatToDo: string,
): ErrorKind => ({
  httpStatus,
  retryable,
  message,
  whatToDo,
});
