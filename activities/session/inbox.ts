import type { SessionStatus } from '../../domain/session.ts';
import type { InboxDoc } from '../../stores/model.ts';
import type { ClaimInput, ClaimResult } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';

/** What a session looks for in the inbox, by its status. */
const kindsIn = (status: SessionStatus): readonly InboxDoc['kind'][] =>
  status === 6
    ? ['opened', 'callback', 'credentials', 'revoked']
    : status === 25
      ? ['webhook', 'revoked']
      : ['revoked'];

/** Takes what the inbox has for the session; asked again, it gives the same entries. */
export async function claimInbox({ stores, definition }: ActivityPorts, input: ClaimInput): Promise<ClaimResult> {
  const { sessionId, connectionId, generation, status, since, tried } = input;
  const at = new Date();
  const kinds = kindsIn(status);
  const entries = await stores.inbox.claim({ connectionId, generation, kinds, sessionId, at });
  const of = (kind: InboxDoc['kind']) => entries.filter((entry) => entry.kind === kind);

  const opened = of('opened').find((entry) => entry.receivedAt >= new Date(since));
  const answer = [...of('callback'), ...of('credentials')].find((entry) => !tried.includes(entry._id));
  const webhook = await webhookOf(of('webhook'));
  return {
    ...(opened === undefined ? {} : { openedAt: opened.receivedAt.toISOString() }),
    ...(answer === undefined ? {} : { answer: answer._id }),
    ...(webhook === undefined ? {} : { webhook }),
    revoked: status !== 6 && (await isRevoked(of('revoked'))),
    left: await stores.inbox.unclaimed(connectionId, ['webhook']),
  };

  /** A revocation of an earlier grant says nothing about this one. */
  async function isRevoked(revocations: readonly InboxDoc[]): Promise<boolean> {
    if (revocations.length === 0) return false;
    const grant = await stores.grants.get(connectionId, generation);
    return grant === null || revocations.some((entry) => entry.receivedAt >= grant.updatedAt);
  }

  async function webhookOf(hooks: readonly InboxDoc[]): Promise<ClaimResult['webhook']> {
    if (hooks.length === 0) return undefined;
    if (hooks.some((hook) => hook.event?.endsWith('.failed'))) return 'failed';
    const session = await stores.sessions.get(sessionId);
    if (session === null) return undefined;
    if (definition(session.app).webhook?.expect !== 'all') return 'arrived';
    // "all": each resource has its own webhook, whose event begins with the resource's id.
    const here = (resource: string) => hooks.some((hook) => hook.event === resource || hook.event?.startsWith(`${resource}.`));
    return session.resources.every(here) ? 'arrived' : undefined;
  }
}
