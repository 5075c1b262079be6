import { z } from 'zod';
import { configurationStatuses, connectionStatuses } from '../../../domain/connection.ts';
import { responseCodes } from '../../../domain/procedures.ts';
import { plannedProcedures } from '../../plans/arguments.ts';
import { jsonObject, sessionIdText, slug, statusCode, time } from './common.ts';

export const planBody = z
  .strictObject({
    procedure: z.enum(plannedProcedures),
    arguments: jsonObject.optional().describe('What the procedure would be called with'),
  })
  .meta({ examples: [{ procedure: 'updateSettings', arguments: { retentionDays: 7 } }] });

const times = z.array(time);

export const plan = z.object({
  connectionId: slug,
  generation: z.int(),
  procedure: z.enum(plannedProcedures),
  token: z.string().nullable().describe('For planToken of this very call, once; null: it would be refused'),
  expiresAt: time.nullable(),
  allowed: z.boolean(),
  responseCode: z.enum(responseCodes),
  message: z.string().describe('What the call would answer first'),
  status: z.enum(connectionStatuses),
  configurationStatus: z.enum(configurationStatuses),
  losesData: z.boolean().describe('Then the call needs the token'),
  sentences: z.array(z.string()).describe('All of it in words'),
  session: z
    .object({
      id: sessionIdText,
      code: statusCode.nullable(),
      name: z.string(),
      becomes: z.enum(['held', 'goesOn', 'ends']),
    })
    .nullable()
    .describe('The open session; null: none is open'),
  purges: z.array(
    z.object({
      name: z.string().describe('The collection, or fields in it, as the receipt will name it'),
      generation: z.int(),
      outcome: z.enum(['deleted', 'cleared', 'kept']),
      count: z.int().describe('Documents now'),
    }),
  ),
  reloads: z
    .array(z.object({ resource: slug, rows: z.int() }))
    .describe('What a full session would read again, with the records there are now; nothing is by itself'),
  rawBatches: z
    .object({ sessions: z.int(), batches: z.int() })
    .nullable()
    .describe('What a shorter retention deletes within the hour'),
  runs: z
    .array(z.object({ schedule: z.string(), before: times, after: times }))
    .describe('Next times of each schedule; none: it does not run by itself'),
  changes: z.array(
    z.object({ setting: z.string(), from: z.unknown(), to: z.unknown() }).meta({ type: 'object' }),
  ),
});

export type PlanBody = z.input<typeof planBody>;
export type Plan = z.infer<typeof plan>;
