import { createHash } from 'node:crypto';

/** Names of the shared collections; docs/data-model.md describes each. */
export const collections = {
  companies: 'companies',
  apps: 'apps',
  connections: 'connections',
  sessions: 'sessions',
  timeline: 'timeline',
  inbox: 'inbox',
  consents: 'consents',
  consentLinks: 'consentLinks',
  connectLinks: 'connectLinks',
  grants: 'grants',
  checkpoints: 'checkpoints',
  batches: 'batches',
  ingestionRuns: 'ingestionRuns',
  ingestions: 'ingestions',
  ingestionHours: 'ingestionHours',
  changes: 'changes',
  feed: 'feed',
  cursors: 'cursors',
  schemas: 'schemas',
  exchanges: 'exchanges',
  checks: 'checks',
  figures: 'figures',
  benchmarkGroups: 'benchmarkGroups',
  quarantineLines: 'quarantineLines',
  events: 'events',
  outbound: 'outbound',
  outboundFeeds: 'outboundFeeds',
  outboundQueues: 'outboundQueues',
  subscriptions: 'subscriptions',
  subscriptionLeases: 'subscriptionLeases',
  eventDeliveries: 'eventDeliveries',
  procedures: 'procedures',
  schedules: 'schedules',
  plans: 'plans',
  receipts: 'receipts',
  companyReceipts: 'companyReceipts',
  purges: 'purges',
  skippedStarts: 'skippedStarts',
  slots: 'slots',
  acrossLeases: 'acrossLeases',
  turns: 'turns',
  destinations: 'destinations',
  destinationQueues: 'destinationQueues',
  syncs: 'syncs',
  syncRuns: 'syncRuns',
  syncTimeline: 'syncTimeline',
  automations: 'automations',
  automationTicks: 'automationTicks',
  logs: 'logs',
  tokens: 'tokens',
  overview: 'overview',
  alerts: 'alerts',
  alertLeases: 'alertLeases',
  reportTypes: 'reportTypes',
  reports: 'reports',
  reportRevisions: 'reportRevisions',
  syncBases: 'syncBases',
  meta: 'meta',
} as const;

/** The embedded store takes 128 bytes for database and collection name together. */
const longestName = 80;

/** `records.<connection>.<generation>.<resource>`; a long one is cut and told apart by a hash. */
export function recordsCollection(connectionId: string, generation: number, resource: string): string {
  return named('records', connectionId, generation, resource);
}

/** `quarantine.<connection>.<generation>.<resource>`; see {@link recordsCollection}. */
export function quarantineCollection(connectionId: string, generation: number, resource: string): string {
  return named('quarantine', connectionId, generation, resource);
}

/** `tombstones.<connection>.<generation>.<resource>`; see {@link recordsCollection}. */
export function tombstonesCollection(connectionId: string, generation: number, resource: string): string {
  return named('tombstones', connectionId, generation, resource);
}

/** What deduplication keeps of one resource. */
export const mergeParts = ['mergeMembers', 'mergeGroups', 'mergePairs', 'mergeKeys'] as const;
export type MergePart = (typeof mergeParts)[number];

/** `mergeMembers.<connection>.<generation>.<resource>` and the like; see {@link recordsCollection}. */
export const mergeCollection = (
  part: MergePart,
  connectionId: string,
  generation: number,
  resource: string,
): string => named(part, connectionId, generation, resource);

/** What deduplication across the connections of a company keeps of one resource of an app. */
export const acrossParts = ['acrossNodes', 'acrossGroups', 'acrossPairs', 'acrossTodos'] as const;
export type AcrossPart = (typeof acrossParts)[number];

/** `acrossNodes.<company>.<app>.<resource>` and the like; a long name is cut and told apart by a hash. */
export function acrossCollection(part: AcrossPart, company: string, app: string, resource: string): string {
  const of = (ids: readonly string[]) => [part, ...ids].join('.');
  const ids = [company, app, resource];
  const name = of(ids);
  if (name.length <= longestName) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${of(ids.map((id) => id.slice(0, 14)))}.${hash}`;
}

/** What processing makes of the records of one generation of a connection. */
export const analysisParts = [
  'facts',
  'series',
  'forecasts',
  'insights',
  'benchmarks',
  'cleaning',
  'reportPoints',
] as const;
export type AnalysisPart = (typeof analysisParts)[number];

/** `series.<connection>.<generation>` and the like; see {@link recordsCollection}. */
export const analysisCollection = (part: AnalysisPart, connectionId: string, generation: number): string =>
  named(part, connectionId, generation);

/** `syncRecords.<sync>`, and beside it rows that are kept many to a document, and the work lists of its runs. */
export const syncRecordsCollection = (syncId: string): string => `syncRecords.${syncId}`;
export const syncPacksCollection = (syncId: string): string => `syncPacks.${syncId}`;
export const syncListsCollection = (syncId: string): string => `syncLists.${syncId}`;

/** `reportRows.<type>` */
export const reportRowsCollection = (type: string): string => `reportRows.${type}`;

/** `reportDeliveries.<type>`: what its destination has. */
export const reportDeliveriesCollection = (type: string): string => `reportDeliveries.${type}`;

/** `syncBaseRows.<base>`: what both sides of a SYNC base had last. */
export const syncBaseRowsCollection = (baseId: string): string => `syncBaseRows.${baseId}`;

/** The generation is in the name, so that a late write of a closed generation cannot touch the next one. */
function named(prefix: string, connectionId: string, generation: number, resource?: string): string {
  const of = (id: string, part: string | undefined) =>
    `${prefix}.${id}.${generation}${part === undefined ? '' : `.${part}`}`;
  const name = of(connectionId, resource);
  if (name.length <= longestName) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${of(connectionId.slice(0, 20), resource?.slice(0, 20))}.${hash}`;
}
