import type { ConnectionDoc } from '../../../stores/model.ts';
import { autoPauseOf } from '../../auto-pause.ts';
import type { RouteDeps } from '../deps.ts';
import type { Connection } from '../schemas/connections.ts';

/** The settings of a connection as they count: its own, else those of the installation. */
export const settingsView = (
  { rawBatchDays, autoPause }: RouteDeps,
  doc: ConnectionDoc,
): Pick<
  Connection,
  'schedule' | 'retentionDays' | 'substagesOff' | 'thresholds' | 'autoPause' | 'checks'
> => ({
  schedule: { ...(doc.schedule ?? { kind: 'MANUAL' }) },
  retentionDays: doc.retentionDays ?? rawBatchDays,
  substagesOff: [...(doc.substagesOff ?? [])],
  thresholds: { ...doc.thresholds },
  checks: { ...doc.checks },
  autoPause: autoPauseOf(doc, autoPause),
});

/** Whether sessions of a connection keep failing, and whether it was paused for that. */
export function failingView({
  _id,
  status,
  failing,
  autoPaused,
}: ConnectionDoc): Pick<Connection, 'failing' | 'autoPaused'> {
  return {
    failing: failing?.since ? { failures: failing.count, since: failing.since.toISOString() } : null,
    autoPaused:
      autoPaused && status === 'PAUSED'
        ? {
            at: autoPaused.at.toISOString(),
            failures: autoPaused.failures,
            since: autoPaused.since.toISOString(),
            whatToDo: `Mend the cause (GET /api/sessions/:id/why of its latest session), then POST /api/connections/${_id}/resume.`,
          }
        : null,
  };
}
