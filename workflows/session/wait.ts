import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import { sessionHeld } from '../messages.ts';
import { showDetails } from './advance.ts';
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
    const awake = () => ready() || run.held !== held || run.holdAsked.length > 0;
    if (held || deadline === undefined) await condition(awake);
    else if (deadline <= clock.now()) return false;
    else await condition(awake, deadline - clock.now());
  }
}

/** Waits while the connection is paused; ends early when there is something to do that a pause does not stop. */
export const whileHeld = (run: SessionRun): Promise<boolean> =>
  wait(run, () => !run.held || run.disconnect !== null);

/**
 * Waits until the session may work: its connection is not paused, and it is its turn. Time is not counted meanwhile.
 * Ends early when `stopped`.
 */
export async function readyToWork(run: SessionRun, stopped: () => boolean): Promise<void> {
  const awake = () => run.turnCame || run.held || run.holdAsked.length > 0 || stopped();
  for (;;) {
    await whileHeld(run);
    if (run.waitsFor === null || stopped()) return;
    showDetails(run);
    await condition(awake);
    if (stopped()) return;
    if (run.held || !run.turnCame) continue;
    run.turnCame = false;
    run.waitsFor = await run.quick.takeTurn({ sessionId: run.session.sessionId });
    if (run.waitsFor !== null) continue;
    run.round = Date.now();
    showDetails(run);
  }
}

/** Shows in the store that the session is held, or when its wait runs out after that; a change meanwhile is written too. */
async function writeHeld(run: SessionRun): Promise<void> {
  while (run.heldWritten !== run.held && run.hasBegun) {
    run.heldWritten = run.held;
    const until = run.held || run.deadline === undefined ? {} : { until: run.clock.wallTime(run.deadline) };
    const { sessionId } = run.session;
    run.waitsFor = (await run.quick.holdSession({ sessionId, held: run.held, ...until })) ?? null;
  }
  await answerHold(run);
}

/** Whoever waits here has no work running: the procedures that asked for that are told. */
export async function answerHold({ holdAsked }: SessionRun): Promise<void> {
  for (let asked = holdAsked.shift(); asked !== undefined; asked = holdAsked.shift())
    // It may have been taken over by another one, which asks for itself.
    await getExternalWorkflowHandle(asked.replyTo)
      .signal(sessionHeld, asked.number)
      .catch(() => undefined);
}
