import { draftId } from '../../activities/lifecycle/draft.ts';
import { secretContext } from '../../activities/secret-context.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import type { CredentialsBody } from './schemas/connections.ts';

/** Puts the credentials of a procedure away, sealed. No session is told of them, and none takes them. */
export async function putDraft(
  { stores, secrets, now }: RouteDeps,
  { _id: connectionId, generation }: ConnectionDoc,
  number: number,
  credentials: CredentialsBody,
): Promise<void> {
  const _id = draftId({ connectionId, number });
  const payload = secrets.seal(credentials, secretContext.inbox(_id));
  const entry = { _id, connectionId, generation, payload, receivedAt: now() };
  await stores.inbox.put({ ...entry, kind: 'draft', meaning: 'ignore' });
}
