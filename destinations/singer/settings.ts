import { z } from 'zod';

const targetConfiguration = z.record(z.string(), z.json());

export const configurationSchema = z.strictObject({
  target: z
    .string()
    .min(1)
    .describe(
      'Name of the target, as the allow list of this installation (TRIBUTARY_SINGER_TARGETS) has it.',
    ),
  configuration: targetConfiguration
    .default({})
    .describe('What the target reads by --config, without secrets.'),
  quietSecs: z
    .int()
    .min(1)
    .max(3_600)
    .default(300)
    .describe('A target that should take rows or end, and says nothing for so long, is ended.'),
});
export type SingerConfiguration = z.output<typeof configurationSchema>;

/** Added to `configuration`, and kept encrypted. */
export const secretSchema = z
  .strictObject({ configuration: targetConfiguration.describe('Passwords and the like, by name.') })
  .nullable()
  .default(null);
export type SingerSecret = z.output<typeof secretSchema>;
