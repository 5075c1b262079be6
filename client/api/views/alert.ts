import type { AlertDoc } from '../../../stores/model.ts';
import { deliveryOf, nextFor } from '../../alerts/delivery.ts';
import type { AlertView } from '../schemas/alerts.ts';

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** An incident as people see it, with how far each channel is. */
export function alertView(doc: AlertDoc, channels: readonly string[]): AlertView {
  const { incident, number, cause, status, title, reason, resolution, occurrences, link, command } = doc;
  const { acknowledged } = doc;
  return {
    ...{ incident, number, cause, status, title, reason, resolution, occurrences, link, command },
    since: doc.since.toISOString(),
    openedAt: doc.openedAt.toISOString(),
    resolvedAt: iso(doc.resolvedAt),
    lines: doc.lines.map(({ id, text, at }) => ({ id, text, at: at.toISOString() })),
    acknowledged: acknowledged === null ? null : { by: acknowledged.by, at: acknowledged.at.toISOString() },
    delivery: channels.map((channel) => {
      const one = deliveryOf(doc, channel);
      return {
        channel,
        told: one.told.message !== null,
        // Nobody is told any more of what everybody was told.
        waiting: !doc.done && nextFor(doc, one) !== null,
        attempts: one.attempts,
        nextAttemptAt: iso(one.nextAttemptAt),
        lastError: one.lastError?.text ?? null,
      };
    }),
  };
}
