import { z } from 'zod';
import { field, jsonSchema, path, plain, plainMap, pointer, slug, span, text } from './values.ts';

const size = { sizeParam: text.optional(), size: z.int().min(1).optional() };
/** JSON pointer of a yes or no: whether another page follows. Without it the answer's next place, or an empty page, says so. */
const morePath = pointer.optional();

/** How the pages of a resource follow each other. */
export const paginationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('cursor'),
    /** Query parameter that takes the cursor. */
    param: text,
    /** Where the answer says the next cursor; null, "" or missing after the last page. One of this and `nextField`. */
    nextPath: pointer.optional(),
    /** Field of a page's last row that is the next cursor. */
    nextField: field.optional(),
    morePath,
    ...size,
  }),
  z.strictObject({
    kind: z.literal('page'),
    param: text,
    /** Number of the first page. */
    first: z.int().min(0).default(1),
    morePath,
    ...size,
  }),
  z.strictObject({
    kind: z.literal('offset'),
    /** Query parameter that takes the offset; without it `{offset}` stands in a parameter of `params`. */
    param: text.optional(),
    /** Offset of the first row. */
    first: z.int().min(0).default(0),
    morePath,
    ...size,
  }),
  z.strictObject({
    /** The answer holds the address of the next page; it must be at the app's own address. */
    kind: z.literal('nextUrl'),
    path: pointer,
    ...size,
  }),
  z.strictObject({
    /** The `Link` header (RFC 8288) holds the address of the next page. */
    kind: z.literal('link'),
    rel: text.default('next'),
    ...size,
  }),
]);

/** Reads only what changed since the last session. */
export const incrementalSchema = z.strictObject({
  /** Query parameter that takes the committed cursor. */
  param: text,
  /** What the parameter is set to; `{since}` is the cursor. */
  value: text.default('{since}'),
  /** For a range of dates (backfill): parameter of its end. Without it the rows after the end are passed over here. */
  untilParam: text.optional(),
  untilValue: text.default('{until}'),
  /** How the app writes the cursor: as it came, or as one of these. */
  format: z.enum(['asIs', 'iso', 'date', 'epochSeconds', 'epochMilliseconds']).default('asIs'),
  /** Reads so far back before the cursor, for apps that show a change late. */
  lookback: span.optional(),
  /** Whether the app answers rows that have exactly the cursor; if not, one unit earlier is asked for. */
  inclusive: z.boolean().default(true),
});

/** Which fields are stored. Nothing of a row is stored before this. */
export const fieldsSchema = z.strictObject({
  /** Only these; all unless given. The key and the cursor are always kept. */
  only: z.array(text).min(1).optional(),
  drop: z.array(text).default([]),
  /** Replaced by a keyed hash: equal values stay equal, nobody can read them. */
  hash: z.array(text).default([]),
});

/** How the app tells that an object is gone. */
export const deletesSchema = z.discriminatedUnion('kind', [
  /** A row says of itself that it is deleted. */
  z.strictObject({
    kind: z.literal('tombstone'),
    field,
    /** The value that means deleted; any but null, false, 0 and "" unless given. */
    equals: plain.optional(),
  }),
  /** A full refresh does not have it any more. */
  z.strictObject({ kind: z.literal('absent') }),
]);

/** One kind of object that the app offers. All field names are the app's own, as in `schema`. */
export const resourceSchema = z.strictObject({
  id: slug,
  name: text,
  description: z.string().optional(),
  /** May hold `{connection.<parameter>}`; values of `params` also `{since}`, `{until}`, `{offset}`, `{page}`, `{size}`. */
  path,
  params: plainMap.default({}),
  recordsPath: pointer,
  /** Where the answer says how many rows the whole read gives. */
  totalPath: pointer.optional(),
  /** Fields that name one object together. */
  key: z.array(field).min(1),
  /** Field by which the greater of two versions of an object is told, and where the next read begins. */
  cursor: field.optional(),
  incremental: incrementalSchema.optional(),
  /** Field whose greatest value says how fresh the data is; `cursor` unless given. */
  freshnessField: field.optional(),
  pagination: paginationSchema.default({ kind: 'none' }),
  /** JSON Schema that a row must fit; `infer` learns it from the rows of the first session. */
  schema: z.union([jsonSchema, z.literal('infer')]),
  /** Renames to common names: field of the app -> field of the record. A pointer lifts a field up. Others keep their name. */
  mapping: z.record(field, text).optional(),
  fields: fieldsSchema.optional(),
  deletes: deletesSchema.optional(),
  /** Whether a new connection loads it unless told otherwise. */
  enabled: z.boolean().default(true),
  /** Whether a failure of this resource stops the session or is marked and passed over. */
  onError: z.enum(['stop', 'continue']).default('stop'),
});

/** One resource of a definition. */
export type ResourceDefinition = z.infer<typeof resourceSchema>;
/** How the pages of a resource follow each other. */
export type Pagination = z.infer<typeof paginationSchema>;
export type Incremental = z.infer<typeof incrementalSchema>;
/** Which fields are stored. */
export type FieldRules = z.infer<typeof fieldsSchema>;
