import { isFinalStatus, type SessionStatus } from '../../domain/session.ts';
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
export async function claimInbox(
  { stores, definition }: ActivityPorts,
  input: ClaimInput,
): Promise<ClaimResult> {
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
  const failed = hooks.filter((hook) => hook.event?.endsWith('.failed'));
  const webhook = failed.length > 0 ? 'failed' : (await arrived(hooks)) ? 'arrived' : undefined;
  return {
    ...(opened === undefined ? {} : { openedAt: opened.receivedAt.toISOString() }),
    ...(answer === undefined ? {} : { answer: answer._id }),
    ...(webhook === undefined ? {} : { webhook }),
    ...(failed.length === 0 ? {} : { handled: failed.map(({ _id }) => _id) }),
    revoked: status !== 6 && (await isRevoked(of('revoked'))),
    left: await stores.inbox.unclaimed(connectionId, ['webhook'], generation),
  };

  /** A revocation of an earlier grant says nothing about this one. */
  async function isRevoked(revocations: readonly InboxDoc[]): Promise<boolean> {
    if (revocations.length === 0) return false;
    const grant = await stores.grants.get(connectionId, generation);
    return grant === null || revocations.some((entry) => entry.receivedAt >= grant.updatedAt);
  }

  /** "first": any webhook; "all": each resource has its own, whose event begins with the resource's id. */
  async function arrived(hooks: readonly InboxDoc[]): Promise<boolean> {
    const session = hooks.length === 0 ? null : await stores.sessions.get(sessionId);
    if (session === null) return false;
    if (definition(session.app).webhooks?.expect !== 'all') return true;
    const here = (resource: string) =>
      hooks.some(({ event }) => event === resource || event?.startsWith(`${resource}.`));
    return session.resources.every(here);
  }
}
