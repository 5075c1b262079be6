import { secretContext } from '../../../activities/secret-context.ts';
import type { ConnectorDefinition } from '../../../connectors/schema.ts';
import type { WebhookEvent } from '../../../connectors/webhooks/events.ts';
import type { NewInboxEntry } from '../../../stores/inbox.ts';
import type { ConnectionDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import { accountParameters } from './account.ts';

/** What became of the events of a delivery. */
export interface StoredEvents {
  /** They wait for a session. */
  readonly new: number;
  /** They were told before. */
  readonly known: number;
  /** The definition, or the connection, wants nothing of them. */
  readonly ignored: number;
}

/** So many are written at a time. */
const lanes = 20;

/**
 * Stores events of one connection, sealed, an entry each, and says that there is something to take. Only then may the
 * app be answered. Events that mean nothing are stored to be shown, and wake nobody.
 */
export async function storeEvents(
  { stores, secrets, dispatcher, now }: Pick<RouteDeps, 'stores' | 'secrets' | 'dispatcher' | 'now'>,
  connection: ConnectionDoc,
  events: readonly WebhookEvent[],
): Promise<StoredEvents> {
  const { _id: connectionId, generation, resources } = connection;
  const receivedAt = now();
  const off = new Set(resources.filter(({ enabled }) => !enabled).map(({ id }) => id));

  function entryOf({ id, type, body, meaning, ...event }: WebhookEvent): NewInboxEntry {
    const kind = meaning === 'revoked' ? 'revoked' : 'webhook';
    const _id = `${kind}/${connectionId}/${id}`;
    const unwanted = meaning !== 'revoked' && event.resource !== undefined && off.has(event.resource);
    return {
      _id,
      connectionId,
      generation,
      kind,
      event: type,
      ...event,
      meaning: unwanted ? 'ignore' : meaning,
      payload: secrets.seal(body, secretContext.inbox(_id)),
      receivedAt,
    };
  }

  const counts = { new: 0, known: 0, ignored: 0 };
  const put = async (event: WebhookEvent): Promise<void> => {
    const entry = entryOf(event);
    const stored = await stores.inbox.put(entry);
    if (stored === 'known') counts.known += 1;
    else if (entry.meaning === 'ignore') counts.ignored += 1;
    else counts.new += 1;
  };
  for (let start = 0; start < events.length; start += lanes)
    await Promise.all(events.slice(start, start + lanes).map(put));
  if (counts.new > 0) dispatcher.nudge(connectionId);
  return counts;
}

/** Whether an event is of the account that the connection was authorized for; as long as nothing is known, it is. */
export function isOfAccount(
  { account: given }: WebhookEvent,
  connection: ConnectionDoc,
  definition: ConnectorDefinition,
): boolean {
  const { account, parameters } = connection;
  if (given === undefined || account === null || account === given) return true;
  return accountParameters(definition).some((name) => parameters[name] === given);
}
