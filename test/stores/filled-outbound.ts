import { deliveryId } from '../../stores/event-deliveries.ts';
import type { Stores } from '../../stores/open.ts';
import { at, person } from './support.ts';

/** An event of a connection, who is told of it, and a delivery that failed once. */
export async function fillOutbound(stores: Stores): Promise<void> {
  const { outbound, subscriptions, eventDeliveries } = stores;
  const { place, ...feed } = await outbound.feed('west');
  const source = 'west.1/3/RawData';
  await outbound.append(
    {
      ...{ connectionId: 'west', company: 'acme', app: 'shop', sessionId: 'west.1', source },
      ...{ type: 'RawData', code: 12, reason: null, counts: { rows: 3 }, linkOf: null, at, foundAt: at },
      after: place,
    },
    feed.last,
  );
  await subscriptions.create({
    ...{ _id: 'erp', url: 'https://erp.example/events', note: null, secrets: [], enabled: true },
    ...{ disabledReason: null, disabledAt: null, failingSince: at, since: at, wakes: 0, seq: 0 },
    ...{ events: ['RawData'], companies: null, apps: null, connections: null },
    ...{ createdBy: person, createdAt: at, updatedAt: at },
  });
  await subscriptions.lease('erp', 'process', 60_000);
  await eventDeliveries.open('erp', 'west', 1);
  await eventDeliveries.note(
    {
      ...{ _id: deliveryId('erp', 'west', 1), subscriptionId: 'erp', connectionId: 'west', sequence: 1 },
      ...{ eventId: 'evt_1', source, type: 'RawData', status: 'waiting', nextAttemptAt: at, at },
    },
    { at, durationMs: 12, status: 500, excerpt: 'no', error: 'The receiver answered 500.' },
  );
}
