import { parseSessionId, type StatusStep } from '../../domain/contracts.ts';
import type { SessionStatus } from '../../domain/session.ts';
import type { ConnectionChange } from '../../stores/connections.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { ActivityPorts } from '../ports.ts';

/** A person's authorization that fails (7, 20) is no failure of the work. */
const failures: ReadonlySet<SessionStatus> = new Set([11, 14, 17, 22, 23]);
const success: SessionStatus = 19;

type Step = Pick<StatusStep, 'seq' | 'to' | 'event' | 'at'>;

/** Counts what a connection's sessions come to: each entry of an error status, until one reaches 19. */
export async function countFailures(
  { stores }: ActivityPorts,
  {
    connectionId,
    sessionId,
    generation,
    steps,
  }: {
    readonly connectionId: string;
    readonly sessionId: string;
    readonly generation: number;
    readonly steps: readonly Step[];
  },
): Promise<void> {
  const session = parseSessionId(sessionId)?.number;
  // Who cancels decides: the work did not fail.
  const counted = steps.filter(({ to, event }) => to === success || (failures.has(to) && event !== 'cancel'));
  if (session === undefined || counted.length === 0) return;
  await stores.connections.change(connectionId, (connection) =>
    connection.generation === generation ? failingAfter(connection, session, counted) : null,
  );
}

/** The same step again, and one that comes late, changes nothing: steps have an order. */
function failingAfter(
  { failing: before }: ConnectionDoc,
  session: number,
  steps: readonly Step[],
): ConnectionChange | null {
  let failing = before ?? null;
  for (const { seq, to, at } of steps) {
    const last = failing ?? { session: 0, seq: 0 };
    if (session < last.session || (session === last.session && seq <= last.seq)) continue;
    if (to !== success)
      failing = {
        count: (failing?.count ?? 0) + 1,
        since: failing?.since ?? new Date(at),
        session,
        seq,
      };
    else if (failing !== null && failing.count > 0) failing = { count: 0, since: null, session, seq };
  }
  return failing === (before ?? null) ? null : { failing };
}
