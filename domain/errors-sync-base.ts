import { type ErrorKind, kind } from './error-row.ts';

/** Failures of the SYNC base in Airtable. Nothing else waits for it. */
export const syncBaseErrors = {
  SYNC_BASE_NO_TOKEN: kind(
    409,
    false,
    'There is no token for Airtable.',
    'Make a personal access token in Airtable, set AIRTABLE_TOKEN and start the service again (docs/airtable.md).',
  ),
  SYNC_BASE_TOKEN_REFUSED: kind(
    422,
    false,
    'Airtable refused the token.',
    'Make a new personal access token in Airtable, set AIRTABLE_TOKEN and start the service again.',
  ),
  SYNC_BASE_SCOPE: kind(
    422,
    false,
    'What the Airtable token may do is not enough.',
    'Add the scope that is named to the token in Airtable; its person must be a creator of the base.',
  ),
  SYNC_BASE_GONE: kind(
    422,
    false,
    'There is no such Airtable base, or the token does not reach it.',
    'Check the id of the base, and add the base to the token in Airtable.',
  ),
  SYNC_BASE_UNFIT: kind(
    422,
    false,
    'A table or field of the SYNC base is not as it should be.',
    'Run tributary airtable setup, which makes what is missing; a field of another type is changed in Airtable first.',
  ),
  SYNC_BASE_WEBHOOK_GONE: kind(
    410,
    true,
    'The webhook by which changes of the SYNC base are read is not there any more.',
    'Nothing: it is made again, and the tables are read once.',
  ),
  SYNC_BASE_FULL: kind(
    422,
    false,
    'The SYNC base has nearly as many records as its plan takes.',
    'Keep rows for fewer days (TRIBUTARY_SYNC_BASE_KEEP_DAYS), or choose a larger plan.',
  ),
  SYNC_BASE_REJECTED: kind(
    422,
    false,
    'Airtable did not take what was written.',
    'Look at tributary airtable diff; it names the field.',
  ),
} as const satisfies Record<string, ErrorKind>;
