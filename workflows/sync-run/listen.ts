import { ApplicationFailure, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { SyncCancel, SyncCanceled } from '../../domain/sync-contracts.ts';
import { cancelSyncRun, destinationSlot, pauseSyncRun, syncAgain } from '../messages.ts';
import type { SyncRunState } from './state.ts';

/** Handlers record the wish; the main function acts on it. */
export function listen(state: SyncRunState): void {
  setHandler(syncAgain, (start) => {
    if (start.id !== state.input.start.id) state.again = start;
  });
  setHandler(pauseSyncRun, (request) => {
    state.pause = request;
    // Whoever asked before is served by the run that goes on after the pause.
    state.again = null;
    state.stop?.();
  });
  setHandler(destinationSlot, () => {
    state.slot = true;
  });
  setHandler(
    cancelSyncRun,
    async (request: SyncCancel): Promise<SyncCanceled> => {
      const before = state.canceled;
      state.cancel = request;
      state.stop?.();
      await condition(() => state.canceled !== before || state.over);
      const { canceled } = state;
      if (canceled === null || canceled === before) throw ended();
      return canceled;
    },
    {
      validator: (_request: SyncCancel) => {
        if (state.over) throw ended();
      },
    },
  );
  // Canceled from outside the API, for instance in the Temporal Web UI.
  void CancellationScope.current()
    .cancelRequested.catch(() => undefined)
    .then(() => {
      state.cancel ??= { by: { kind: 'person', id: 'engine' } };
      state.stop?.();
    });
}

const ended = (): ApplicationFailure => ApplicationFailure.nonRetryable('The run has ended.', 'ILLEGAL_MOVE');
