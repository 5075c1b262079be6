import type { Actor } from '../../domain/contracts.ts';
import { type SessionRun, system } from './run.ts';

/** Does what a person asked for instead of the work: disconnect first, then reset, then cancel. */
export async function stopAsAsked(run: SessionRun): Promise<void> {
  if (run.disconnect !== null)
    return run.advance([{ event: 'disconnect', reason: 'DISCONNECTED', by: run.disconnect.by }]);
  if (run.reset !== null) {
    const by = run.reset;
    run.reset = null;
    return run.advance([{ event: 'resetConfiguration', reason: 'CONFIGURATION_RESET', by }]);
  }
  const call = run.takeCall('cancel');
  if (call === undefined && !run.canceled) return;
  const by: Actor = call?.request.by ?? (run.canceled ? { kind: 'person', id: 'temporal' } : system);
  const note = call?.request.note;
  await run.advance([{ event: 'cancel', reason: 'CANCELED', by, ...(note === undefined ? {} : { note }) }]);
  if (call !== undefined) run.answer(call);
}
