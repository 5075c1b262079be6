import { z } from 'zod';
import { slugPattern } from '../../../domain/contracts.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { sessionMachine, sessionStatusKinds, substages } from '../../../domain/session.ts';

/** Company, app, connection, resource and pool ids. */
export const slug = z
  .string()
  .regex(slugPattern, 'must be 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit');

/** `<connectionId>.<number>` */
export const sessionIdText = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}\.[1-9][0-9]{0,8}$/, 'must be <connection>.<number>');

/** ISO 8601 in UTC. */
export const time = z.iso.datetime();

export const statusCode = z.literal(sessionMachine.statuses);
export const statusKind = z.enum([...new Set(Object.values(sessionStatusKinds))]);
export const substage = z.enum(substages);

export const actor = z.object({ kind: z.enum(['person', 'schedule', 'app', 'system']), id: z.string() });

/** Any JSON, as it came. */
export const json = z.custom<JsonValue>(() => true);
export const jsonObject = z.custom<JsonObject>(() => true).meta({ type: 'object' });

const rowsLimit = 'must be a whole number from 1 to 500';
export const limit = z.coerce
  .number(rowsLimit)
  .int(rowsLimit)
  .min(1, rowsLimit)
  .max(500, rowsLimit)
  .default(100)
  .describe('At most so many');

export const connectionParams = z.object({
  id: slug.describe('Connection id').meta({ examples: ['storefront-west'] }),
});
export const sessionParams = z.object({
  id: sessionIdText.describe('Session id').meta({ examples: ['storefront-west.1'] }),
});

/** A failure (RFC 9457). Some carry more: `current`, `allowed`, `sessionId`, `missing`. */
export const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe('A row of the error table'),
    whatToDo: z.string(),
    faults: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .describe('What failed, why, and what to do about it');

export type Problem = z.infer<typeof problem>;
