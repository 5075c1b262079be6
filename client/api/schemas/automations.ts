import { z } from 'zod';
import { automationRuns, missedPolicies, tickResults, weekdays } from '../../../domain/automations.ts';
import { actor, slug, time } from './common.ts';

export const automationParams = z.object({
  id: slug.describe('Schedule id').meta({ examples: ['nightly-orders'] }),
});

const text = (most: number) => z.string().max(most, `must have at most ${most} characters`);
const name = text(200).min(1, 'must not be empty');
const reportType = slug.describe('Report type');

export const automationTask = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('report'), reportType }),
    z.strictObject({ kind: z.literal('refresh'), connectionId: slug, full: z.boolean().optional() }),
    z.strictObject({ kind: z.literal('sync'), syncId: slug }),
    z.strictObject({ kind: z.literal('retention') }),
    z.strictObject({
      kind: z.literal('fill'),
      reportType,
      days: z.int('must be a whole number').min(1, 'must be 1 or more').max(3660, 'must be at most 3660'),
    }),
  ])
  .describe(
    'report: creates a report. refresh: a session of a connection, in full where asked. sync: a run of a sync. retention: deletes what was kept long enough. fill: creates the reports that are missing of so many days',
  );

const time24 = z
  .string()
  .regex(/^\d{2}:\d{2}$/, 'is written HH:MM, such as 06:00')
  .describe('24 h; of Interval the length of the period, 00:01 to 24:00');
const timezone = text(100).describe(
  'IANA name such as Europe/Berlin, or hours from GMT such as -7 or +05:30',
);
const run = z.enum(automationRuns, 'must be Daily, Weekly or Interval');
const weekday = z.enum(weekdays, `must be one of ${weekdays.join(', ')}`);
const missed = z
  .enum(missedPolicies, 'must be runAll, runOnce or skip')
  .describe('What times that were missed come to: all run late, only the newest does, or none');

export const automationBody = z
  .strictObject({
    id: slug,
    name,
    description: text(2_000).default(''),
    task: automationTask,
    run,
    time: time24,
    timezone: timezone.default('-7'),
    weekday: weekday.nullable().default(null).describe('Of Weekly'),
    disabled: z.boolean().default(false),
    missed: missed.default('runOnce'),
  })
  .meta({
    examples: [
      {
        id: 'nightly-orders',
        name: 'Nightly orders',
        description: 'Everything that changed at the shop during the day',
        task: { kind: 'refresh', connectionId: 'storefront-west' },
        run: 'Daily',
        time: '06:00',
        timezone: 'Europe/Berlin',
      },
    ],
  });

export const automationChange = z
  .strictObject({
    name: name.optional(),
    description: text(2_000).optional(),
    task: automationTask.optional(),
    run: run.optional(),
    time: time24.optional(),
    timezone: timezone.optional(),
    weekday: weekday.nullable().optional(),
    disabled: z.boolean().optional(),
    missed: missed.optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'names nothing that changes')
  .meta({ examples: [{ time: '07:30' }] });

export const automationTick = z.object({
  id: z.string(),
  slot: z.string().describe('Of Daily and Weekly the date in its zone, of Interval the scheduled time'),
  dueAt: time,
  by: actor,
  outcome: z.enum(['running', ...tickResults]),
  reason: z.string().nullable().describe('Code of why it was skipped'),
  sentence: z.string(),
  at: time,
});

export const automation = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  task: automationTask,
  does: z.string().describe('The task in words'),
  run: z.enum(automationRuns),
  time: z.string(),
  timezone: z.string(),
  weekday: z.enum(weekdays).nullable(),
  disabled: z.boolean(),
  missed: z.enum(missedPolicies),
  nextRuns: z.array(time).describe('The next five; none while it is disabled'),
  latest: automationTick.nullable().describe('What became of the latest time that came due'),
  inForce: z.boolean().describe('false: the engine has not heard of the last edit yet'),
  createdBy: actor,
  createdAt: time,
  updatedAt: time,
});

export const automationList = z.object({ automations: z.array(automation) });
export const automationTicks = z.object({ ticks: z.array(automationTick) });
export const automationChanged = z.object({
  automation,
  effects: z.array(z.string()).describe('What was changed, and when it is in force'),
});
export const automationRemoved = z.object({ id: z.string(), removed: z.literal(true) });
export const automationStarted = z.object({
  pending: z.boolean().describe('true: no worker has begun it yet'),
  tick: automationTick.nullable(),
});

export type AutomationBody = z.input<typeof automationBody>;
export type ParsedAutomationBody = z.output<typeof automationBody>;
export type AutomationChange = z.infer<typeof automationChange>;
export type AutomationView = z.infer<typeof automation>;
export type AutomationList = z.infer<typeof automationList>;
export type AutomationTickView = z.infer<typeof automationTick>;
export type AutomationTicks = z.infer<typeof automationTicks>;
export type AutomationChanged = z.infer<typeof automationChanged>;
export type AutomationRemoved = z.infer<typeof automationRemoved>;
export type AutomationStarted = z.infer<typeof automationStarted>;
