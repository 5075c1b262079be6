import type { Actor } from '../../domain/contracts.ts';
import type { ConnectionChange } from '../../stores/connections.ts';
import type { ConnectionDoc, ProcedureDoc } from '../../stores/model.ts';

/** Who pauses a connection that keeps failing. */
export const autoPauseActor: Actor = { kind: 'system', id: 'auto-pause' };

/**
 * What the end of a procedure means for the count of failures: a pause by itself keeps why, and whoever starts the
 * connection again gives it a new chance.
 */
export function failingAt(
  { status, failing }: ConnectionDoc,
  { by }: Pick<ProcedureDoc, 'by'>,
  to: ConnectionDoc['status'],
  at: Date,
): ConnectionChange {
  if (to === 'STARTED' && status !== 'STARTED') return afterStart(failing);
  const mine = by.kind === autoPauseActor.kind && by.id === autoPauseActor.id;
  if (to !== 'PAUSED' || !mine || !failing?.since) return {};
  return { autoPaused: { at, failures: failing.count, since: failing.since } };
}

const afterStart = (failing: ConnectionDoc['failing']): ConnectionChange => ({
  autoPaused: null,
  ...(failing ? { failing: { ...failing, count: 0, since: null } } : {}),
});
