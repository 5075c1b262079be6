import type { StatusStep } from '../domain/contracts.ts';
import { explain } from '../domain/reasons.ts';
import { sessionStatusKinds, sessionStatusNames } from '../domain/session.ts';
import type { ConnectionDoc, SyncDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';

/** What raising needs. */
export interface AlertPorts {
  readonly stores: Pick<Stores, 'alerts'>;
}

/** Names of incidents: their root causes. */
export const incidentOf = {
  session: (connectionId: string): string => `session/${connectionId}`,
  grant: (connectionId: string): string => `grant/${connectionId}`,
  connection: (connectionId: string): string => `connection/${connectionId}`,
  sync: (syncId: string): string => `sync/${syncId}`,
  limit: (destinationId: string): string => `limit/${destinationId}`,
  subscription: (subscriptionId: string): string => `subscription/${subscriptionId}`,
} as const;

/** Who cancels or resets knows it. */
const wanted: readonly string[] = ['cancel', 'resetConfiguration'];

/** Alerts of the error statuses that a session enters. The same steps again are the same occurrences. */
export async function alertSessionErrors(
  { stores }: AlertPorts,
  {
    connectionId,
    sessionId,
    steps,
    failedResources,
    detail,
  }: {
    readonly connectionId: string;
    readonly sessionId: string;
    readonly steps: readonly StatusStep[];
    readonly failedResources?: readonly string[] | undefined;
    readonly detail?: string | null | undefined;
  },
): Promise<void> {
  for (const { seq, to, event, reason, at } of steps) {
    if (sessionStatusKinds[to] !== 'error' || wanted.includes(event)) continue;
    const statusName = sessionStatusNames[to];
    const facts = {
      sessionId,
      connectionId,
      resources: failedResources ?? [],
      ...(detail ? { cause: detail } : {}),
    };
    await stores.alerts.raise({
      ...{ incident: incidentOf.session(connectionId), cause: 'session' },
      title: `Session of ${connectionId} failed`,
      reason: explain({ status: to, statusName, reason, since: at, facts }),
      since: new Date(at),
      command: `tributary why ${sessionId}`,
      occurrence: {
        id: `${sessionId}/${seq}`,
        text: `${sessionId}: ${statusName} (${to}), ${reason}${detail ? `: ${detail}` : ''}`,
        at: new Date(at),
      },
    });
  }
}

/** The app takes our access no longer, or will not soon. `id` is that of the event that says so too. */
export async function alertGrant(
  { stores }: AlertPorts,
  { _id: connectionId, company, app }: ConnectionDoc,
  { id, at, endsAt }: { readonly id: string; readonly at: Date; readonly endsAt: Date | null },
): Promise<void> {
  const reason =
    endsAt === null
      ? `${app} no longer lets us read the data of ${company}: the access was revoked. Nothing is loaded until it is authorized again.`
      : `The access to ${app} of ${company} ends on ${endsAt.toISOString().slice(0, 10)}. Nothing is loaded after that unless it is authorized again.`;
  await stores.alerts.raise({
    ...{ incident: incidentOf.grant(connectionId), cause: 'grant' },
    title: `${connectionId} has to be authorized again`,
    ...{ reason, since: at },
    command: `tributary connection status ${connectionId}`,
    occurrence: { id, text: reason, at },
  });
}

/** A connection stands still by itself: it is in ERROR, or was paused because its sessions kept failing. */
export async function alertConnection(
  { stores }: AlertPorts,
  { _id: connectionId }: Pick<ConnectionDoc, '_id'>,
  {
    id,
    at,
    reason,
    what,
  }: { readonly id: string; readonly at: Date; readonly reason: string; readonly what: string },
): Promise<void> {
  await stores.alerts.raise({
    ...{ incident: incidentOf.connection(connectionId), cause: 'connection' },
    title: `Connection ${connectionId} ${what}`,
    ...{ reason, since: at },
    command: `tributary connection status ${connectionId}`,
    occurrence: { id, text: reason, at },
  });
}

const limits: readonly (string | null)[] = ['DESTINATION_RATE_LIMITED', 'DESTINATION_QUOTA'];

/** Whether it failed for a limit of its destination: a root cause of all that deliver there. */
export const isLimit = (reason: string | null): boolean => limits.includes(reason);

/** What the channel is told of a destination at its limit. */
export const limitTitle = (destinationId: string): string =>
  `Destination ${destinationId} takes no more for now`;

/** A sync is disabled or failed for long. Those that fail for a limit of one destination are one incident. */
export async function alertSync(
  { stores }: AlertPorts,
  { _id, destinationId, status, statusReason, statusSince }: SyncDoc,
  { id, at }: { readonly id: string; readonly at: Date },
): Promise<void> {
  const since = statusSince.toISOString().slice(0, 10);
  const why = statusReason === null ? '' : ` (${statusReason})`;
  const text = `Sync ${_id} is ${status} since ${since}${why}: nothing is delivered.`;
  const limited = status === 'failed' && isLimit(statusReason);
  await stores.alerts.raise({
    ...(limited
      ? { incident: incidentOf.limit(destinationId), cause: 'limit' as const }
      : { incident: incidentOf.sync(_id), cause: 'sync' as const }),
    title: limited ? limitTitle(destinationId) : `Sync ${_id} is ${status}`,
    ...{ reason: text, since: statusSince },
    command: status === 'disabled' ? `tributary sync enable ${_id}` : `tributary sync rejected ${_id}`,
    occurrence: { id, text, at },
  });
}
