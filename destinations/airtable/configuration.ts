import { z } from 'zod';
import { TributaryError } from '../../domain/errors.ts';

export const configurationSchema = z.strictObject({
  base: z
    .string()
    .regex(/^app[0-9A-Za-z]{14}$/, 'is not the id of a base, such as appAbCdEfGhIjKlMn')
    .describe('Id of the base: the part of its address that begins with app.'),
  typecast: z
    .boolean()
    .default(false)
    .describe(
      'Whether Airtable may turn values into the types of its fields. Without it such rows are rejected.',
    ),
  endpointUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.airtable.com')
    .describe('Where the web API is asked.'),
});
export type AirtableConfiguration = z.output<typeof configurationSchema>;

export const secretSchema = z.strictObject({
  token: z
    .string()
    .trim()
    .min(1)
    .describe(
      'Personal access token with the scopes data.records:read, data.records:write, schema.bases:read and, to make tables and fields, schema.bases:write.',
    ),
});
export type AirtableSecret = z.output<typeof secretSchema>;

/** @throws {TributaryError} INVALID_INPUT naming every fault */
export function parse(configuration: unknown, secret: unknown) {
  const first = configurationSchema.safeParse(configuration);
  const second = secretSchema.safeParse(secret);
  if (first.success && second.success) return { configuration: first.data, secret: second.data };
  const faults = [
    ...faultsOf('configuration', first.error?.issues),
    ...faultsOf('secret', second.error?.issues),
  ];
  throw new TributaryError('INVALID_INPUT', `The Airtable destination is not right: ${faults.join('; ')}.`);
}

const faultsOf = (part: string, issues: readonly z.core.$ZodIssue[] = []): string[] =>
  issues.map(({ path, message }) => `${[part, ...path].join('.')}: ${message}`);
