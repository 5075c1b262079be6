import { incidentOf } from '../../activities/alerts.ts';
import { secretContext } from '../../activities/secret-context.ts';
import { TributaryError } from '../../domain/errors.ts';
import { isLongFailing, nextAttempt } from '../../domain/outbound-retry.ts';
import type { SecretBox } from '../../platform/crypto.ts';
import type { Egress } from '../../platform/egress.ts';
import { deliveryId, queueId } from '../../stores/event-deliveries.ts';
import type { OutboundDoc, SubscriptionDoc, Trying } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { eventIdOf, type LinkMaker, payloadOf } from './payload.ts';
import { type Posted, postEvent } from './post.ts';
import { afterAgain, afterTurn, type Outcome } from './queue.ts';

/** What one delivery needs. */
export interface DeliverOptions {
  readonly stores: Pick<Stores, 'subscriptions' | 'eventDeliveries' | 'events' | 'alerts'>;
  readonly secrets: Pick<SecretBox, 'sign' | 'open'>;
  readonly address: LinkMaker['address'];
  readonly egress: Pick<Egress, 'fetch'>;
  readonly now: () => Date;
  readonly timeoutMs: number;
  /** Days without a success after which a subscription is disabled. */
  readonly disableAfterDays: number;
  /** Tests shorten every delay by it. */
  readonly scale: number;
}

/** The secrets of a subscription that sign now, as text. */
export const signingSecrets = (
  { secrets }: Pick<DeliverOptions, 'secrets'>,
  { _id, secrets: kept }: SubscriptionDoc,
  at: Date,
): string[] =>
  kept
    .filter(({ expiresAt }) => expiresAt === null || expiresAt > at)
    .map(({ id, secret }) => String(secrets.open(secret, secretContext.subscription(_id, id))));

/**
 * Tries one event once and writes what came of it: the log first, then how far the queue is. A crash before the second
 * write sends it again, under the same id.
 * @param tried How it was tried before; null: not yet.
 * @param isAgain Somebody asked for it again: the order does not wait for it.
 * @returns whether it arrived
 */
export async function deliverOnce(
  options: DeliverOptions,
  subscription: SubscriptionDoc,
  event: OutboundDoc,
  { tried, isAgain }: { readonly tried: Trying | null; readonly isAgain: boolean },
): Promise<boolean> {
  const { stores, secrets, address, now, scale } = options;
  const { _id: subscriptionId, url } = subscription;
  const id = deliveryId(subscriptionId, event.connectionId, event.sequence);
  const { connectionId, sequence, source, type } = event;
  const link = event.linkOf === null ? null : await stores.events.get(event.linkOf);
  const posted = await postEvent(payloadOf(event, link, { secrets, address }), {
    ...{ url, egress: options.egress, now, timeoutMs: options.timeoutMs },
    secrets: signingSecrets(options, subscription, now()),
  });
  const { askedMs, gone, ...attempt } = posted;
  const arrived = posted.error === null;
  const firstAt = tried?.firstAt ?? attempt.at;
  const at = now();
  const next = arrived
    ? null
    : nextAttempt({
        ...{ attempts: (tried?.attempts ?? 0) + 1, firstAt: firstAt.getTime(), at: at.getTime() },
        ...{ askedMs, random: Math.random(), scale },
      });
  const retryAt = next === null ? null : new Date(next);
  await stores.eventDeliveries.note(
    {
      _id: id,
      ...{ subscriptionId, connectionId, sequence, eventId: eventIdOf(source), source, type, at },
      status: arrived ? 'delivered' : retryAt === null ? 'failed' : 'waiting',
      nextAttemptAt: retryAt,
    },
    attempt,
  );
  const outcome: Outcome = { sequence, arrived, retryAt, firstAt, at };
  try {
    await stores.eventDeliveries.changeQueue(queueId(subscriptionId, connectionId), (queue) =>
      isAgain ? afterAgain(queue, outcome) : afterTurn(queue, outcome),
    );
    await noteHealth(options, subscription, posted, at);
  } catch (error) {
    if (!(error instanceof TributaryError && error.code === 'NOT_FOUND')) throw error;
    // Somebody removed the subscription meanwhile: nothing of it stays.
    await stores.eventDeliveries.remove([id]);
    return false;
  }
  return arrived;
}

/** Remembers since when nothing arrives, and disables what nobody reads any more. @throws {TributaryError} NOT_FOUND */
async function noteHealth(
  { stores, disableAfterDays }: DeliverOptions,
  { _id }: SubscriptionDoc,
  { error, gone }: Posted,
  at: Date,
): Promise<void> {
  const incident = incidentOf.subscription(_id);
  // As it is now: events of other connections were under way beside this one.
  const before = await stores.subscriptions.get(_id);
  if (error === null) {
    if (before === null || before.failingSince === null) return;
    await stores.subscriptions.change(_id, () => ({ failingSince: null }));
    if (before.enabled) await stores.alerts.settle(incident, 'Events arrive again.');
    return;
  }
  const { enabled, failingSince } = await stores.subscriptions.change(_id, (now) =>
    now.failingSince === null ? { failingSince: at } : null,
  );
  const since = failingSince ?? at;
  const reason = gone
    ? 'The receiver answered that it wants no more events (410).'
    : isLongFailing(since, at, disableAfterDays)
      ? `Nothing arrived for ${disableAfterDays} days. The last attempt: ${error}`
      : null;
  if (reason === null || !enabled) return;
  // First the alert: a crash between the two tells it again, and never disables without a word.
  await stores.alerts.raise({
    ...{ incident, cause: 'subscription', title: `Events are no longer sent to ${_id}` },
    ...{ reason, since },
    command: `tributary events show ${_id}`,
    occurrence: { id: `${_id}/${since.toISOString()}`, text: reason, at },
  });
  await stores.subscriptions.change(_id, (now) =>
    now.enabled ? { enabled: false, disabledReason: reason, disabledAt: at } : null,
  );
}
