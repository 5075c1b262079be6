import { z } from 'zod';
import { type CheckUnit, checkNames } from '../../../domain/checks.ts';
import { sessionIdText, slug, time } from './common.ts';

const severity = z
  .enum(['pass', 'warn', 'fail'])
  .describe('fail: outside of a limit that was set, or far outside of what was learned');

const units = ['days', 'rows', 'share', 'fields', 'periods'] as const satisfies readonly CheckUnit[];

export const check = z.object({
  resource: slug,
  check: z.enum(checkNames),
  method: z.string(),
  severity,
  value: z.number().nullable().describe('In its unit; a share is 0 to 1. Null: there was nothing to measure'),
  unit: z.enum(units),
  low: z.number().nullable().describe('Outside of low and high it does not pass; null: no bound'),
  high: z.number().nullable(),
  blocks: z.boolean().describe('A fail ends the session in 17'),
  expected: z.string(),
  sentence: z.string(),
  at: time,
});

export const checks = z.object({ checks: z.array(check) });

const rowsLimit = 'must be a whole number from 1 to 100';

export const checksQuery = z.strictObject({
  resource: slug
    .optional()
    .describe('Only of this resource')
    .meta({ examples: ['orders'] }),
  check: z
    .enum(checkNames)
    .optional()
    .describe('Only this check')
    .meta({ examples: ['freshness'] }),
  limit: z.coerce
    .number(rowsLimit)
    .int(rowsLimit)
    .min(1, rowsLimit)
    .max(100, rowsLimit)
    .default(20)
    .describe('Of at most so many sessions, the newest'),
});

export const connectionChecks = z.object({
  checks: z
    .array(
      z.object({
        resource: slug,
        check: z.enum(checkNames),
        measures: z.string(),
        latest: check.extend({ sessionId: sessionIdText }),
        history: z
          .array(
            z.object({
              sessionId: sessionIdText,
              at: time,
              severity,
              value: z.number().nullable(),
              sentence: z.string(),
            }),
          )
          .describe('Newest first, the latest included'),
      }),
    )
    .describe('Those whose latest result failed first, then those with a warning'),
});

export type Checks = z.infer<typeof checks>;
export type ConnectionChecks = z.infer<typeof connectionChecks>;
export type ChecksQuery = Omit<z.input<typeof checksQuery>, 'limit'> & { readonly limit?: number };
