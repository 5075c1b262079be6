import { type ErrorKind, kind } from './error-row.ts';
import { destinationErrors } from './errors-destinations.ts';
import { fileErrors } from './errors-files.ts';
import { programErrors } from './errors-programs.ts';
import { reportErrors } from './errors-reports.ts';
import { syncBaseErrors } from './errors-sync-base.ts';
import { syncErrors } from './errors-syncs.ts';

export type { ErrorKind } from './error-row.ts';

/** The error table: the one place where a failure is classified. */
export const errors = {
  // The app that is the source
  SOURCE_UNREACHABLE: kind(
    502,
    true,
    'The app could not be reached.',
    'Check that the app is up and its address is right.',
  ),
  SOURCE_SERVER_ERROR: kind(
    502,
    true,
    'The app answered with a server error.',
    'Wait; it is tried again. If it stays, ask the app.',
  ),
  SOURCE_RATE_LIMITED: kind(
    429,
    true,
    'The app asked us to slow down.',
    'Nothing: the wait that the app named is kept.',
  ),
  SOURCE_BAD_ANSWER: kind(
    502,
    true,
    'The app answered with something that is not what its definition says.',
    'Compare the answer with the connector definition.',
  ),
  SOURCE_REFUSED: kind(
    502,
    false,
    'The app refused the request.',
    'Check the resource path and parameters in the connector definition.',
  ),
  SOURCE_RESOURCE_NOT_FOUND: kind(
    502,
    false,
    'The app does not have this resource.',
    'Check the resource path, or disable the resource.',
  ),
  SOURCE_CURSOR_REPEATED: kind(
    502,
    false,
    'The app gave the same page cursor twice, so the pages would never end.',
    'Check the pagination in the connector definition.',
  ),
  SOURCE_TOO_LARGE: kind(
    502,
    false,
    'The app gave a page that is larger than may be held in memory.',
    'Ask for smaller pages in the connector definition (pagination.size).',
  ),
  SOURCE_REPORT_FAILED: kind(
    502,
    false,
    'The app could not make the report.',
    'Read what the app said, then retry the report: it is requested anew.',
  ),
  SOURCE_REPORT_GONE: kind(
    502,
    false,
    'The app does not know the requested report any more.',
    'Retry the report: it is requested anew.',
  ),
  ADDRESS_REFUSED: kind(
    422,
    false,
    'The address is one that we do not ask.',
    'Use an http(s) address on the internet, or allow it with TRIBUTARY_EGRESS_ALLOW.',
  ),
  GRANT_REVOKED: kind(409, false, 'The app no longer accepts our grant.', 'Re-authorize the connection.'),
  // Authorization
  INVALID_CREDENTIALS: kind(422, false, 'The app refused the credentials.', 'Submit the right credentials.'),
  CONSENT_DENIED: kind(409, false, 'The person did not consent.', 'Send a new link and consent to it.'),
  STATE_FORGED: kind(
    400,
    false,
    'The authorization answer does not belong to a link of ours.',
    'Open the link again, in one browser.',
  ),
  CODE_USED: kind(409, false, 'The authorization code was used already or is not valid.', 'Open a new link.'),
  ACCOUNT_MISMATCH: kind(
    409,
    false,
    'Another account of the app was authorized than before.',
    'Authorize with the account that the connection belongs to, or make another connection.',
  ),
  TOKEN_ENDPOINT_FAILED: kind(502, true, 'The token endpoint of the app failed.', 'Wait; it is tried again.'),
  APP_NOT_SET_UP: kind(
    409,
    false,
    'The app has no client id, secret or address yet.',
    'Set them with PUT /api/apps/:app.',
  ),
  // Stages of a session
  NO_PROGRESS: kind(504, false, 'No batch was stored for too long.', 'Look at the app, then retry.'),
  TOO_LONG: kind(504, false, 'Loading took longer than it may.', 'Retry; what is stored is kept.'),
  LEDGER_UNBALANCED: kind(
    500,
    false,
    'The row counts do not balance.',
    'Look at the ledger, then retry; if it stays, report it.',
  ),
  MERGE_FAILED: kind(
    500,
    false,
    'The rows could not be merged into records.',
    'Retry; what is merged is not merged twice.',
  ),
  QUARANTINE_THRESHOLD: kind(
    422,
    false,
    'Too many rows did not fit and are in quarantine.',
    'Mend the connector definition or the source, then retry.',
  ),
  SCHEMA_DRIFT: kind(
    422,
    false,
    'The rows no longer have the fields that they had, and the connection is set to stop then.',
    'Look at the changed fields, mend the definition or change the drift policy, then retry.',
  ),
  REMOVAL_THRESHOLD: kind(
    422,
    false,
    'More than half of the records are gone at the app, so none was removed.',
    'Look at the app. If they are really gone, cancel this session and start one with full and allowRemovals.',
  ),
  SUBSTAGE_FAILED: kind(500, false, 'A substage of processing failed.', 'Retry, or skip the substage.'),
  CHECK_FAILED: kind(
    422,
    false,
    'A check of monitoring failed that is set to block.',
    'Look at the rows and the check. Mend the source, change the setting of the check, or skip monitoring this time; then retry.',
  ),
  DEDUPLICATION_FAILED: kind(500, false, 'Deduplication failed.', 'Retry.'),
  ATTEMPTS_EXHAUSTED: kind(
    502,
    false,
    'Five attempts in a row made no progress.',
    'Mend the cause, then retry.',
  ),
  CONNECTION_GONE: kind(409, false, 'The connection was disconnected.', 'Connect again.'),
  AUTHORIZATION_TIMED_OUT: kind(
    504,
    false,
    'The consent page was not completed in time.',
    'Ask for a new link and complete it.',
  ),
  LINK_EXPIRED: kind(410, false, 'Nobody opened the consent link while it was valid.', 'Ask for a new link.'),
  CONFIGURATION_RESET: kind(
    409,
    false,
    'The configuration of the connection was reset.',
    'Set the connection up again.',
  ),
  AGGREGATOR_ERROR: kind(
    502,
    false,
    'The aggregator could not fetch the data.',
    'Look at the account there, then retry.',
  ),
  WEBHOOK_TIMED_OUT: kind(
    504,
    false,
    'The webhook of the aggregator did not come in time.',
    'Look at the aggregator, then retry.',
  ),
  STUCK: kind(
    504,
    false,
    'The stage took longer than it may.',
    'Look at the log, then retry; what is done is kept.',
  ),
  CANCELED: kind(409, false, 'A person canceled it.', 'Retry it, or leave it as it is.'),
  WINDOW_OVER: kind(
    409,
    false,
    'Nobody decided in time, so the session closed.',
    'Retry, or authorize again.',
  ),
  // Callers of the API
  API_UNREACHABLE: kind(
    503,
    true,
    'The API cannot be reached.',
    'Start it with "npm start", or name another address with --url or TRIBUTARY_URL.',
  ),
  INVALID_INPUT: kind(
    400,
    false,
    'The request does not have the expected form.',
    'Correct what the faults name.',
  ),
  UNAUTHENTICATED: kind(
    401,
    false,
    'The request has no valid token.',
    'Send the token as "Authorization: Bearer ...".',
  ),
  EVENT_NOT_VERIFIED: kind(
    401,
    false,
    'An event does not prove that it came from Tributary.',
    'Answer 401 and do nothing with it. Check that the receiver has the secret of the subscription, and that its clock is right.',
  ),
  FORBIDDEN: kind(
    403,
    false,
    'The role of the token does not allow this.',
    'Use a token of one of the named roles, or ask a developer for one: tributary token create.',
  ),
  WEBHOOK_REFUSED: kind(
    401,
    false,
    'The webhook does not prove where it comes from.',
    'Sign it with the secret of this connection, within 5 minutes.',
  ),
  NOT_FOUND: kind(404, false, 'There is no such thing.', 'Check the id, or list what there is.'),
  ILLEGAL_MOVE: kind(
    409,
    false,
    'This is not possible in the present status.',
    'Only the calls in "allowed" are possible now.',
  ),
  SESSION_OPEN: kind(
    409,
    false,
    'The connection has an open session.',
    'Wait until it ends, or see what it waits for: tributary why CONNECTION (GET /api/sessions/:id/why).',
  ),
  CONNECTION_EXISTS: kind(
    409,
    false,
    'There is a connection with this id already.',
    'Use it, or choose another id.',
  ),
  COMPANY_DELETED: kind(
    409,
    false,
    'The company is being deleted, or was.',
    'Wait until its deletion has ended, then make it again (POST /api/companies).',
  ),
  CONNECTION_HELD: kind(409, false, 'The connection is paused.', 'Resume the connection first.'),
  PROCEDURE_RUNNING: kind(
    409,
    false,
    'Another lifecycle procedure of the connection is running.',
    'Wait until it has ended (see "procedureAt"); recover and disconnect take over.',
  ),
  PROCEDURE_REFUSED: kind(
    409,
    false,
    'The connection does not take this procedure in its present status.',
    'See the expected status in the message; GET /api/state-machines has the table.',
  ),
  PROCEDURE_INVALID: kind(
    422,
    false,
    'The procedure does not take what it was given. Nothing was changed.',
    'Correct what the message names, then call it again.',
  ),
  PROCEDURE_ROLLED_BACK: kind(
    409,
    false,
    "The app's connector asked for a roll-back; the connection is as it was before.",
    'Read why, mend it, then call it again.',
  ),
  PROCEDURE_FAILED: kind(
    500,
    false,
    'A step of the procedure failed.',
    'Read why. A connection in ERROR goes on with POST /api/connections/:id/recover.',
  ),
  PROCEDURE_TAKEN_OVER: kind(
    409,
    false,
    'Another procedure took over, so this one writes nothing more.',
    'See GET /api/connections/:id/procedures for what came after it.',
  ),
  PLAN_REQUIRED: kind(
    409,
    false,
    'Data would go, so this has to be planned first.',
    'Look at "plan" in this answer, then repeat the call with its token as planToken.',
  ),
  PLAN_USED: kind(409, false, 'The plan was carried out already.', 'Make a new plan: POST .../plan.'),
  PLAN_MISMATCH: kind(
    409,
    false,
    'The plan token is not one for this call.',
    'Make a new plan: POST .../plan.',
  ),
  PLAN_EXPIRED: kind(409, false, 'The plan is too old to be carried out.', 'Make a new plan: POST .../plan.'),
  CONNECTION_DISCONNECTED: kind(
    410,
    false,
    'The connection was disconnected and takes nothing any more.',
    'Stop sending, or connect again.',
  ),
  CONNECTION_NOT_READY: kind(
    409,
    false,
    'The connection is not started and authorized.',
    'Authorize it (POST /api/connections/:id/authorize), then start again.',
  ),
  ALREADY_USED: kind(
    410,
    false,
    'This link was used or has expired.',
    'Ask for a new one: POST /api/connections/:id/authorize.',
  ),
  NO_WORKER: kind(
    503,
    true,
    'No worker answered in time. The call may still take effect: look before repeating.',
    'Check that a worker runs.',
  ),
  ENGINE_UNAVAILABLE: kind(503, true, 'The engine (Temporal) cannot be reached.', 'Check that it runs.'),
  STORE_UNAVAILABLE: kind(503, true, 'The store (MongoDB) cannot be reached.', 'Check that it runs.'),
  // Set-up
  SETTINGS_INVALID: kind(500, false, 'Some settings cannot be used.', 'Correct them in the environment.'),
  DEFINITION_INVALID: kind(422, false, 'The connector definition has faults.', 'Correct the named lines.'),
  STORE_NEWER: kind(500, false, 'The store was written by a newer version.', 'Run the newer version.'),
  STORE_CONFLICT: kind(
    409,
    true,
    'Something else changed this at the same time.',
    'Look at it again, then repeat the call.',
  ),
  DATA_FOLDER_IN_USE: kind(
    409,
    false,
    'Another process uses this data folder.',
    'Stop it, or choose another folder.',
  ),
  ENGINE_NOT_FOUND: kind(
    500,
    false,
    'No way to run the engine was found.',
    'Install one of the named programs.',
  ),
  STORE_NOT_FOUND: kind(
    500,
    false,
    'No way to run the store was found.',
    'Install one of the named programs.',
  ),
  ...programErrors,
  ...destinationErrors,
  ...fileErrors,
  ...syncErrors,
  ...reportErrors,
  ...syncBaseErrors,
  UNKNOWN_ERROR: kind(500, true, 'Something failed that should not.', 'See the log, and report it.'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errors;

/** What an error says beside its code. Only values that people may see. */
export interface ErrorDetails {
  /** Milliseconds after which the other side said to come back. */
  readonly retryAfterMs?: number;
  readonly [name: string]: unknown;
}

/** Every failure that Tributary knows. Its `code` is a row of the error table. */
export class TributaryError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message?: string, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(message ?? errors[code].message, options);
    this.name = 'TributaryError';
    this.code = code;
    this.details = details;
  }

  get retryable(): boolean {
    return errors[this.code].retryable;
  }
}
