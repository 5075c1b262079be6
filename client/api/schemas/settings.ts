import { z } from 'zod';
import {
  type CheckSettings,
  checkNames,
  checkSettingFault,
  checkSeverities,
  everyResource,
  isCheckName,
} from '../../../domain/checks.ts';
import { slugPattern } from '../../../domain/contracts.ts';
import { cronFault, intervalFault } from '../../../domain/schedule.ts';
import { substage } from './common.ts';
import { driftPolicy, timeZone } from './connections.ts';

/** Text that a function of the domain looks at: it says what is wrong, or null. */
export const faultless = (faultOf: (text: string) => string | null) =>
  z.string().superRefine((text, context) => {
    const message = faultOf(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

/** When sessions of a connection start by themselves. */
export const connectionSchedule = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('MANUAL') }),
    z.strictObject({ kind: z.literal('INTERVAL'), every: faultless(intervalFault) }),
    z.strictObject({ kind: z.literal('CRON'), cron: faultless(cronFault) }),
  ])
  .describe('MANUAL: by calls and webhooks only');

const days = (most: number) =>
  z
    .number(`must be a whole number of days from 1 to ${most}`)
    .int('must be whole days')
    .min(1, 'must be 1 day or more')
    .max(most, `must be at most ${most} days`);

const thresholds = z
  .strictObject({
    quarantineShare: z
      .number()
      .min(0, 'must be from 0 to 1')
      .max(1, 'must be from 0 to 1')
      .optional()
      .describe('Share of the rows of a resource in quarantine above which structuring fails'),
    quarantineFloorRows: z
      .int('must be a whole number')
      .min(0, 'must be 0 or more')
      .optional()
      .describe('So many rows never fail it, whatever their share'),
  })
  .describe("What is not named is the installation's setting");

const autoPause = z
  .strictObject({
    failures: z.int('must be a whole number').min(1, 'must be 1 or more').max(1000, 'must be at most 1000'),
    days: days(365),
  })
  .nullable()
  .describe('Paused by itself once both hold; null: never');

const checkLimit = z.number('must be a number').optional();

const checkSetting = z.strictObject({
  severity: z.enum(checkSeverities),
  atLeast: checkLimit,
  atMost: checkLimit,
});

/** Names are looked at here, so that an unknown one is refused with those that there are. */
const checkSettings = z
  .record(z.string(), z.record(z.string(), checkSetting))
  .superRefine((given, context) => {
    const refuse = (path: readonly string[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path], message });
    for (const [resource, byCheck] of Object.entries(given)) {
      if (resource !== everyResource && !slugPattern.test(resource))
        refuse([resource], 'must be a resource, or * for all of them');
      for (const [name, setting] of Object.entries(byCheck)) {
        const message = isCheckName(name)
          ? checkSettingFault(name, setting)
          : `is no check; there are ${checkNames.join(', ')}`;
        if (message !== null) refuse([resource, name], message);
      }
    }
  })
  .describe(
    `Of monitoring, by resource (or * for all) and check (${checkNames.join(', ')}); what is given replaces all that was set before. off: not made, warn: told, block: a failed check ends the session in 17. Limits are in the unit of the check`,
  ) as unknown as z.ZodType<CheckSettings, CheckSettings>;

/** Every setting of a connection that may change while it works; all may be left out. */
export const settingsFields = {
  schedule: connectionSchedule.optional(),
  timeZone: timeZone.optional(),
  retentionDays: days(3650)
    .optional()
    .describe('Days that the rows as the app sent them are kept, once their session is over'),
  driftPolicy: driftPolicy.optional(),
  deduplication: z.boolean().optional().describe('Only for apps whose definition can deduplicate'),
  substagesOff: z
    .array(substage)
    .refine((list) => new Set(list).size === list.length, 'names a substage twice')
    .optional()
    .describe('Substages of Processing that are skipped'),
  thresholds: thresholds.optional(),
  autoPause: autoPause.optional(),
  checks: checkSettings.optional(),
};

/** Settings as they are called with. */
export const settings = z.strictObject(settingsFields);

export type ConnectionSettings = z.output<typeof settings>;
