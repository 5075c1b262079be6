import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { wants } from './calls.ts';
import type { SessionRun } from './run.ts';
import { readyToWork, whileHeld } from './wait.ts';

/** How a piece of work ended: `interrupted` means that a person asked for something else. */
export type WorkEnd<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'tooLong' };

export interface WorkOptions {
  /** All in all, pauses not counted, in milliseconds. */
  readonly budgetMs: number;
  /** `timer`: a workflow timer ends it. `activity`: the activities' own time-out does, for which they get what is left. */
  readonly endedBy: 'timer' | 'activity';
}

/**
 * Runs activities so that they can be stopped at a batch border: by a pause (started anew afterwards with the
 * rest of their time), by a person's cancel or disconnect, or by the time budget.
 */
export async function work<T>(
  run: SessionRun,
  { budgetMs, endedBy }: WorkOptions,
  task: (leftMs: number) => Promise<T>,
): Promise<WorkEnd<T>> {
  const stopped = () => run.disconnect !== null || run.canceled || wants(run, 'cancel');
  let usedMs = 0;
  for (;;) {
    await readyToWork(run, stopped);
    if (stopped()) return { kind: 'interrupted' };
    const startedAt = Date.now();
    const scope = new CancellationScope();
    let end: WorkEnd<T> | undefined;
    const running = scope
      .run(() => task(budgetMs - usedMs))
      .then(
        (value) => {
          end = { kind: 'done', value };
        },
        (error: unknown) => {
          end = { kind: 'failed', error };
        },
      );
    const settledOrStopped = () => end !== undefined || run.held || stopped();
    if (endedBy === 'timer') await condition(settledOrStopped, budgetMs - usedMs);
    else await condition(settledOrStopped);
    if (end === undefined) scope.cancel();
    await running;
    usedMs += Date.now() - startedAt;
    const outcome = end as WorkEnd<T> | undefined;
    if (outcome === undefined) continue;
    if (outcome.kind !== 'failed' || !isCancellation(outcome.error)) return outcome;
    if (stopped()) return { kind: 'interrupted' };
    if (endedBy === 'timer' && usedMs >= budgetMs) return { kind: 'tooLong' };
    // Started anew after a pause: what passed meanwhile is no lack of progress.
    await whileHeld(run);
    run.round = Date.now();
  }
}

/**
 * Runs `each` over items, at most `lanes` at once. Waits for all before it fails, so that no activity is left running.
 */
export async function inLanes<T>(
  lanes: number,
  items: readonly T[],
  each: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await each(item);
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(lanes, items.length) }, lane));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
