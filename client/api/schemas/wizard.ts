import { z } from 'zod';
import { configurationStatuses, connectionStatuses } from '../../../domain/connection.ts';
import { cronFault, ingestionStrategies, intervalFault } from '../../../domain/schedule.ts';
import { actor, connectionParams, json, sessionIdText, slug, time } from './common.ts';
import {
  authorization,
  beginning,
  credentialsBody,
  driftPolicy,
  parameters,
  resourceSetting,
  timeZone,
} from './connections.ts';
import { note, procedureResult } from './procedures.ts';
import { connectionSchedule, faultless } from './settings.ts';

export const installBody = z
  .strictObject({
    company: z.strictObject({ id: slug, name: z.string().trim().min(1).max(200).optional() }),
    app: slug,
    id: slug.optional().describe('Default: <app>-<company>'),
  })
  .meta({ examples: [{ company: { id: 'acme', name: 'Acme Ltd' }, app: 'storefront' }] });

export const installResult = procedureResult.extend({ connectionId: slug });

export const prerequisiteParams = connectionParams.extend({
  prerequisite: z
    .string()
    .min(1)
    .describe('Id of a prerequisite of the app')
    .meta({ examples: ['admin'] }),
});
export const prerequisiteBody = z
  .strictObject({ done: z.boolean().default(true), note })
  .nullish()
  .meta({ examples: [{ done: true }] });

export const connectorBody = z
  .strictObject({
    pool: slug.optional().describe('Default: default, or what it is by now; so are the others'),
    sink: slug
      .optional()
      .describe(
        'Where the records are: always its own, named by the id of the connection; no other is taken',
      ),
    schedule: connectionSchedule.optional().describe('Default: MANUAL'),
    timeZone: timeZone.optional().describe('Default: UTC'),
    deduplication: z
      .boolean()
      .optional()
      .describe('Default: whether the definition can; only where it can it may be true'),
    driftPolicy: driftPolicy.optional(),
    note,
  })
  .nullish()
  .meta({ examples: [{ schedule: { kind: 'INTERVAL', every: '6h' }, timeZone: 'Europe/Berlin' }] });

export const setConfigurationBody = z
  .strictObject({
    parameters: parameters.optional().describe('Those that are not named stay'),
    credentials: credentialsBody
      .optional()
      .describe('Not for apps with OAuth. Left out, those that are saved are tested again'),
    note,
  })
  .nullish()
  .meta({ examples: [{ credentials: { kind: 'apiKey', key: 'from the app' } }] });

export const setConfigurationResult = procedureResult.extend({
  sessionId: sessionIdText.optional().describe('Of an app with OAuth: the session that waits in 6'),
  authorization: authorization.optional().describe('Of an app with OAuth: where consent is given'),
});

const ingestionConfiguration = z.strictObject({
  id: slug,
  strategy: z.enum(ingestionStrategies).default('INCREMENTAL'),
  schedule: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('GLOBAL') }),
      z.strictObject({ kind: z.literal('INTERVAL'), every: faultless(intervalFault) }),
      z.strictObject({ kind: z.literal('CRON'), cron: faultless(cronFault) }),
    ])
    .describe('GLOBAL: that of the connection'),
  enabled: z.boolean().default(true),
});

/** What finalizing is called with, but for its note. */
export const finalizing = {
  resources: z
    .array(
      z.union([
        slug,
        resourceSetting.extend({ configurations: z.array(ingestionConfiguration).max(20).optional() }),
      ]),
    )
    .min(1)
    .optional()
    .describe('The ones to load; default: those that the connection has enabled'),
  historyStart: beginning
    .optional()
    .describe('For all resources that name none of their own and have a cursor'),
  properties: z.record(z.string(), json).optional().describe("What the definition's `finalization` asks for"),
};

export const finalizeBody = z
  .strictObject({ ...finalizing, note })
  .nullish()
  .meta({ examples: [{ resources: ['orders', { id: 'customers', historyStart: '2024-01-01' }] }] });

export const prerequisite = z.object({
  id: slug,
  text: z.string(),
  url: z.string().nullable(),
  done: z.boolean(),
  by: actor.nullable(),
  at: time.nullable(),
});
export const prerequisiteList = z.object({ prerequisites: z.array(prerequisite) });

export const wizardSteps = [
  'prerequisites',
  'connector',
  'connection',
  'consent',
  'finalization',
  'resume',
  'recover',
  'reauthorize',
  'connectAgain',
] as const;

export const connectionStatus = procedureResult.pick({ configurationStatus: true }).extend({
  status: z.enum(connectionStatuses).describe('The true one'),
  reportedStatus: z.enum(connectionStatuses).describe('The view of document 002'),
  configurationStatus: z.enum(configurationStatuses),
  errorReason: z.string().nullable(),
  prerequisites: z.array(prerequisite),
  next: z
    .object({
      step: z.enum(wizardSteps),
      call: z.string().describe('The call that does it'),
      command: z.string().describe('The command that does it'),
    })
    .nullable()
    .describe('What a person does next; null: nothing'),
});

export const keyedValues = z.object({
  entries: z.array(z.object({ key: z.string(), value: z.unknown(), updatedAt: time })),
});

export const connectionTest = z.object({
  ok: z.boolean(),
  asked: z
    .object({
      method: z.string(),
      url: z.string().describe('Secrets are replaced'),
      status: z.int().nullable(),
    })
    .nullable()
    .describe('null: nothing was sent'),
  durationMs: z.int(),
  failure: z
    .object({ code: z.string(), message: z.string().describe("The app's words"), whatToDo: z.string() })
    .nullable(),
});

export type InstallBody = z.input<typeof installBody>;
export type InstallResult = z.infer<typeof installResult>;
export type ConnectorBody = NonNullable<z.input<typeof connectorBody>>;
export type SetConfigurationBody = NonNullable<z.input<typeof setConfigurationBody>>;
export type SetConfigurationResult = z.infer<typeof setConfigurationResult>;
export type FinalizeBody = NonNullable<z.input<typeof finalizeBody>>;
export type Prerequisites = z.infer<typeof prerequisiteList>;
export type ConnectionStatusView = z.infer<typeof connectionStatus>;
export type KeyedValues = z.infer<typeof keyedValues>;
export type ConnectionTest = z.infer<typeof connectionTest>;
