import { type AlertTold, type Incident, nextMessage, toldOf } from '../../domain/alerts.ts';
import { isDone } from '../../stores/alerts.ts';
import type { AlertDelivery, AlertDoc } from '../../stores/model.ts';
import type { ChannelFailure } from './channel.ts';

const nothingTold: AlertTold = { message: null, lines: 0, acknowledged: false, resolved: false };

const untouched = (number: number): AlertDelivery => ({
  ...{ number, told: nothingTold, sent: 0 },
  ...{ attempts: 0, nextAttemptAt: null, lastError: null, sending: null },
});

/**
 * How far a channel is with the incident as it is now. Where the channel was told of the end already and the incident
 * came back before all channels were, it is a new message there.
 */
export function deliveryOf(doc: AlertDoc, channel: string): AlertDelivery {
  const known = doc.delivery[channel];
  if (known === undefined || known.number !== doc.number) return untouched(doc.number);
  const { told } = known;
  return told.resolved && doc.status !== 'resolved'
    ? { ...known, told: { ...nothingTold, lines: told.lines } }
    : known;
}

/** The incident as one channel knows it. */
export const asToldTo = (doc: AlertDoc, { told }: AlertDelivery): Incident => ({ ...doc, told });

/** What the channel is to be told next; a message that was about to be sent first. */
export const nextFor = (doc: AlertDoc, delivery: AlertDelivery) =>
  delivery.sending?.message ?? nextMessage(asToldTo(doc, delivery));

/** The change by which a channel's state is kept, with what all channels together were told. */
export function withDelivery(
  doc: AlertDoc,
  channels: readonly string[],
  changed: Readonly<Record<string, AlertDelivery>>,
): Pick<AlertDoc, 'delivery' | 'told' | 'done'> {
  const delivery = { ...doc.delivery, ...changed };
  const all = channels.map((name) => deliveryOf({ ...doc, delivery }, name).told);
  const told: AlertTold = {
    message: all.every(({ message }) => message !== null) ? (all[0]?.message ?? null) : null,
    lines: Math.min(...all.map(({ lines }) => lines)),
    acknowledged: all.every(({ acknowledged }) => acknowledged),
    resolved: all.every(({ resolved }) => resolved),
  };
  return { delivery, told, done: isDone({ ...doc, told }) };
}

/** After the message that was about to be sent arrived. */
export function afterSent(doc: AlertDoc, delivery: AlertDelivery, id: string): AlertDelivery {
  const { sending, sent, number } = delivery;
  if (sending === null) return delivery;
  const { told } = toldOf(asToldTo(doc, delivery), sending.message, id);
  return { ...untouched(number), told, sent: sent + 1 };
}

/** When to try again. */
export interface Delays {
  /** After the first failure without an answer; doubled with each. */
  readonly retryMs: number;
  /** Where a person has to mend something, and the most that is waited otherwise. */
  readonly refusedMs: number;
}

/**
 * After a failed attempt to send, or to search for what was sent. What may have arrived stays marked, and is looked for
 * before it is sent again.
 */
export function afterFailure(
  delivery: AlertDelivery,
  failure: ChannelFailure & { readonly searched: boolean },
  at: Date,
  { retryMs, refusedMs }: Delays,
): AlertDelivery {
  const attempts = delivery.attempts + 1;
  const backOffMs = Math.min(refusedMs, retryMs * 2 ** Math.min(attempts - 1, 20));
  const waits = { wait: 'waitMs' in failure ? failure.waitMs : 0, refused: refusedMs, unsure: backOffMs };
  return {
    ...delivery,
    attempts,
    nextAttemptAt: new Date(at.getTime() + waits[failure.outcome]),
    lastError: { text: failure.text, at, of: failure.outcome === 'refused' ? failure.of : 'channel' },
    sending: failure.searched || failure.outcome === 'unsure' ? delivery.sending : null,
  };
}
