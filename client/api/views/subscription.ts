import type { EventDeliveryDoc, SubscriptionDoc } from '../../../stores/model.ts';
import type { DeliveryView, SubscriptionView } from '../schemas/subscriptions.ts';

const listed = (list: readonly string[] | null): string[] | null => (list === null ? null : [...list]);

/** A subscription as people see it: never its secrets. */
export function subscriptionView(doc: SubscriptionDoc): SubscriptionView {
  const { _id: id, url, note, enabled, disabledReason, createdBy } = doc;
  return {
    ...{ id, url, note, enabled, disabledReason, createdBy },
    events: [...doc.events],
    companies: listed(doc.companies),
    apps: listed(doc.apps),
    connections: listed(doc.connections),
    disabledAt: doc.disabledAt?.toISOString() ?? null,
    failingSince: doc.failingSince?.toISOString() ?? null,
    secrets: doc.secrets.map(({ id: secretId, createdAt, expiresAt }) => ({
      id: secretId,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
    })),
    createdAt: doc.createdAt.toISOString(),
  };
}

/** What became of an event, with its attempts. */
export const deliveryView = ({
  _id: id,
  log,
  at,
  nextAttemptAt,
  ...rest
}: EventDeliveryDoc): DeliveryView => ({
  ...{ id, ...rest },
  at: at.toISOString(),
  nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
  log: log.map((attempt) => ({ ...attempt, at: attempt.at.toISOString() })),
});
