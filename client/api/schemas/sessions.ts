import { z } from 'zod';
import type { emptyLedger } from '../../../domain/ledger.ts';
import { caps } from '../../../domain/slots.ts';
import { actor, json, limit, sessionIdText, slug, statusCode, statusKind, substage, time } from './common.ts';

const count = z.int();
const calls = z.array(z.enum(['retry', 'cancel', 'skip', 'proceed', 'disconnect']));

export const ledger = z.object({
  read: count,
  inserted: count,
  updated: count,
  unchanged: count,
  duplicate: count,
  filtered: count,
  quarantined: count,
  tombstoned: count,
  removed: count,
  recordsBefore: count,
  recordsAfter: count,
} satisfies Record<keyof typeof emptyLedger, typeof count>);

const balance = {
  balanced: z.boolean(),
  imbalance: z.string().nullable().describe('Why it does not balance'),
};

export const sessionSummary = z.object({
  id: sessionIdText,
  connectionId: slug,
  number: z.int(),
  code: statusCode.nullable().describe('Public status code; null until the first status is written'),
  name: z.string(),
  kind: statusKind.nullable(),
  reason: z.string().nullable(),
  since: time,
  until: time.nullable().describe('When what it waits for runs out'),
  held: z.literal('CONNECTION_PAUSED').nullable(),
  waitingFor: z
    .object({
      cap: z.enum(caps),
      name: z.string().describe('Id of the company, app or pool'),
      place: z.int().describe('In the queue; 1 goes next'),
      since: time,
    })
    .nullable()
    .describe('It waits for its turn: as many sessions of this work as may at a time'),
  openedAt: time,
  closedAt: time.nullable(),
  closedBy: z.enum(['synced', 'deauthorized', 'disconnected', 'window', 'canceled']).nullable(),
});

const loading = z.object({
  rows: count,
  batches: count,
  bytes: count,
  total: count.nullable().describe('Rows that the app says there are'),
  done: z.boolean(),
  rowsPerSecond: z.number().nullable(),
  expectedEnd: time.nullable(),
});

const names = z.array(z.string());
export const drift = z
  .object({
    class: z.enum(['none', 'additive', 'breaking']),
    added: names,
    removed: names.describe('Every row had them before, none has them now'),
    retyped: names,
  })
  .describe('How the fields of the rows differ from those of the sessions before');

const sessionResource = z.object({
  id: slug,
  loading: loading.nullable().describe('null: not begun'),
  structuring: z
    .object({ status: z.string(), reason: z.string().nullable(), ledger, drift: drift.nullable() })
    .nullable()
    .describe('null: not begun'),
});

const substageState = z.object({
  name: substage,
  status: z.enum(['notStarted', 'running', 'done', 'skipped', 'failed']),
  reason: z.string().nullable(),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  counts: z.record(z.string(), z.number()),
});

export const session = sessionSummary.extend({
  company: slug,
  app: slug,
  generation: z.int(),
  text: z.string().describe('The status as people read it, such as "Synced, 1 row in quarantine"'),
  sentence: z.string().describe('What it does or waits for, and which call moves it on'),
  detail: z.string().nullable(),
  failedResources: z.array(z.string()),
  openedBy: actor,
  allowed: calls,
  resources: z.array(sessionResource),
  substages: z.array(substageState),
  ledger,
  delivered: z
    .object({ done: z.int(), of: z.int() })
    .nullable()
    .describe('Of a session that is Synced: to how many of the syncs it was delivered. null: there are none'),
});

export const why = z.object({
  sessionId: sessionIdText,
  code: statusCode.nullable(),
  name: z.string(),
  reason: z.string().nullable(),
  sentence: z.string(),
  until: time.nullable(),
  allowed: calls,
});

export const timeline = z.object({
  sessionId: sessionIdText,
  entries: z.array(
    z.object({
      seq: z.int(),
      from: statusCode.nullable(),
      to: statusCode,
      name: z.string(),
      event: z.string(),
      reason: z.string(),
      by: actor,
      at: time,
      note: z.string().nullable(),
    }),
  ),
});

export const ledgers = z.object({
  sessionId: sessionIdText,
  resources: z.array(
    z.object({ resource: slug, status: z.string(), ledger, drift: drift.nullable(), ...balance }),
  ),
  sum: ledger,
  ...balance,
});

