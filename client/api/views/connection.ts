import { daysLeft } from '../../../activities/authorization/grant.ts';
import { reportedStatus } from '../../../domain/connection.ts';
import { sessionIdOf } from '../../../domain/contracts.ts';
import { rollUpIngestion } from '../../../domain/ingestion.ts';
import { type SessionStatus, sessionStatusKinds, sessionStatusNames } from '../../../domain/session.ts';
import type { ConnectionDoc, GrantDoc, ResourceSetting, SessionDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import { latestSession } from '../find.ts';
import type { Connection } from '../schemas/connections.ts';
import { summaryOf } from './session-summary.ts';
import { failingView, settingsView } from './settings.ts';
import { deliveredView } from './sync-delivered.ts';

const authorizing: readonly (SessionStatus | null)[] = [6, 7, 20];

/**
 * The code that a connection shows: its own (8 from a revocation until a session reaches 9, 26), else its latest
 * session's. An open re-authorization shows its own code meanwhile.
 */
export function codeOf({ ownCode }: ConnectionDoc, latest: SessionDoc | null): SessionStatus | null {
  if (ownCode === null) return latest?.status ?? null;
  const reauthorizing = ownCode === 8 && latest?.closedAt === null && authorizing.includes(latest.status);
  return reauthorizing ? latest.status : ownCode;
}

/** The plain word for account managers. */
export function labelOf(
  doc: ConnectionDoc,
  code: SessionStatus | null,
  latest: SessionDoc | null,
): Connection['label'] {
  if (doc.status === 'DISCONNECTED' || code === 26) return 'Disconnected';
  if (doc.status === 'PAUSED' || doc.status === 'PAUSING') return 'Paused';
  if (doc.status === 'ERROR' || code === 6 || code === 8) return 'Needs you';
  // Without a code a session is just beginning, or there is none.
  if (code === null) return latest === null ? 'Needs you' : 'Working';
  if (code === 19) return 'Up to date';
  if (latest?.waitingFor != null && code === latest.status) return 'Waiting for its turn';
  if (code === 25) return 'Waiting for the app';
  if (code === 9 && doc.configurationStatus !== 'FINALIZED' && !doc.unattended) return 'Needs you';
  return sessionStatusKinds[code] === 'error' ? 'Needs you' : 'Working';
}

/** 15 to 21 belong to it too: what was read is not to be seen before 19. */
const syncing: ReadonlySet<SessionStatus> = new Set([2, 12, 13, 15, 16, 18, 21]);

/** Rolled up over all resources (states.md section 6). What was synced in an earlier generation is gone. */
async function ingestionOf(
  { stores }: RouteDeps,
  doc: ConnectionDoc,
  latest: SessionDoc | null,
): Promise<Connection['ingestion']> {
  const { _id, status, ownCode, generation, sealedSession } = doc;
  if (ownCode === 26 || status === 'DISCONNECTED') return { state: 'NOT_SYNCING', at: null };
  const sealed =
    latest?.number === sealedSession ? latest : await stores.sessions.get(sessionIdOf(_id, sealedSession));
  const synced = sealed?.status === 19 && sealed.generation === generation;
  const rolled = rollUpIngestion({
    paused: status === 'PAUSED' || status === 'PAUSING',
    inProgress:
      status === 'STARTED' &&
      latest?.closedAt === null &&
      latest.status !== null &&
      syncing.has(latest.status),
    lastSyncedAt: synced ? sealed.since.toISOString() : null,
  });
  return { state: rolled.state, at: rolled.state === 'LAST_SYNCED' ? rolled.at : null };
}

const grantView = ({ endsAt }: GrantDoc, now: Date): Connection['grant'] => ({
  endsAt: endsAt?.toISOString() ?? null,
  daysLeft: daysLeft(endsAt, now),
});

const settingView = ({
  id,
  enabled,
  historyStart,
  fields,
}: ResourceSetting): Connection['resources'][number] => ({
  id,
  enabled,
  ...(historyStart === undefined ? {} : { historyStart }),
  ...(fields === undefined
    ? {}
    : { fields: Object.fromEntries(Object.entries(fields).map(([name, list]) => [name, [...list]])) }),
});

/** A connection as the API shows it, with its latest session. */
export async function connectionView(deps: RouteDeps, doc: ConnectionDoc): Promise<Connection> {
  const [latest, grant] = await Promise.all([
    latestSession(deps, doc._id),
    deps.stores.grants.get(doc._id, doc.generation),
  ]);
  const code = codeOf(doc, latest);
  const since = code !== null && code === doc.ownCode ? doc.ownCodeSince : latest?.since;
  return {
    id: doc._id,
    company: doc.company,
    app: doc.app,
    generation: doc.generation,
    status: doc.status,
    reportedStatus: reportedStatus(doc.status),
    configurationStatus: doc.configurationStatus,
    errorReason: doc.status === 'ERROR' ? (doc.errorReason ?? null) : null,
    code,
    codeName: code === null ? null : sessionStatusNames[code],
    label: labelOf(doc, code, latest),
    since: (since ?? doc.updatedAt).toISOString(),
    ingestion: await ingestionOf(deps, doc, latest),
    deauthorizedSince: doc.ownCode === 8 ? (doc.ownCodeSince?.toISOString() ?? null) : null,
    authorized: doc.authorized,
    account: doc.account,
    pool: doc.pool,
    timeZone: doc.timeZone,
    deduplication: doc.deduplication,
    unattended: doc.unattended,
    grant: grant === null ? null : grantView(grant, deps.now()),
    parameters: { ...doc.parameters },
    driftPolicy: doc.driftPolicy,
    ...settingsView(deps, doc),
    ...failingView(doc),
    resources: doc.resources.map(settingView),
    latestSession: latest === null ? null : summaryOf(latest),
    delivered: latest === null ? null : await deliveredView(deps, latest),
    sealedSession: doc.sealedSession,
    createdAt: doc.createdAt.toISOString(),
    updatedAt: doc.updatedAt.toISOString(),
  };
}
