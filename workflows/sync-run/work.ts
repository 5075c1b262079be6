import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { SyncRunState } from './state.ts';

/** How a long activity ended. */
export type WorkEnd<T> =
  | { readonly kind: 'done'; readonly result: T }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly reason: string; readonly detail: string };

/** Runs a long activity, which a cancel or a pause stops at a batch border. */
export async function work<T>(state: SyncRunState, run: () => Promise<T>): Promise<WorkEnd<T>> {
  if (state.stops) return { kind: 'stopped' };
  const scope = new CancellationScope({ cancellable: true });
  state.stop = () => scope.cancel();
  try {
    return { kind: 'done', result: await scope.run(run) };
  } catch (error) {
    if (isCancellation(error)) return { kind: 'stopped' };
    const cause = error instanceof ActivityFailure ? error.cause : error;
    // An attempt that failed just when it was to stop is not tried again.
    if (state.stops && cause instanceof ApplicationFailure && cause.nonRetryable !== true)
      return { kind: 'stopped' };
    if (cause instanceof TimeoutFailure)
      return { kind: 'failed', reason: 'STUCK', detail: 'It did not finish in its time.' };
    if (!(cause instanceof ApplicationFailure)) throw error;
    return { kind: 'failed', reason: cause.type ?? 'UNKNOWN_ERROR', detail: cause.message.slice(0, 1000) };
  } finally {
    state.stop = null;
  }
}
