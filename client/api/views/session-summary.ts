import { sessionStatusKinds, sessionStatusNames } from '../../../domain/session.ts';
import type { SessionDoc } from '../../../stores/model.ts';
import type { SessionSummary } from '../schemas/sessions.ts';

/** The status tells what it does; a session that waits for its turn does not do it yet. */
export function shownReason({ reason, waitingFor, quarantineLeft }: SessionDoc): SessionDoc['reason'] {
  if (waitingFor != null) return 'WAITING_FOR_SLOT';
  // Its rows were replayed or discarded since.
  return reason === 'SYNCED_WITH_QUARANTINE' && quarantineLeft === 0 ? 'SYNCED' : reason;
}

/** What lists show of a session. */
export const summaryOf = (doc: SessionDoc): SessionSummary => ({
  id: doc._id,
  connectionId: doc.connectionId,
  number: doc.number,
  code: doc.status,
  name: doc.status === null ? 'Beginning' : sessionStatusNames[doc.status],
  kind: doc.status === null ? null : sessionStatusKinds[doc.status],
  reason: shownReason(doc),
  since: doc.since.toISOString(),
  until: doc.until?.toISOString() ?? null,
  held: doc.held,
  waitingFor:
    doc.waitingFor == null
      ? null
      : {
          cap: doc.waitingFor.cap,
          name: doc.waitingFor.name,
          place: doc.waitingFor.place,
          since: doc.waitingFor.since.toISOString(),
        },
  openedAt: doc.openedAt.toISOString(),
  closedAt: doc.closedAt?.toISOString() ?? null,
  closedBy: doc.closedBy,
});
