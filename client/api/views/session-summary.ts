import { sessionStatusKinds, sessionStatusNames } from '../../../domain/session.ts';
import type { SessionDoc } from '../../../stores/model.ts';
import type { SessionSummary } from '../schemas/sessions.ts';

/** What lists show of a session. */
export const summaryOf = (doc: SessionDoc): SessionSummary => ({
  id: doc._id,
  connectionId: doc.connectionId,
  number: doc.number,
  code: doc.status,
  name: doc.status === null ? 'Beginning' : sessionStatusNames[doc.status],
  kind: doc.status === null ? null : sessionStatusKinds[doc.status],
  reason: doc.reason,
  since: doc.since.toISOString(),
  until: doc.until?.toISOString() ?? null,
  held: doc.held,
  openedAt: doc.openedAt.toISOString(),
  closedAt: doc.closedAt?.toISOString() ?? null,
  closedBy: doc.closedBy,
});
