import type { Answer } from '../apps/http.ts';

/** An answer other than 200; thrown to end a request. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(JSON.stringify(answer.body));
    this.answer = answer;
  }
}

const refusal = (status: number, type: string, message: string): Refusal =>
  new Refusal({ status, body: { error: { type, message } } });

/** Airtable's error bodies, as it documents them or as they were seen. */
export const refusals = {
  /** The one that is a bare text. */
  notFound: () => new Refusal({ status: 404, body: { error: 'NOT_FOUND' } }),
  authenticationRequired: () => refusal(401, 'AUTHENTICATION_REQUIRED', 'Authentication required'),
  /** Not there and not allowed are one answer, so that nobody can find out names. */
  modelNotFound: () =>
    refusal(
      403,
      'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND',
      'Invalid permissions, or the requested model was not found. Check that both your user and your token have the required permissions, and that the model names and/or ids are correct.',
    ),
  notPermitted: () => refusal(403, 'INVALID_PERMISSIONS', 'You are not permitted to perform this operation'),
  missingFields: () =>
    refusal(422, 'INVALID_REQUEST_MISSING_FIELDS', 'Could not find field "fields" in the request body'),
  unparsable: () => refusal(422, 'INVALID_REQUEST_BODY', 'Could not parse request body'),
  invalid: (what = 'parameter validation failed. Check your request data.') =>
    refusal(422, 'INVALID_REQUEST_UNKNOWN', `Invalid request: ${what}`),
  tooMany: () =>
    refusal(
      422,
      'INVALID_RECORDS',
      'You must provide an array of up to 10 record objects, each with a "fields" object for cell values.',
    ),
  unknownField: (name: string) => refusal(422, 'UNKNOWN_FIELD_NAME', `Unknown field name: "${name}"`),
  badValue: (name: string) =>
    refusal(422, 'INVALID_VALUE_FOR_COLUMN', `Field "${name}" cannot accept the provided value`),
  computed: (name: string) =>
    refusal(
      422,
      'INVALID_VALUE_FOR_COLUMN',
      `Field "${name}" cannot accept a value because the field is computed`,
    ),
  badChoice: (choice: string) =>
    refusal(
      422,
      'INVALID_MULTIPLE_CHOICE_OPTIONS',
      `Insufficient permissions to create new select option "${choice}"`,
    ),
  severalMatches: () =>
    refusal(
      422,
      'INVALID_REQUEST_UNKNOWN',
      'Invalid request: the fields to merge on match more than one record.',
    ),
  noSuchRecord: (id: string) =>
    refusal(422, 'ROW_DOES_NOT_EXIST', `Record ID ${id} does not exist in this table`),
  badFormula: () =>
    refusal(
      422,
      'INVALID_FILTER_BY_FORMULA',
      'The formula for filtering records is invalid: Invalid formula. Please check your formula text.',
    ),
  badOffset: (offset: string) =>
    refusal(422, 'INVALID_OFFSET_VALUE', `The value of offset ${offset} is invalid`),
  /** "Iteration may timeout due to client inactivity or server restarts" ("List records"). */
  iterationGone: () =>
    refusal(
      422,
      'LIST_RECORDS_ITERATOR_NOT_AVAILABLE',
      'The iterator is not available any more. Start the iteration again.',
    ),
  /** Airtable does not tell what it answers then; it rejects the request. */
  addressTooLong: () => refusal(414, 'URI_TOO_LONG', 'The address of the request is too long'),
  /** Airtable does not tell its name. */
  baseFull: () => refusal(422, 'RECORD_LIMIT_EXCEEDED', 'The base has as many records as its plan takes.'),
  duplicateField: () => refusal(422, 'DUPLICATE_OR_EMPTY_FIELD_NAME', 'Duplicate or empty field name'),
  duplicateTable: () => refusal(422, 'DUPLICATE_TABLE_NAME', 'Cannot have two tables with the same name'),
  badFieldType: () => refusal(422, 'INVALID_FIELD_TYPE_OPTIONS_FOR_CREATE', 'Invalid options for field'),
  unsupportedType: (type: string) =>
    refusal(
      422,
      'UNSUPPORTED_FIELD_TYPE_FOR_CREATE',
      `Creating ${type} fields is not supported at this time`,
    ),
  tooManyWebhooks: () =>
    refusal(422, 'TOO_MANY_WEBHOOKS_IN_BASE', 'Cannot create more than 10 webhooks in one base'),
  tooLarge: () => refusal(413, 'REQUEST_TOO_LARGE', 'Request body is too large'),
  rateLimited: () =>
    new Refusal({
      status: 429,
      body: {
        errors: [{ error: 'RATE_LIMIT_REACHED', message: 'Rate limit exceeded. Please try again later' }],
      },
    }),
  quotaUsedUp: () =>
    new Refusal({
      status: 429,
      body: {
        errors: [
          {
            error: 'PUBLIC_API_BILLING_LIMIT_EXCEEDED',
            message:
              "API billing plan limit exceeded. You've reached the maximum number of requests allowed for this month.",
          },
        ],
      },
    }),
};
