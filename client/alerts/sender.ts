import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { resolvedIfStill } from '../../domain/alerts.ts';
import type { AlertDelivery, AlertDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { createPeriodic, type Periodic } from '../periodic.ts';
import type { AlertChannel } from './channel.ts';
import { afterFailure, afterSent, type Delays, deliveryOf, nextFor, withDelivery } from './delivery.ts';

const dayMs = 86_400_000;

/** What the sender is made of. */
export interface AlertSenderOptions {
  readonly stores: Pick<Stores, 'alerts'>;
  /** At least one. */
  readonly channels: readonly AlertChannel[];
  readonly log: Logger;
  /** An incident that seems to be over is resolved once it has stayed so for so long. @default 300000 */
  readonly holdDownMs?: number;
  /** Between two rounds. @default 5000 */
  readonly intervalMs?: number;
  /** Of several processes one sends; after its death another one may for the first time after so long. @default 60000 */
  readonly leaseMs?: number;
  /** Where an incident can be looked at that names no place itself. */
  readonly link?: (incident: AlertDoc) => string | null;
  /** @default 5 s, doubled to 5 min; 5 min where a person has to mend something */
  readonly delays?: Delays;
  /** Days that incidents that are over are kept. @default 90 */
  readonly keptDays?: number;
  readonly now?: () => Date;
}

/** Tells incidents. */
export interface AlertSender extends Periodic {
  /** Looks at once. @param incident To be tried although its channel waits, as a test is. */
  kick(incident?: string): void;
  /** The names of the channels. */
  readonly channels: readonly string[];
}

/**
 * Sends what the outbox has to tell: in order, one message after the other in each channel. Before a message is sent it
 * is marked; one whose fate is not known is looked for first, so that a crash at any place leaves exactly one.
 */
export function createAlertSender(options: AlertSenderOptions): AlertSender {
  const { stores, channels, log, holdDownMs = 300_000, intervalMs = 5_000, leaseMs = 60_000 } = options;
  const { delays = { retryMs: 5_000, refusedMs: 300_000 }, keptDays = 90, now = () => new Date() } = options;
  const { link = () => null } = options;
  const { alerts } = stores;
  const names = channels.map(({ name }) => name);
  const holder = randomUUID();
  const urgent = new Set<string>();
  const lastSent = new Map<string, number>();
  const lastOk = new Map<string, number>();
  let stopping = new AbortController();
  let running: Promise<void> | undefined;
  let again = false;
  let tidiedAt = 0;
  let leasedUntil = 0;
  let leasing: Promise<boolean> | undefined;

  /** Whether this process is the one that sends; its channels ask together, and not for each message. */
  function maySend(): Promise<boolean> {
    const at = Date.now();
    if (leasedUntil - at > leaseMs / 2) return Promise.resolve(true);
    leasing ??= alerts
      .lease(holder, leaseMs)
      .then((mine) => {
        leasedUntil = mine ? at + leaseMs : 0;
        return mine;
      })
      .finally(() => {
        leasing = undefined;
      });
    return leasing;
  }

  /** Ends what has settled, and keeps in step what all channels were told when their number has changed. */
  async function keepInStep(doc: AlertDoc, at: Date): Promise<void> {
    const next = (known: AlertDoc) => {
      const calm = resolvedIfStill(known, at, known.cause === 'test' ? 0 : holdDownMs);
      const { status, resolvedAt } = calm;
      const { told, done } = withDelivery({ ...known, status, resolvedAt }, names, {});
      const same = JSON.stringify(told) === JSON.stringify(known.told) && done === known.done;
      return status === known.status && same ? null : { status, resolvedAt, told, done };
    };
    if (next(doc) !== null) await alerts.change(doc._id, next);
  }

  /** @returns whether it arrived */
  async function tell(channel: AlertChannel, id: string): Promise<boolean> {
    const at = now();
    let isNew = false;
    const doc = await alerts.change(id, (known) => {
      const delivery = deliveryOf(known, channel.name);
      const message = nextFor(known, delivery);
      isNew = delivery.sending === null;
      if (!isNew || message === null) return null;
      const sending = { part: delivery.sent, message, at };
      return { delivery: { ...known.delivery, [channel.name]: { ...delivery, sending } } };
    });
    const { sending, told } = deliveryOf(doc, channel.name);
    if (sending === null) return true;
    const { part, message } = sending;
    const incident = { ...doc, link: doc.link ?? link(doc) };
    const post = { incident, message, part, thread: told.message, since: sending.at };
    const found = isNew ? null : await channel.find(post);
    // Looking may have taken longer than the lease.
    if (found !== null && !(await maySend())) return false;
    const change = (next: (known: AlertDoc, delivery: AlertDelivery) => AlertDelivery) =>
      alerts.change(id, (known) => {
        const delivery = next(known, known.delivery[channel.name] ?? deliveryOf(known, channel.name));
        return withDelivery(known, names, { [channel.name]: delivery });
      });
    const absent = found?.outcome === 'absent';
    if (absent && message.kind === 'resolved' && doc.status !== 'resolved') {
      // It came back before its end was said.
      await change((_, delivery) => ({ ...delivery, sending: null }));
      return true;
    }
    const outcome = found === null || absent ? await channel.send(post) : found;
    lastSent.set(channel.name, Date.now());
    if (outcome.outcome === 'sent' || outcome.outcome === 'found') {
      await change((known, delivery) => afterSent(known, delivery, outcome.id));
      return true;
    }
    const searched = found !== null && !absent;
    await change((_, delivery) => afterFailure(delivery, { ...outcome, searched }, at, delays));
    const fields = { channel: channel.name, incident: id, outcome: outcome.outcome };
    log.warn(fields, `an alert waits: ${outcome.text}`);
    return false;
  }

  /** The next incident that a channel may be told something of. */
  function choose(docs: readonly AlertDoc[], channel: string): AlertDoc | undefined {
    const at = now();
    const okSince = lastOk.get(channel) ?? 0;
    const waiting = docs.filter((doc) => {
      const { nextAttemptAt, lastError } = deliveryOf(doc, channel);
      // What failed for the channel's sake is tried as soon as something went through.
      const mended = lastError?.of === 'channel' && lastError.at.getTime() < okSince;
      return nextAttemptAt !== null && nextAttemptAt > at && !mended;
    });
    const shut = waiting.some((doc) => deliveryOf(doc, channel).lastError?.of === 'channel');
    const due = docs.filter((doc) => nextFor(doc, deliveryOf(doc, channel)) !== null);
    return (
      due.find(({ _id }) => urgent.has(`${channel} ${_id}`)) ??
      (shut ? undefined : due.find((doc) => !waiting.includes(doc)))
    );
  }

  async function serve(channel: AlertChannel): Promise<void> {
    const { name, paceMs } = channel;
    const { signal } = stopping;
    for (;;) {
      const doc = choose(await alerts.open(), name);
      if (doc === undefined || signal.aborted) return;
      const leftMs = (lastSent.get(name) ?? 0) + paceMs - Date.now();
      if (leftMs > 0) await sleep(leftMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || !(await maySend())) return;
      urgent.delete(`${name} ${doc._id}`);
      // After a failure the next round sees what is to be tried.
      if (!(await tell(channel, doc._id))) return;
      lastOk.set(name, now().getTime());
    }
  }

  async function pass(): Promise<void> {
    const at = now();
    const known = await alerts.open();
    for (const doc of known) await keepInStep(doc, at);
    const left = known.length === 0 ? [] : await alerts.open();
    const due = channels.filter(({ name }) => choose(left, name) !== undefined);
    if (due.length > 0 && (await maySend())) {
      const served = await Promise.allSettled(due.map(serve));
      const fault = served.find((one) => one.status === 'rejected');
      if (fault !== undefined) throw fault.reason;
    }
    if (at.getTime() - tidiedAt < dayMs / 24) return;
    tidiedAt = at.getTime();
    await alerts.expire(new Date(at.getTime() - keptDays * dayMs));
  }

  function work(): Promise<void> {
    again = running !== undefined;
    running ??= (async () => {
      do {
        again = false;
        await pass();
      } while (again && !stopping.signal.aborted);
    })().finally(() => {
      running = undefined;
    });
    return running;
  }

  const failure = 'could not look at the alerts; it is tried again';
  const periodic = createPeriodic({ log, intervalMs, work, failure });
  return {
    ...periodic,
    channels: names,
    start() {
      stopping = new AbortController();
      periodic.start();
    },
    async stop() {
      stopping.abort();
      await periodic.stop();
      await running?.catch(() => undefined);
      leasedUntil = 0;
      await alerts.release(holder).catch(() => undefined);
    },
    kick(incident) {
      if (incident !== undefined) for (const name of names) urgent.add(`${name} ${incident}`);
      if (!stopping.signal.aborted) void periodic.round();
    },
  };
}
