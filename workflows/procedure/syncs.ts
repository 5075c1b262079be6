import type { ProcedureRun } from './run.ts';

/** Has the connection's sync runs stop at a batch border; the status that was written lets no other begin. */
export async function pauseSyncs(
  { asking, ref: { connectionId }, of: { by } }: ProcedureRun,
  { untilStopped = false }: { readonly untilStopped?: boolean } = {},
): Promise<void> {
  await asking.pauseSyncs({ connectionId, reason: 'CONNECTION_PAUSED', by, untilStopped });
}

/** Goes on with the sync runs that a pause interrupted; the status must say STARTED by now. */
export async function resumeSyncs({ asking, ref, of: { by } }: ProcedureRun): Promise<void> {
  await asking.resumeSyncs({ ...ref, by });
}
