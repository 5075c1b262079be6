import { z } from 'zod';
import { accounts } from './orders.ts';

const count = z.int().min(0);

/** Body of POST /control/faults. Numbers are set, not added; 0 switches a fault off. */
export const faultsSchema = z.strictObject({
  /** The next requests for orders and reports answer 500. */
  serverErrors: count.exactOptional(),
  /** The next requests for orders and reports are cut in the middle of the answer. */
  cutConnections: count.exactOptional(),
  /** The next requests for orders and reports answer 200 with an HTML page. */
  htmlAnswers: count.exactOptional(),
  /** The next requests to the token endpoint answer 500. */
  tokenErrors: count.exactOptional(),
  /** Milliseconds before each page. */
  dripMs: count.exactOptional(),
  /** Part of the rows served with the text "n/a" as sales, always the same rows: 0 to 1. */
  malformedFraction: z.number().min(0).max(1).exactOptional(),
  /** The next rows are served so. */
  malformedCount: count.exactOptional(),
  /** Requests a second that a token may make. */
  requestsPerSecond: z.number().positive().exactOptional(),
  /** What Retry-After says. */
  retryAfterSeconds: count.exactOptional(),
  /** How often a report that is requested from now on is said to be made before it is there. */
  reportQuestions: count.exactOptional(),
  /** The next reports that are requested fail. */
  reportFailures: count.exactOptional(),
  /** The next questions for a requested report answer 410. */
  reportsGone: count.exactOptional(),
  /** Takes back every grant of this company at once. */
  revoke: z.enum(accounts.map(({ id }) => id)).exactOptional(),
});

export type FaultSwitches = z.infer<typeof faultsSchema>;

/** The switches that stay on until they are used up or switched off. */
export type Faults = Required<Omit<FaultSwitches, 'revoke'>>;

export function noFaults(requestsPerSecond: number): Faults {
  return {
    serverErrors: 0,
    cutConnections: 0,
    htmlAnswers: 0,
    tokenErrors: 0,
    dripMs: 0,
    malformedFraction: 0,
    malformedCount: 0,
    requestsPerSecond,
    retryAfterSeconds: 1,
    reportQuestions: 1,
    reportFailures: 0,
    reportsGone: 0,
  };
}

/** Uses one up. */
export function take(
  faults: Faults,
  name:
    | 'serverErrors'
    | 'cutConnections'
    | 'htmlAnswers'
    | 'tokenErrors'
    | 'malformedCount'
    | 'reportFailures'
    | 'reportsGone',
): boolean {
  if (faults[name] === 0) return false;
  faults[name] -= 1;
  return true;
}

/** Whether a row is one of the malformed fraction: the same rows each time. */
export function isUnlucky(rowId: number, fraction: number): boolean {
  return ((rowId * 2_654_435_761) % 4_294_967_296) / 4_294_967_296 < fraction;
}
