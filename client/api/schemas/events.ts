import { z } from 'zod';
import { jsonObject, limit, sessionIdText, slug, time } from './common.ts';

export const eventsQuery = z.strictObject({ limit });

export const event = z.object({
  id: z.string(),
  type: z.enum([
    'Deauthorized',
    'GrantExpiring',
    'Suspended',
    'Resumed',
    'AutoPauseWarning',
    'SyncNeedsAttention',
    'QuarantineExpiring',
    'SpaceReclaimed',
  ]),
  connectionId: slug,
  company: slug,
  app: slug,
  sessionId: sessionIdText.nullable(),
  at: time,
  data: jsonObject.describe(
    'reauthorizeUrl; of GrantExpiring also endsAt and daysLeft. Of Suspended and Resumed: procedure, by, note. Of AutoPauseWarning: failures, since, pausesAtFailures, pausesAfterDays. Of SyncNeedsAttention: syncId, status, reason, since, days. Of QuarantineExpiring: resource, syncId, rows, expiresAt. Of SpaceReclaimed: what (rawBatches or revisions), throughSession, rows, bytes, and batches or records and revisions; `sentence` says it in words',
  ),
});
export const eventList = z.object({ events: z.array(event) });

export type EventList = z.infer<typeof eventList>;
