import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../../domain/contracts.ts';
import type { AlertDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { deliveryOf } from './delivery.ts';
import type { AlertSender } from './sender.ts';

/** What a test needs. */
export interface TestAlertPorts {
  readonly stores: Pick<Stores, 'alerts'>;
  readonly alerts: Pick<AlertSender, 'kick' | 'channels'>;
  readonly now: () => Date;
  /** How long the channels may take. @default 12000 */
  readonly alertTestMs?: number;
}

const where: Readonly<Record<string, string>> = {
  slack: 'Slack',
  webhook: 'The webhook',
  log: 'The log of the API (no channel is set: see docs/alerts.md)',
};

/** Raises and settles an incident that means nothing, and waits for what becomes of its first message. */
export async function sendTestAlert(
  { stores, alerts, now, alertTestMs = 12_000 }: TestAlertPorts,
  by: Actor,
) {
  const at = now();
  const incident = `test/${randomUUID().slice(0, 8)}`;
  const text = `${by.id} tries whether alerts arrive. Nobody has to do anything.`;
  await stores.alerts.raise({
    ...{ incident, cause: 'test', title: 'Test alert', reason: text, since: at },
    occurrence: { id: incident, text, at },
  });
  await stores.alerts.settle(incident, 'It was a test.');
  alerts.kick(incident);
  const until = Date.now() + alertTestMs;
  let doc = await stores.alerts.get(incident);
  const isOpen = (known: AlertDoc | null): boolean =>
    known !== null && alerts.channels.some((name) => !isSettled(known, name));
  while (isOpen(doc) && Date.now() < until) {
    await sleep(100);
    doc = await stores.alerts.get(incident);
  }
  const channels = alerts.channels.map((channel) => {
    const name = where[channel] ?? channel;
    const delivery = doc === null ? undefined : deliveryOf(doc, channel);
    if (delivery !== undefined && delivery.told.message !== null)
      return { channel, delivered: true, sentence: `${name} took the message.` };
    const why =
      delivery?.lastError?.text ?? 'It was not tried yet: another API process may be busy with alerts.';
    return { channel, delivered: false, sentence: `${name} did not take the message. ${why}` };
  });
  return {
    incident,
    delivered: channels.length > 0 && channels.every(({ delivered }) => delivered),
    channels,
  };
}

/** Whether a channel took its first message, or said why it does not. */
function isSettled(doc: AlertDoc, channel: string): boolean {
  const { told, lastError } = deliveryOf(doc, channel);
  return told.message !== null || lastError !== null;
}
