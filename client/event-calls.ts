import type {
  AttemptMade,
  DeliveriesQuery,
  DeliveryList,
  RedeliverBody,
  Redelivered,
  RotateBody,
  SubscriptionBody,
  SubscriptionChange,
  SubscriptionList,
  SubscriptionMade,
  SubscriptionRemoved,
  SubscriptionView,
} from './api/schemas/subscriptions.ts';
import type { Ask } from './sync-calls.ts';

const subscription = (id: string) => `/api/subscriptions/${encodeURIComponent(id)}`;

/** The part of the typed client for events that others are told of. */
export function eventCallsOf({ get, post, request }: Omit<Ask, 'text'>) {
  return {
    /** `secret` of the answer is shown this once; `verifyEvent` takes it. */
    subscribe: (body: SubscriptionBody) => post<SubscriptionMade>('/api/subscriptions', body),
    listSubscriptions: () => get<SubscriptionList>('/api/subscriptions'),
    getSubscription: (id: string) => get<SubscriptionView>(subscription(id)),
    updateSubscription: (id: string, body: SubscriptionChange) =>
      post<SubscriptionView>(subscription(id), body),
    unsubscribe: (id: string) => request<SubscriptionRemoved>('DELETE', subscription(id)),
    /** `secret` of the answer is shown this once; the one before signs too for `overlapHours`. */
    rotateSubscription: (id: string, body: RotateBody = {}) =>
      post<SubscriptionMade>(`${subscription(id)}/rotate`, body),
    /** One event of the type Test, at once. */
    testSubscription: (id: string) => post<AttemptMade>(`${subscription(id)}/test`),
    /** Newest first. */
    subscriptionDeliveries: (id: string, query: DeliveriesQuery = {}) =>
      get<DeliveryList>(`${subscription(id)}/deliveries`, { ...query }),
    /** Newest first. */
    connectionDeliveries: (id: string, query: DeliveriesQuery = {}) =>
      get<DeliveryList>(`/api/connections/${encodeURIComponent(id)}/deliveries`, { ...query }),
    /** One delivery, or all that were given up since a time. */
    redeliver: (id: string, body: RedeliverBody) => post<Redelivered>(`${subscription(id)}/redeliver`, body),
  };
}
