import { isFinalStatus, type SessionStatus } from '../../domain/session.ts';
import type { InboxEntry, InboxOwner } from '../../stores/inbox.ts';
import type { InboxDoc } from '../../stores/model.ts';
import type { ClaimInput, ClaimResult } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';

/** What a session looks for in the inbox, by its status. */
const kindsIn = (status: SessionStatus): readonly InboxDoc['kind'][] =>
  status === 6
    ? ['opened', 'callback', 'credentials', 'revoked']
    : status === 25
      ? ['webhook', 'revoked']
      : isFinalStatus(status)
        ? []
        : ['revoked'];

/** Takes what the inbox has for the session; asked again, it gives the same entries. */
export async function claimInbox(ports: ActivityPorts, input: ClaimInput): Promise<ClaimResult> {
  const { stores } = ports;
  const { sessionId, connectionId, generation, status, since, tried } = input;
  const at = new Date();
  const kinds = kindsIn(status);
  const entries = await stores.inbox.claim({ connectionId, generation, kinds, sessionId, at });
  const of = (kind: InboxDoc['kind']) => entries.filter((entry) => entry.kind === kind);

  const opened = of('opened').find((entry) => entry.receivedAt >= new Date(since));
  if (opened !== undefined) {
    const until = new Date(opened.receivedAt.getTime() + input.authorizationMs);
    await stores.sessions.setUntil(sessionId, until);
  }
  const answer = [...of('callback'), ...of('credentials')].find((entry) => !tried.includes(entry._id));
  const hooks = of('webhook').filter((entry) => !tried.includes(entry._id));
  const failed = hooks.filter(({ meaning }) => meaning === 'failed');
  const webhook = await heard(ports, sessionId, hooks);
  return {
    ...(opened === undefined ? {} : { openedAt: opened.receivedAt.toISOString() }),
    ...(answer === undefined ? {} : { answer: answer._id }),
    ...(webhook === undefined ? {} : { webhook }),
    ...(failed.length === 0 ? {} : { handled: failed.map(({ _id }) => _id) }),
    revoked: status !== 6 && (await isRevoked(ports, input, of('revoked'))),
    left: await stores.inbox.unclaimed(connectionId, ['webhook', 'revoked'], generation),
  };
}

/** A revocation of an earlier grant says nothing about this one, even when it arrives late. */
export async function isRevoked(
  { stores }: Pick<ActivityPorts, 'stores'>,
  { connectionId, generation }: InboxOwner,
  revocations: readonly InboxEntry[],
): Promise<boolean> {
  if (revocations.length === 0) return false;
  const grant = await stores.grants.get(connectionId, generation);
  return grant === null || revocations.some((entry) => happened(entry) >= grant.updatedAt);
}

/** By the app's clock, but never after we heard of it. */
const happened = ({ occurredAt, receivedAt }: InboxEntry): Date =>
  occurredAt !== undefined && occurredAt < receivedAt ? occurredAt : receivedAt;

/** What the hooks say together: the wait is over, the aggregator could not, or there is more to come. */
async function heard(
  { stores, definition }: ActivityPorts,
  sessionId: string,
  hooks: readonly InboxEntry[],
): Promise<ClaimResult['webhook']> {
  if (hooks.length === 0) return undefined;
  const loads = hooks.filter(({ meaning = 'load' }) => meaning === 'load');
  const failed = hooks.filter(({ meaning }) => meaning === 'failed');
  if (failed.some((failure) => !isOver(failure, loads))) return 'failed';
  const session = loads.length === 0 ? null : await stores.sessions.get(sessionId);
  if (session === null) return undefined;
  if (definition(session.app).webhooks?.expect !== 'all') return 'arrived';
  // One that names no resource speaks of them all.
  const spokenOf = (id: string) => loads.some(({ resource = id }) => resource === id);
  return session.resources.every(spokenOf) ? 'arrived' : undefined;
}

/** Whether data of the same resource became ready after the failure; whichever of the two arrived first. */
const isOver = (failure: InboxEntry, loads: readonly InboxEntry[]): boolean =>
  failure.occurredAt !== undefined &&
  loads.some(
    ({ resource, occurredAt }) =>
      (resource === undefined || failure.resource === undefined || resource === failure.resource) &&
      occurredAt !== undefined &&
      occurredAt > (failure.occurredAt ?? occurredAt),
  );
