import { z } from 'zod';

/** Settings of the SYNC base in Airtable, as they stand in the environment. */
export const syncBaseSettings = {
  AIRTABLE_TOKEN: z.string().trim().min(1).optional(),
  TRIBUTARY_AIRTABLE_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .default('https://api.airtable.com'),
  TRIBUTARY_SYNC_BASE_KEEP_DAYS: z.coerce
    .number('must be a number of days')
    .int('must be whole days')
    .min(1, 'must be 1 or more')
    .default(30),
  TRIBUTARY_SYNC_BASE_GRACE_SECS: z.coerce
    .number('must be a number of seconds')
    .min(0, 'must be 0 or more')
    .max(86_400, 'must be 86400 or less')
    .default(60),
  TRIBUTARY_SYNC_BASE_DEVELOPERS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((one) => one.trim().toLowerCase())
        .filter((one) => one !== ''),
    ),
};

/** The SYNC base in Airtable. */
export interface SyncBaseSettings {
  /** Personal access token; undefined: none is set, and no base can be attached. */
  readonly token: string | undefined;
  /** Where Airtable's web API is, without a slash at the end. */
  readonly apiUrl: string;
  /** Rows of Logs and Reports older than so many days are taken out of the base; the store keeps them. */
  readonly keepDays: number;
  /** User ids and e-mail addresses, in small letters, whose edits in Airtable count as a developer's. */
  readonly developers: readonly string[];
  /** How long Airtable may be away before people are told, in ms. @default 60_000 */
  readonly graceMs?: number;
  /** How long nobody asks after Airtable said that there were too many requests, in ms. @default 30_000, Airtable's own */
  readonly lockOutMs?: number;
}

/** The settings of the SYNC base, parsed. */
export const syncBaseOf = (s: z.infer<z.ZodObject<typeof syncBaseSettings>>): SyncBaseSettings => ({
  token: s.AIRTABLE_TOKEN,
  apiUrl: s.TRIBUTARY_AIRTABLE_API_URL.replace(/\/+$/, ''),
  keepDays: s.TRIBUTARY_SYNC_BASE_KEEP_DAYS,
  developers: s.TRIBUTARY_SYNC_BASE_DEVELOPERS,
  graceMs: s.TRIBUTARY_SYNC_BASE_GRACE_SECS * 1_000,
});

/** As it is where nothing is set. */
export const defaultSyncBase: SyncBaseSettings = syncBaseOf(z.object(syncBaseSettings).parse({}));
