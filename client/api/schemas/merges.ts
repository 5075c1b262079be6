import { z } from 'zod';
import { actor, jsonObject, limit, sessionIdText, slug, time } from './common.ts';

const key = z
  .string()
  .min(1)
  .max(2_000)
  .describe('Key of a record')
  .meta({ examples: ['1042'] });
const resource = slug.optional().describe('Needed where the app deduplicates several resources');
const why = z.string().trim().min(1).max(500).optional().describe('Shown beside the decision');
const count = z.int();

export const mergesQuery = z.strictObject({
  resource,
  limit,
  after: key.optional().describe('Those after this one'),
});
export const mergeQuery = z.strictObject({ resource, key });
export const undoMergeBody = z
  .strictObject({
    resource,
    key: key.describe('A merged record, or the one that stays: then all come back'),
    why,
  })
  .meta({ examples: [{ resource: 'customers', key: '1042', why: 'father and son' }] });
export const suggestionsQuery = z.strictObject({
  resource,
  state: z
    .enum(['waiting', 'decided'])
    .default('waiting')
    .describe('decided: what people decided, undone merges too'),
  limit,
  after: z.string().max(100).optional().describe('Those after this one'),
});
export const decideMergeBody = z
  .strictObject({
    resource,
    pair: z.string().min(1).max(100).describe('Id of a pair, as the list shows it'),
    answer: z.enum(['accept', 'dismiss', 'withdraw']).describe('One record, never one, or undecided again'),
    why,
  })
  .meta({ examples: [{ pair: '8f14e45fceea167a5a36dedd', answer: 'accept' }] });

const recordPlace = z.object({ connection: slug, key: z.string() });
export const mergeGroup = z.object({
  survivor: z
    .string()
    .describe('Key of the record that stays; where `mergedInto` names another one, the first of the keys'),
  keys: z.array(z.string()).describe('Keys of all of this connection, the one that stays too'),
  others: z.array(recordPlace).describe('Records of other connections that are one with them'),
  mergedInto: recordPlace.nullable().describe('The record of another connection that stays'),
  matchedBy: z.array(z.string()),
  sessionId: sessionIdText.describe('Session that changed who belongs to it'),
  at: time,
});
export const mergeGroups = z.object({
  resource: slug,
  groups: z.array(mergeGroup),
  next: z.string().nullable(),
});
export const mergeDetail = mergeGroup.extend({
  data: jsonObject.nullable().describe('What readers see; null until the next session'),
  records: z.array(
    z.object({
      connection: slug,
      key: z.string(),
      data: jsonObject.nullable().describe('As the app has it; null: deleted there since'),
      mergedIn: sessionIdText,
    }),
  ),
});
export const mergePair = z.object({
  id: z.string(),
  keys: z.array(z.string()),
  records: z.array(recordPlace).describe('The same with their connections'),
  suggested: z
    .object({ by: z.enum(['name', 'address']), similarity: z.number(), sessionId: sessionIdText })
    .nullable(),
  decision: z
    .object({
      is: z.enum(['same', 'different']),
      from: z.enum(['undo', 'suggestion']),
      by: actor,
      why: z.string().nullable(),
      at: time,
    })
    .nullable(),
  pending: z.boolean().describe('The next session acts on it'),
});
export const mergePairs = z.object({
  resource: slug,
  pairs: z.array(mergePair),
  next: z.string().nullable(),
});
export const mergeDecided = z.object({
  pairs: count.describe('Pairs that were decided'),
  sessionId: sessionIdText
    .nullable()
    .describe('Session that acts on it; null: it runs after the open one, or later'),
  after: sessionIdText.nullable().describe('The open session that goes on first'),
});
export const sessionDeduplication = z.object({
  resources: z.array(
    z.object({
      resource: slug,
      looked: z
        .enum(['all', 'changed', 'off'])
        .describe('All records, those that changed and what shares a value with them, or switched off'),
      seen: z.object({
        records: count.describe('Records that were looked at'),
        withoutKey: count.describe('Of them without any value to match by'),
        alternatives: z.array(z.object({ by: z.string(), empty: count, ignored: count })),
      }),
      merged: count.describe('Records that were merged away'),
      groups: count.describe('Groups that got records'),
      parted: count.describe('Records that came back'),
      common: z
        .array(z.object({ by: z.string(), value: z.string(), records: count }))
        .describe('Values that too many records share: they merge nothing'),
      suggestions: count.describe('Suggestions that wait for an answer'),
      at: time,
      list: z.array(mergeGroup).describe('Groups that changed in this session, the first 100'),
    }),
  ),
});

export type MergesQuery = Partial<z.infer<typeof mergesQuery>>;
export type MergeQuery = z.infer<typeof mergeQuery>;
export type UndoMergeBody = z.infer<typeof undoMergeBody>;
export type SuggestionsQuery = Partial<z.infer<typeof suggestionsQuery>>;
export type DecideMergeBody = z.infer<typeof decideMergeBody>;
export type RecordPlace = z.infer<typeof recordPlace>;
export type MergeGroups = z.infer<typeof mergeGroups>;
export type MergeGroupView = z.infer<typeof mergeGroup>;
export type MergeDetail = z.infer<typeof mergeDetail>;
export type MergePairs = z.infer<typeof mergePairs>;
export type MergePairView = z.infer<typeof mergePair>;
export type MergeDecided = z.infer<typeof mergeDecided>;
export type SessionDeduplication = z.infer<typeof sessionDeduplication>;
