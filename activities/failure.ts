import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { TributaryError } from '../domain/errors.ts';

/** Failure messages are cut here: history holds no payloads. */
const messageChars = 1000;

/** Turns whatever was thrown into an error of the table (stores name their outages themselves); engine failures stay. */
export function classify(error: unknown): TributaryError | ApplicationFailure | CancelledFailure {
  if (
    error instanceof TributaryError ||
    error instanceof ApplicationFailure ||
    error instanceof CancelledFailure
  )
    return error;
  const message = error instanceof Error ? error.message : String(error);
  return new TributaryError('UNKNOWN_ERROR', message, {}, { cause: error });
}

export interface FailureOptions {
  /** Whether anything was stored since the last retry: the first detail of the failure. */
  readonly progressed?: boolean;
  /** No further attempt, whatever the table says. */
  readonly final?: boolean;
}

/** The failure that the workflow sees: its type is the code, its delay the one that the other side asked for. */
export function toFailure(error: unknown, { progressed = false, final = false }: FailureOptions = {}): Error {
  const known = classify(error);
  if (!(known instanceof TributaryError)) return known;
  const { code, message, details, retryable } = known;
  const delay = details.retryAfterMs;
  return ApplicationFailure.create({
    type: code,
    message: message.slice(0, messageChars),
    nonRetryable: final || !retryable,
    details: [{ progressed }],
    ...(delay === undefined ? {} : { nextRetryDelay: delay }),
  });
}

type Activity = (input: never) => Promise<unknown>;

/** Gives every activity of a group the failures of the error table. */
export function withFailures<T extends { readonly [K in keyof T]: Activity }>(activities: T): T {
  const wrap = (activity: Activity) => async (input: never) => {
    try {
      return await activity(input);
    } catch (error) {
      throw toFailure(error);
    }
  };
  return Object.fromEntries(
    Object.entries<Activity>(activities).map(([name, activity]) => [name, wrap(activity)]),
  ) as T;
}
