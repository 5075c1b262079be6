import type { Actor } from '../../domain/contracts.ts';
import { advance, system } from './advance.ts';
import { answer, takeCall } from './calls.ts';
import type { SessionRun } from './run.ts';

/** Does what a person asked for instead of the work: disconnect first, then reset, then cancel. */
export async function stopAsAsked(run: SessionRun): Promise<void> {
  if (run.disconnect !== null)
    return advance(run, [{ event: 'disconnect', reason: 'DISCONNECTED', by: run.disconnect.by }]);
  if (run.reset !== null) {
    const by = run.reset;
    run.reset = null;
    await advance(run, [{ event: 'resetConfiguration', reason: 'CONFIGURATION_RESET', by }]);
    // There is nothing to decide: the wizard begins anew.
    if (run.status === 20) await close(run, 'canceled');
    return;
  }
  const call = takeCall(run, 'cancel');
  if (call === undefined && !run.canceled) return;
  const by: Actor = call?.request.by ?? (run.canceled ? { kind: 'person', id: 'temporal' } : system);
  const note = call?.request.note;
  await advance(run, [{ event: 'cancel', reason: 'CANCELED', by, ...(note === undefined ? {} : { note }) }]);
  if (call !== undefined) answer(run, call);
}

/** Ends the session in its error status. */
export async function close(run: SessionRun, closedBy: 'window' | 'canceled'): Promise<void> {
  await run.quick.closeSession({ ...run.ref, closedBy });
  run.closedBy = closedBy;
}
