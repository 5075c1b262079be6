import { type Db, MongoClient } from 'mongodb';
import { createAcross } from './across.ts';
import { createAlerts } from './alerts.ts';
import { createAnalysis } from './analysis.ts';
import { createApps } from './apps.ts';
import { createAutomationTicks } from './automation-ticks.ts';
import { createAutomations } from './automations.ts';
import { createChecks } from './checks.ts';
import { createCompanies } from './companies.ts';
import { createConnectLinks } from './connect-links.ts';
import { createConnections } from './connections.ts';
import { createConsents } from './consents.ts';
import { createCursors } from './cursors.ts';
import { createDestinations } from './destinations.ts';
import { createEventDeliveries } from './event-deliveries.ts';
import { createEvents } from './events.ts';
import { createExchanges } from './exchanges.ts';
import { createFeed } from './feed.ts';
import { createFigures } from './figures.ts';
import { createGrants } from './grants.ts';
import { createInbox } from './inbox.ts';
import { createIndexes } from './indexes.ts';
import type { Count } from './keyed.ts';
import { createLimiter } from './limiter.ts';
import { createLoading } from './loading.ts';
import { createLogs } from './logs.ts';
import { createMerges } from './merges.ts';
import { migrate } from './migrations.ts';
import { createOutbound } from './outbound.ts';
import { createOverview } from './overview.ts';
import { createPlans } from './plans.ts';
import { createProcedures } from './procedures.ts';
import { createPurge } from './purge.ts';
import { createQuarantineLines } from './quarantine-lines.ts';
import { createReceipts, createSkippedStarts } from './receipts.ts';
import { createQuarantine, createRecords } from './records.ts';
import { createReportDeliveries } from './report-deliveries.ts';
import { createReportRows } from './report-rows.ts';
import { createReportTypes } from './report-types.ts';
import { createReports } from './reports.ts';
import { createSchedules } from './schedules.ts';
import { createLearnedSchemas } from './schemas.ts';
import { createSealed } from './sealed.ts';
import { createSessions } from './sessions.ts';
import { createSlots } from './slots.ts';
import { createStatistics } from './statistics.ts';
import { createStructuring } from './structuring.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createSyncBases } from './sync-bases.ts';
import { createSyncRecords } from './sync-records.ts';
import { createSyncRuns } from './sync-runs.ts';
import { createSyncs } from './syncs.ts';
import { createTokens } from './tokens.ts';
import { createTombstones } from './tombstones.ts';
import { asUnavailable, guarded, unavailable } from './unavailable.ts';

/** A store that is silent for longer counts as gone. */
const longestCommandMs = 120_000;

/** Where the store is. */
export interface StoresOptions {
  /** MongoDB connection string. */
  readonly uri: string;
  readonly database: string;
  /** Told once, when the store is open. */
  readonly log?: { info(fields: object, message: string): void };
  /** Wait for the first contact, in milliseconds. @default 5000 */
  readonly serverSelectionTimeoutMs?: number;
}

/** Every repository. All of them throw STORE_UNAVAILABLE when the store cannot be reached. */
export type Stores = Awaited<ReturnType<typeof openStores>>;

/**
 * Connects, brings the schema to this program's version and creates the indexes.
 * @throws {TributaryError} STORE_UNAVAILABLE, STORE_NEWER
 */
export async function openStores({ uri, database, log, serverSelectionTimeoutMs = 5_000 }: StoresOptions) {
  const client = await connect(uri, serverSelectionTimeoutMs);
  const db = client.db(database);
  try {
    const count = await counting(db);
    const version = await migrate(db);
    await createIndexes(db);
    log?.info({ database, version }, 'store is open');
    return { ...repositories(db, count), db, close: () => client.close() };
  } catch (error) {
    await client.close();
    throw unavailable(error);
  }
}

function repositories(db: Db, count: Count) {
  const connections = createConnections(db);
  const syncs = createSyncs(db);
  return {
    across: guarded(createAcross(db, count)),
    alerts: guarded(createAlerts(db)),
    automations: guarded(createAutomations(db)),
    automationTicks: guarded(createAutomationTicks(db)),
    logs: guarded(createLogs(db)),
    tokens: guarded(createTokens(db)),
    overview: guarded(createOverview(db)),
    reportTypes: guarded(createReportTypes(db)),
    reports: guarded(createReports(db)),
    reportDeliveries: guarded(createReportDeliveries(db, count)),
    reportRows: guarded(createReportRows(db, count)),
    companies: guarded(createCompanies(db)),
    apps: guarded(createApps(db)),
    connections: guarded(connections),
    sessions: guarded(createSessions(db, connections)),
    inbox: guarded(createInbox(db)),
    consents: guarded(createConsents(db)),
    connectLinks: guarded(createConnectLinks(db)),
    grants: guarded(createGrants(db)),
    sealed: guarded(createSealed(db)),
    limiter: guarded(createLimiter(db)),
    loading: guarded(createLoading(db)),
    structuring: guarded(createStructuring(db)),
    statistics: guarded(createStatistics(db)),
    records: guarded(createRecords(db, count)),
    quarantine: guarded(createQuarantine(db, count)),
    quarantineLines: guarded(createQuarantineLines(db)),
    tombstones: guarded(createTombstones(db, count)),
    exchanges: guarded(createExchanges(db)),
    schemas: guarded(createLearnedSchemas(db)),
    feed: guarded(createFeed(db, connections)),
    cursors: guarded(createCursors(db)),
    checks: guarded(createChecks(db, count)),
    analysis: guarded(createAnalysis(db, count)),
    figures: guarded(createFigures(db)),
    merges: guarded(createMerges(db, count)),
    events: guarded(createEvents(db)),
    outbound: guarded(createOutbound(db)),
    subscriptions: guarded(createSubscriptions(db)),
    eventDeliveries: guarded(createEventDeliveries(db)),
    procedures: guarded(createProcedures(db)),
    schedules: guarded(createSchedules(db)),
    plans: guarded(createPlans(db)),
    receipts: guarded(createReceipts(db)),
    skippedStarts: guarded(createSkippedStarts(db)),
    slots: guarded(createSlots(db)),
    destinations: guarded(createDestinations(db)),
    syncBases: guarded(createSyncBases(db, count)),
    syncs: guarded(syncs),
    syncRuns: guarded(createSyncRuns(db, syncs)),
    syncRecords: guarded(createSyncRecords(db, count)),
    ...guarded({
      ...createPurge(db, count),
      /** Whether the store answers. @throws {TributaryError} STORE_UNAVAILABLE */
      ping: async (): Promise<void> => {
        await db.command({ ping: 1 });
      },
    }),
  };
}

async function connect(uri: string, serverSelectionTimeoutMS: number): Promise<MongoClient> {
  try {
    return await new MongoClient(uri, {
      serverSelectionTimeoutMS,
      socketTimeoutMS: longestCommandMs,
      ignoreUndefined: true,
      // All texts here were written by the driver; it would look at every character of what it reads.
      enableUtf8Validation: false,
      appName: 'tributary',
    }).connect();
  } catch (error) {
    throw asUnavailable(error as Error);
  }
}

/**
 * A real MongoDB counts exactly along its `_id` index, and may be wrong in its own estimate after a crash; the
 * embedded store would read every document for that, while its estimate is exact.
 */
async function counting(db: Db): Promise<Count> {
  const { gitVersion } = await db.command({ buildInfo: 1 });
  return gitVersion === undefined
    ? (collection) => collection.estimatedDocumentCount()
    : (collection) => collection.countDocuments({}, { hint: '_id_' });
}
