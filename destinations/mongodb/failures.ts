import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';
import { type ErrorCode, TributaryError } from '../../domain/errors.ts';

/** Codes of the server: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const refused = new Set([11, 13, 18, 33, 8000]);
const gone = new Set([26, 166]);
const full = new Set([14031]);
/** Cosmos DB says so when its request units are used up. */
const throttled = new Set([16500]);
/** Elections, shutdowns, locks, time-outs: another time it works. */
const passing = new Set([
  6, 7, 24, 43, 46, 50, 64, 79, 89, 91, 112, 189, 262, 9001, 10058, 10107, 11600, 11602, 13388, 13435, 13436,
]);

/** A server that throttles without saying for how long. */
const throttledMs = 1_000;

/** Whether what the server said of a row is about the server, so that the row itself is not to blame. */
export const isPassing = (code: number): boolean =>
  passing.has(code) || throttled.has(code) || full.has(code) || refused.has(code);

function codeOf(error: MongoServerError): ErrorCode {
  const code = Number(error.code);
  if (throttled.has(code)) return 'DESTINATION_RATE_LIMITED';
  if (full.has(code) || (code === 8000 && /quota/i.test(error.message))) return 'DESTINATION_QUOTA';
  if (refused.has(code)) return 'DESTINATION_REFUSED';
  if (gone.has(code)) return 'DESTINATION_GONE';
  // A bulk write wraps what the network did, and gives no code of the server then.
  if (error instanceof MongoBulkWriteError && error.code === undefined) return 'DESTINATION_UNREACHABLE';
  const unreachable = passing.has(code) || error.hasErrorLabel('RetryableWriteError');
  return unreachable ? 'DESTINATION_UNREACHABLE' : 'DESTINATION_BAD_ANSWER';
}

const outages = [
  MongoNetworkError,
  MongoServerSelectionError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
];

/** The guard's no, however deep the driver wrapped it. */
function refusalIn(error: unknown): TributaryError | undefined {
  if (error instanceof TributaryError) return error;
  if (error instanceof MongoServerSelectionError) {
    const causes = [...(error.reason?.servers?.values() ?? [])].map((server) => server.error);
    return [...causes, error.cause].map(refusalIn).find((found) => found !== undefined);
  }
  return error instanceof Error && error.cause !== undefined ? refusalIn(error.cause) : undefined;
}

/** An error of the driver as one of the table; what is none of the driver's comes back as it is. */
export function failureOf(error: unknown): unknown {
  const refusal = refusalIn(error);
  if (refusal !== undefined) return refusal;
  if (!(error instanceof MongoError)) return error;
  const outage = outages.some((kind) => error instanceof kind);
  const code = outage
    ? 'DESTINATION_UNREACHABLE'
    : error instanceof MongoServerError
      ? codeOf(error)
      : 'DESTINATION_BAD_ANSWER';
  const details = code === 'DESTINATION_RATE_LIMITED' ? { retryAfterMs: throttledMs } : {};
  const words = code === 'DESTINATION_UNREACHABLE' ? 'The MongoDB cannot be reached' : 'The MongoDB said no';
  return new TributaryError(code, `${words}: ${error.message}`, details, { cause: error });
}
