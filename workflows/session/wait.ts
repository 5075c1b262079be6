import { condition } from '@temporalio/workflow';
import { quick } from './activities.ts';
import type { SessionRun } from './run.ts';

/**
 * Waits until `ready` or until the active deadline; true when ready. While the session is held the deadline stands
 * still; a held session still hears what comes in.
 */
export async function wait(run: SessionRun, ready: () => boolean, deadline?: number): Promise<boolean> {
  const { clock } = run;
  for (;;) {
    await writeHeld(run);
    if (ready()) return true;
    const held = run.held;
    if (held || deadline === undefined) await condition(() => ready() || run.held !== held);
    else if (deadline <= clock.now()) return false;
    else await condition(() => ready() || run.held !== held, deadline - clock.now());
  }
}

/** Waits while the connection is paused; ends early when there is something to do that a pause does not stop. */
export const whileHeld = (run: SessionRun): Promise<boolean> =>
  wait(run, () => !run.held || run.disconnect !== null);

/** Shows in the store that the session is held, or when its wait runs out after that; a change meanwhile is written too. */
async function writeHeld(run: SessionRun): Promise<void> {
  while (run.heldWritten !== run.held && run.hasBegun) {
    run.heldWritten = run.held;
    const until = run.held || run.deadline === undefined ? {} : { until: run.clock.wallTime(run.deadline) };
    await quick.holdSession({ sessionId: run.session.sessionId, held: run.held, ...until });
  }
}
