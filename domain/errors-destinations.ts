import { type ErrorKind, kind } from './error-row.ts';

/** Failures of places where syncs deliver. The retryable ones pause a run, the others fail it. */
export const destinationErrors = {
  DESTINATION_UNREACHABLE: kind(
    502,
    true,
    'The destination could not be reached.',
    'Check that it is up and its address is right; the next run delivers the rest.',
  ),
  DESTINATION_RATE_LIMITED: kind(
    429,
    true,
    'The destination asked us to slow down.',
    'Nothing: the wait that it named is kept.',
  ),
  DESTINATION_QUOTA: kind(
    429,
    true,
    'The quota of the destination is used up.',
    'Raise the quota there or wait until it begins anew; the next run delivers the rest.',
  ),
  DESTINATION_REFUSED: kind(
    422,
    false,
    'The destination refused the credentials, or what they may do is not enough.',
    'Give it the right credentials (tributary destination test says what is missing).',
  ),
  DESTINATION_GONE: kind(
    422,
    false,
    'What the sync delivers into is no longer there: its collection, table or a field.',
    'Put it back, or change the target or mapping of the sync.',
  ),
  DESTINATION_BAD_ANSWER: kind(
    502,
    false,
    'The destination answered with something that is not what its documentation says.',
    'Look at its answer in the run; if it is a proxy in between, remove it.',
  ),
  DESTINATION_IN_USE: kind(
    409,
    false,
    'Syncs deliver to the destination.',
    'Delete those syncs first, or let them deliver elsewhere.',
  ),
  DESTINATION_BUDGET: kind(
    409,
    false,
    'The run would need more of the destination than is allowed.',
    'Raise the quota or the budget of the destination, or deliver fewer rows.',
  ),
} as const satisfies Record<string, ErrorKind>;