export const quarantineQuery = z.strictObject({
  resource: slug.optional().describe('Only of this resource'),
  limit,
  after: z.string().optional().describe('`next` of the page before'),
});

export const quarantine = z.object({
  rows: z.array(
    z.object({
      id: z.string(),
      resource: slug,
      key: z.string().nullable(),
      reason: z.string(),
      message: z.string(),
      payload: json,
      at: time,
    }),
  ),
  next: z.string().nullable(),
});

export const callBody = z
  .strictObject({
    note: z.string().max(1000).optional().describe('Stands on the timeline'),
    substage: substage.optional().describe('Of skip: the failed one'),
  })
  .nullish()
  .meta({ examples: [{ note: 'the shop is back' }] });

export const callResult = z.object({
  sessionId: sessionIdText,
  code: statusCode,
  name: z.string(),
  reason: z.string(),
  pending: z.boolean().describe('Accepted, but the session has not moved yet'),
});

export const sessionsQuery = z.strictObject({
  limit,
  before: z.coerce
    .number('must be the number of a session')
    .int('must be the number of a session')
    .min(1, 'must be the number of a session')
    .optional()
    .describe('Only sessions with a smaller number'),
});
export const sessionList = z.object({ sessions: z.array(sessionSummary), next: z.int().nullable() });

const dayOrTime = z.union(
  [z.iso.date(), z.iso.datetime({ offset: true })],
  'must be an ISO 8601 date or time',
);

export const passBody = z
  .strictObject({
    scope: z
      .strictObject({
        configuration: slug.optional(),
        resources: z.array(slug).min(1).optional(),
        full: z.boolean().optional().describe('Reads everything anew, not only what changed'),
        range: z
          .strictObject({ from: dayOrTime, to: dayOrTime.describe('Not included') })
          .optional()
          .describe('Backfill of one resource: its rows of this range; its cursor stays where it is'),
        allowRemovals: z
          .boolean()
          .optional()
          .describe('With full: more than half of the records may be removed as gone at the app'),
      })
      .optional(),
  })
  .nullish()
  .meta({ examples: [{ scope: { resources: ['orders'] } }] });

export const pass = z.object({
  sessionId: sessionIdText.nullable().describe('null: it has not begun yet'),
  runId: z.string(),
});

export const exchanges = z.object({
  exchanges: z.array(
    z.object({
      resource: slug,
      at: time,
      method: z.string(),
      url: z.string(),
      status: z.int().nullable().describe('null: no answer came'),
      durationMs: z.number(),
      bytes: z.int().nullable(),
      headers: z.record(z.string(), z.string()),
      rows: z.int().nullable(),
      excerpt: z.string().nullable(),
      error: z.string().nullable(),
      quarantined: z
        .array(z.object({ place: z.string(), reason: z.string(), message: z.string() }))
        .describe('Rows in quarantine that came with it; see the quarantine for the rows themselves'),
    }),
  ),
});

export const testedPage = z.object({
  rows: z.array(
    z.object({
      row: json.describe('What would be stored of it'),
      fits: z.boolean(),
      key: z.string().nullable(),
      deleted: z.boolean(),
      reason: z.string().nullable(),
      message: z.string().nullable(),
    }),
  ),
  count: count.describe('Rows of the page; at most ten are shown'),
  filtered: count.describe(
    'Rows outside of what is read: before the start of the history, outside a backfill; deleted ones that we never had',
  ),
  unfit: count,
  total: count.nullable(),
  more: z.boolean().describe('Another page follows'),
  drift,
});

export type Exchanges = z.infer<typeof exchanges>;
export type TestedPage = z.infer<typeof testedPage>;
export type SessionSummary = z.infer<typeof sessionSummary>;
export type Session = z.infer<typeof session>;
export type Why = z.infer<typeof why>;
export type Timeline = z.infer<typeof timeline>;
export type Ledgers = z.infer<typeof ledgers>;
export type QuarantinePage = z.infer<typeof quarantine>;
export type CallAnswerView = z.infer<typeof callResult>;
export type CallBody = NonNullable<z.infer<typeof callBody>>;
export type PassBody = NonNullable<z.infer<typeof passBody>>;
export type Pass = z.infer<typeof pass>;
export type SessionList = z.infer<typeof sessionList>;
