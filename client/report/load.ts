import { checkNames } from '../../domain/checks.ts';
import { byRank, type KeptInsight } from '../../domain/insights.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import type { RouteDeps } from '../api/deps.ts';
import { companyName, shownDefinition } from '../api/find.ts';
import { checkView } from '../api/views/check.ts';
import { cleaningView } from '../api/views/cleaning.ts';
import { deduplicationView } from '../api/views/deduplication.ts';
import { ledgersView } from '../api/views/ledger.ts';
import { sessionView } from '../api/views/session.ts';
import { timelineView } from '../api/views/timeline.ts';
import type { SessionReport } from './data.ts';
import { loadForecasts } from './load-forecasts.ts';

const mostInsights = 25;
const mostChanges = 50;
const mostGroups = 25;

/** How far of a connection's changes are looked through for those that an older session knew. */
const changesRead = 5_000;

/**
 * Reads what the page of a session shows. What is kept for each session is that session's; of what later sessions
 * changed it takes what this one can have known.
 * @throws {TributaryError} STORE_UNAVAILABLE
 */
export async function loadSessionReport(deps: RouteDeps, doc: SessionDoc): Promise<SessionReport> {
  const { stores, now } = deps;
  const [session, company, connection] = await Promise.all([
    sessionView(deps, doc),
    companyName(deps, doc.company),
    stores.connections.get(doc.connectionId),
  ]);
  const analysis = stores.analysis.of(doc.connectionId, doc.generation);
  const living = connection?.generation === doc.generation && connection.status !== 'DISCONNECTED';
  const dataKept = living || (await analysis.series.count()) > 0;
  // Everything below is of the session's own generation, whatever the connection is at now.
  const own: ConnectionDoc | null = connection && { ...connection, generation: doc.generation };
  const later = connection !== null && connection.latestSession > doc.number;
  const definition = shownDefinition(deps, doc.app);
  const [{ entries }, ledger, checks, insights, benchmark] = await Promise.all([
    timelineView(deps, doc._id),
    ledgersView(deps, doc),
    stores.checks.forSession(doc._id, doc.resources, checkNames),
    insightsOf(deps, doc, later),
    analysis.benchmarks.get(doc._id),
  ]);
  const [forecasts, cleaning, { resources: merged }] = await Promise.all([
    own === null ? { shown: [], left: 0, gone: 0 } : loadForecasts(deps, own, doc),
    own === null ? { looked: 0, unjudged: [], changes: [], left: 0 } : cleaningOf(deps, own, doc, later),
    deduplicationView(deps, doc, mostGroups),
  ]);
  return {
    madeAt: now().toISOString(),
    timeZone: connection?.timeZone ?? 'UTC',
    company,
    app: definition?.name ?? doc.app,
    resourceNames: Object.fromEntries((definition?.resources ?? []).map(({ id, name }) => [id, name])),
    metricNames: Object.fromEntries((definition?.metrics ?? []).map(({ id, name }) => [id, name])),
    session,
    later: later ? `${doc.connectionId}.${connection.latestSession}` : null,
    dataKept,
    timeline: entries,
    ledger,
    checks: checks.map(checkView),
    insights: { shown: insights.slice(0, mostInsights), left: Math.max(0, insights.length - mostInsights) },
    forecasts,
    benchmark: benchmark && { at: benchmark.at.toISOString(), standings: benchmark.standings },
    cleaning,
    merged,
  };
}

const numberOf = (sessionId: string): number => Number(sessionId.slice(sessionId.lastIndexOf('.') + 1));

/** What the session found: of the newest one what holds, of an earlier one what was first seen by then and last not before. */
async function insightsOf(
  { stores }: RouteDeps,
  { connectionId, generation, number }: SessionDoc,
  later: boolean,
): Promise<KeptInsight[]> {
  const found: KeptInsight[] = [];
  for await (const { _id: id, updatedAt: _, ...one } of stores.analysis
    .of(connectionId, generation)
    .insights.stream()) {
    const seen = numberOf(one.firstSeen) <= number && number <= numberOf(one.lastSeen);
    if (later ? seen : one.ended === null) found.push({ ...one, id });
  }
  return found.sort(byRank);
}

async function cleaningOf(
  deps: RouteDeps,
  connection: ConnectionDoc,
  { number }: SessionDoc,
  later: boolean,
): Promise<SessionReport['cleaning']> {
  const all = await cleaningView(deps, connection, { limit: later ? changesRead : mostChanges });
  if (!later) return all;
  const known = all.changes.filter(({ foundIn }) => numberOf(foundIn) <= number);
  return { ...all, changes: known.slice(0, mostChanges), left: Math.max(0, known.length - mostChanges) };
}
