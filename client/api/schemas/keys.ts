import { z } from 'zod';

export const keyRotationBody = z
  .strictObject({ after: z.string().max(2_000).optional().describe('`next` of the call before') })
  .nullish()
  .meta({ examples: [{}] });

export const keyRotation = z.object({
  keyId: z.string().describe('The current key: the first of TRIBUTARY_SECRETS_KEYS'),
  rotated: z.int().describe('Values that were sealed again with the current key'),
  current: z.int().describe('Values that had it already'),
  unreadable: z
    .record(z.string(), z.int())
    .describe('Values that cannot be opened, by the id of the key that sealed them'),
  next: z.string().nullable().describe('Not done yet: call again with this as `after`'),
});

export type KeyRotation = z.infer<typeof keyRotation>;
