import { type ErrorKind, kind } from './error-row.ts';

/** Why a report cannot be made, or how it ended. */
export const reportErrors = {
  REPORT_EMPTY: kind(
    422,
    false,
    'The source has no rows for the date of the report.',
    'Look whether the date has rows at the source; then retry the report.',
  ),
  REPORT_ROWS_UNFIT: kind(
    502,
    false,
    'No row that the app gave fits the report.',
    'Compare the rows with the schema and the key of the report in the definition; then retry the report.',
  ),
  REPORT_NOT_READY: kind(
    504,
    false,
    'The app did not make the report in time.',
    'Retry the report: the one that was requested is asked for again.',
  ),
  CONNECTION_PAUSED: kind(
    409,
    false,
    'The connection is paused: its app is not asked.',
    'Resume the connection, then retry the report.',
  ),
  REPORT_STUCK: kind(
    504,
    false,
    'The report was not made in its time.',
    'Check that a worker of its pool runs; then retry the report.',
  ),
  REPORT_STOPPED: kind(409, false, 'The report was stopped by a person.', 'Retry it when it is wanted.'),
  REPORT_TAKEN_OVER: kind(
    409,
    false,
    'Another run of the report goes on with it.',
    'Nothing: look at the report.',
  ),
  REPORT_TYPE_INACTIVE: kind(
    409,
    false,
    'The report type is Inactive.',
    'Set it to Active first: tributary report-type set TYPE --status Active.',
  ),
  REPORT_REAL_TIME: kind(
    422,
    false,
    'A real-time report shows the present only: it cannot be made for a past date.',
    'Run it for today.',
  ),
  REPORT_NOT_FAILED: kind(409, false, 'The report has not failed.', 'Nothing: look at its status.'),
} as const satisfies Record<string, ErrorKind>;
