import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { concerns } from '../../domain/outbound.ts';
import type { SubscriptionDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { createPeriodic, type Periodic } from '../periodic.ts';
import { type CollectStores, createCollector, type Standing, standingsOf } from './collect.ts';
import type { DeliverOptions } from './deliver.ts';
import { createPass } from './pass.ts';
import { createTidy } from './tidy.ts';

/** What the sender is made of. */
export interface OutboundSenderOptions
  extends Pick<DeliverOptions, 'secrets' | 'address' | 'egress'>,
    Partial<Omit<DeliverOptions, 'stores' | 'secrets' | 'address' | 'egress'>> {
  readonly stores: CollectStores & DeliverOptions['stores'] & Pick<Stores, 'outbound'>;
  readonly log: Logger;
  /** Between two rounds. @default 3000 */
  readonly intervalMs?: number;
  /** Of several processes one sends to a subscription; after its death another one may after so long. @default 60000 */
  readonly leaseMs?: number;
  /** Days that events and the log of deliveries are kept. @default 30 */
  readonly keptDays?: number;
}

/** Sends events. */
export interface OutboundSender extends Periodic {
  /** Looks at once. */
  kick(): void;
  /** Ends when nothing is under way. */
  settled(): Promise<void>;
}

/**
 * Collects the events of connections, and sends them to who subscribed: at least once, those of one connection in their
 * order. A slow receiver keeps only itself waiting.
 */
export function createOutboundSender(options: OutboundSenderOptions): OutboundSender {
  const { stores, log, intervalMs = 3_000, leaseMs = 60_000, keptDays = 30 } = options;
  const { now = () => new Date(), timeoutMs = 15_000, disableAfterDays = 5, scale = 1 } = options;
  const holder = randomUUID();
  const stopping = { aborted: false };
  const collect = createCollector(stores);
  const tidy = createTidy({ stores, keptDays, now });
  const pass = createPass({
    ...{ ...options, now, timeoutMs, disableAfterDays, scale },
    ...{ holder, leaseMs, isStopping: () => stopping.aborted },
  });
  const serving = new Map<string, Promise<void>>();

  function serve(subscription: SubscriptionDoc, standings: readonly Standing[]): void {
    const { _id } = subscription;
    if (serving.has(_id) || stopping.aborted) return;
    const wanted = standings.filter(({ connection }) =>
      concerns(subscription, { ...connection, connection: connection._id }),
    );
    const work = pass
      .send(subscription, wanted)
      .catch((error: unknown) => log.warn({ err: error, subscription: _id }, 'events wait; tried again'))
      .finally(() => serving.delete(_id));
    serving.set(_id, work);
  }

  async function work(): Promise<void> {
    const subscriptions = await stores.subscriptions.list();
    // What is there from earlier ones grows old all the same.
    if (subscriptions.length === 0) return tidy(() => standingsOf(stores), []);
    const floor = new Date(Math.min(...subscriptions.map(({ since }) => since.getTime())));
    const standings = await collect(floor);
    for (const subscription of subscriptions) if (subscription.enabled) serve(subscription, standings);
    await tidy(async () => standings, subscriptions);
  }

  const failure = 'could not look for events to send; it is tried again';
  const periodic = createPeriodic({ log, intervalMs, work, failure });
  const settled = async () => {
    while (serving.size > 0) await Promise.all(serving.values());
  };
  return {
    ...periodic,
    settled,
    start() {
      stopping.aborted = false;
      periodic.start();
    },
    async stop() {
      stopping.aborted = true;
      await periodic.stop();
      await settled();
      await pass.release();
    },
    kick() {
      if (!stopping.aborted) void periodic.round();
    },
  };
}
