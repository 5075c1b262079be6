import { z } from 'zod';
import { airtablePlanNames } from '../../../domain/sync-base-plan.ts';
import { time } from './common.ts';

const baseId = z
  .string()
  .regex(/^app[0-9A-Za-z]{14}$/, 'is not the id of a base, such as appAbCdEfGhIjKlMn')
  .describe('Id of the base: the part of its address that begins with app');

export const syncBaseParams = z.object({ base: baseId.meta({ examples: ['appAbCdEfGhIjKlMn'] }) });

const plan = z.enum(airtablePlanNames as ['free', 'team', 'business'], 'must be free, team or business');

export const syncBaseSetUp = z
  .strictObject({
    base: baseId,
    plan: plan
      .optional()
      .describe("Airtable's plan of the workspace; left out: as before, at first team. It bounds the calls"),
    everySecs: z
      .int('must be whole seconds')
      .min(1, 'must be 1 or more')
      .max(86_400, 'must be 86400 or less')
      .optional()
      .describe('How often it is looked at; left out: every minute, or what the plan allows'),
    create: z
      .boolean()
      .default(true)
      .describe('Whether tables and fields that are missing are made; false: they are a fault'),
  })
  .meta({ examples: [{ base: 'appAbCdEfGhIjKlMn', plan: 'team' }] });

const count = z.int().min(0);

export const syncBase = z.object({
  base: z.string(),
  plan,
  everySecs: z.number().describe('How often it is looked at'),
  problem: z
    .object({ code: z.string(), text: z.string(), since: time })
    .nullable()
    .describe('Why nothing can be taken or written; null: all is well'),
  callsThisMonth: count.describe("Calls of Airtable's API in this month (UTC)"),
  callsAllowed: count.nullable().describe('Of the plan, for the whole workspace; null: without a limit'),
  records: count.nullable().describe('When they were last counted; null: they were not'),
  recordsAllowed: count,
  passedAt: time.nullable().describe('When it was last looked at to the end; null: never yet'),
  webhook: z.boolean().describe('Whether changes are noted by a webhook'),
  attachedAt: time,
  sentence: z.string(),
});

export const syncBaseStatus = z.object({
  token: z.boolean().describe('Whether AIRTABLE_TOKEN is set'),
  bases: z.array(syncBase),
  sentence: z.string(),
});

export const syncBaseResult = z.object({
  base: syncBase,
  made: z.array(z.string()).describe('Tables and fields that were made'),
  notes: z.array(z.string()).describe('What is otherwise than it should be, and works'),
  views: z.array(z.string()).describe("Views to add by hand: Airtable's API cannot make them"),
  bill: z
    .object({ calls: count, polls: count, writes: count, widened: z.boolean() })
    .describe('Calls a month, about'),
  sentences: z.array(z.string()),
});

const cell = z.union([z.string(), z.number(), z.literal(true), z.null()]);

export const syncBaseDiff = z.object({
  base: z.string(),
  schema: z.array(z.string()).describe('How tables and fields differ'),
  differences: z.array(
    z.object({
      table: z.string(),
      row: z.string().describe('Our id; of a row that a person added, that of Airtable'),
      field: z.string().nullable().describe('Null: the whole row'),
      ours: cell,
      theirs: cell,
      why: z.string(),
      text: z.string(),
    }),
  ),
  records: count,
  sentence: z.string(),
});

export const syncBaseDetached = z.object({
  base: z.string(),
  detached: z.literal(true),
  sentence: z.string(),
});

export type SyncBaseSetUpBody = z.input<typeof syncBaseSetUp>;
export type SyncBaseView = z.output<typeof syncBase>;
export type SyncBaseStatusView = z.output<typeof syncBaseStatus>;
export type SyncBaseResultView = z.output<typeof syncBaseResult>;
export type SyncBaseDiffView = z.output<typeof syncBaseDiff>;
export type SyncBaseDetachedView = z.output<typeof syncBaseDetached>;
