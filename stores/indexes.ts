import type { Db, IndexSpecification } from 'mongodb';
import { collections } from './names.ts';

/** Compare-and-set goes by `_id` and one number; the embedded store finds it by a unique index on exactly these. */
const casIndexes: readonly (readonly [collection: string, number: string])[] = [
  [collections.connections, 'seq'],
  [collections.sessions, 'seq'],
  [collections.inbox, 'seq'],
  [collections.grants, 'seq'],
  [collections.checkpoints, 'batches'],
  [collections.ingestionRuns, 'mergedBatches'],
  [collections.ingestions, 'version'],
  [collections.ingestionHours, 'seq'],
  [collections.slots, 'seq'],
  [collections.acrossLeases, 'seq'],
  [collections.destinations, 'seq'],
  [collections.destinationQueues, 'seq'],
  [collections.turns, 'freeAt'],
  [collections.syncs, 'seq'],
  [collections.syncRuns, 'seq'],
  [collections.schedules, 'seq'],
  [collections.plans, 'uses'],
  [collections.benchmarkGroups, 'epoch'],
  [collections.automations, 'seq'],
  [collections.automationTicks, 'seq'],
  [collections.reportTypes, 'seq'],
  [collections.reports, 'seq'],
  [collections.syncBases, 'seq'],
  [collections.alerts, 'seq'],
  [collections.alertLeases, 'seq'],
  [collections.outboundFeeds, 'seq'],
  [collections.outboundQueues, 'seq'],
  [collections.subscriptions, 'seq'],
  [collections.subscriptionLeases, 'seq'],
];

/** Only a real MongoDB makes use of these; the embedded store takes and ignores them. */
const listIndexes: readonly (readonly [collection: string, keys: IndexSpecification])[] = [
  [collections.connections, { company: 1, app: 1 }],
  [collections.connections, { app: 1 }],
  [collections.sessions, { connectionId: 1, number: -1 }],
  [collections.inbox, { connectionId: 1, claimedBy: 1 }],
  [collections.inbox, { toldAt: 1 }],
  [collections.inbox, { claimedAt: 1 }],
  [collections.consents, { connectionId: 1, generation: 1 }],
  [collections.connectLinks, { connectionId: 1, generation: 1 }],
  [collections.events, { connectionId: 1, at: -1 }],
  [collections.eventDeliveries, { subscriptionId: 1, at: -1 }],
  [collections.eventDeliveries, { connectionId: 1, at: -1 }],
  [collections.plans, { expiresAt: 1 }],
  [collections.skippedStarts, { connectionId: 1, at: -1 }],
  [collections.receipts, { at: -1 }],
  [collections.exchanges, { updatedAt: 1 }],
  [collections.quarantineLines, { connectionId: 1, at: -1 }],
  [collections.ingestionHours, { hour: 1 }],
  [collections.syncs, { connectionId: 1 }],
  [collections.syncs, { destinationId: 1 }],
  [collections.syncs, { company: 1 }],
  [collections.automationTicks, { dueAt: 1 }],
  [collections.logs, { subject: 1, _id: -1 }],
  [collections.reports, { fail: 1 }],
  [collections.alerts, { done: 1 }],
];

/** Creates every index; those that are there stay. */
export async function createIndexes(db: Db): Promise<void> {
  for (const [collection, number] of casIndexes)
    await db.collection(collection).createIndex({ _id: 1, [number]: 1 }, { unique: true });
  for (const [collection, keys] of listIndexes) await db.collection(collection).createIndex(keys);
}
