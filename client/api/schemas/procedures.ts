import { z } from 'zod';
import { configurationStatuses, connectionStatuses } from '../../../domain/connection.ts';
import { runningProcedures } from '../../../domain/lifecycle.ts';
import { responseCodes } from '../../../domain/procedures.ts';
import { actor, connectionParams, jsonObject, limit, slug, time } from './common.ts';
import { credentialsBody, parameters } from './connections.ts';
import { planToken } from './plan-token.ts';
import { settingsFields } from './settings.ts';

export const note = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .optional()
  .describe('Why: it is kept with the procedure');

export const noteBody = z
  .strictObject({ note })
  .nullish()
  .meta({ examples: [{ note: 'stocktaking' }] });

/** Of a procedure by which data may go. */
export const plannedBody = z
  .strictObject({ planToken, note })
  .nullish()
  .meta({ examples: [{ note: 'the wrong account' }] });

export const recoverBody = z
  .strictObject({
    to: z.string().describe('STARTED or PAUSED'),
    note: z.string().trim().min(1).max(1000).describe('Why: it is kept with the procedure'),
  })
  .meta({ examples: [{ to: 'PAUSED', note: 'the export of the shop hangs' }] });

export const settingsBody = z
  .strictObject({ ...settingsFields, planToken, note })
  .refine(
    (body) => Object.keys(body).some((name) => name !== 'note' && name !== 'planToken'),
    'names no setting',
  )
  .meta({ examples: [{ schedule: { kind: 'INTERVAL', every: '6h' }, timeZone: 'Europe/Berlin' }] });

export const poolBody = z.strictObject({ pool: slug, note }).meta({ examples: [{ pool: 'large' }] });

export const configurationBody = z
  .strictObject({
    parameters: parameters.optional().describe('Those that change; the others stay'),
    credentials: credentialsBody.optional().describe('Not for apps with OAuth: they are authorized again'),
    note,
  })
  .refine(
    ({ parameters: given, credentials }) => given !== undefined || credentials !== undefined,
    'names neither parameters nor credentials',
  )
  .meta({ examples: [{ credentials: { kind: 'apiKey', key: 'from the app' } }] });

export const procedureResult = z.object({
  responseCode: z.enum(responseCodes),
  message: z.string(),
  status: z.enum(connectionStatuses),
  configurationStatus: z.enum(configurationStatuses),
});

export const procedurePending = z.object({
  pending: z.literal(true),
  number: z.int(),
  procedureAt: z.string().describe('Where the procedure can be looked at'),
});

export const procedure = z.object({
  number: z.int(),
  procedure: z.enum(runningProcedures),
  state: z
    .enum(['waiting', 'running', 'ended', 'takenOver'])
    .describe(
      'waiting: not begun, and never will where the call was lost; takenOver: a later one began before its end',
    ),
  generation: z.int(),
  by: actor,
  note: z.string().nullable(),
  arguments: jsonObject.describe('Without credentials'),
  startedAt: time,
  endedAt: time.nullable(),
  steps: z.array(z.object({ step: z.string(), at: time })),
  answer: procedureResult.nullable(),
});

export const procedureParams = connectionParams.extend({
  number: z
    .string()
    .regex(/^[1-9][0-9]{0,8}$/)
    .describe('Number of the procedure')
    .meta({ examples: ['1'] }),
});
export const proceduresQuery = z.strictObject({ limit });
export const procedureList = z.object({ procedures: z.array(procedure) });

export type RecoverBody = z.input<typeof recoverBody>;
export type SettingsBody = z.input<typeof settingsBody>;
export type PoolBody = z.input<typeof poolBody>;
export type ConfigurationBody = z.input<typeof configurationBody>;
export type ProcedureAnswerView = z.infer<typeof procedureResult>;
export type ProcedurePending = z.infer<typeof procedurePending>;
export type ProcedureView = z.infer<typeof procedure>;
