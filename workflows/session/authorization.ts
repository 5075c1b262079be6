import type { ReasonCode } from '../../domain/reasons.ts';
import { quick } from './activities.ts';
import { refusal } from './calls.ts';
import { stopAsAsked } from './interruptions.ts';
import type { SessionMove, SessionRun } from './run.ts';

/** 6: waits for what a person does at the app. The inbox is read first, only then the session sleeps. */
export async function awaitAuthorization(run: SessionRun): Promise<void> {
  const { authorizationMs, linkValidMs } = run.input.durations;
  let deadline = run.deadline ?? run.clock.now() + linkValidMs;
  let opened = false;
  for (;;) {
    const found = await run.claim();
    if (found.answer !== undefined) return answered(run, found.answer);
    if (found.openedAt !== undefined && !opened) {
      opened = true;
      deadline = run.clock.now() + Math.max(0, authorizationMs - (Date.now() - Date.parse(found.openedAt)));
      run.deadline = deadline;
    }
    const inTime = await run.wait(() => run.told || wantsStop(run), deadline);
    if (wantsStop(run)) return stopAsAsked(run);
    if (!inTime) {
      const reason: ReasonCode = opened ? 'AUTHORIZATION_TIMED_OUT' : 'LINK_EXPIRED';
      return run.advance([{ event: 'authorizationTimedOut', reason }]);
    }
  }
}

const wantsStop = (run: SessionRun) =>
  run.disconnect !== null || run.reset !== null || run.canceled || run.wants('cancel');

async function answered(run: SessionRun, entryId: string): Promise<void> {
  run.tried.push(entryId);
  const result = await quick.authorizeConnection({ ...run.ref, entryId });
  if (result.ok) {
    run.progressed();
    const goesOn = result.finalizes && !run.held && !wantsStop(run);
    const reason = result.finalizes ? 'AUTHORIZED' : 'WAITING_FOR_FINALIZATION';
    return run.advance([{ event: 'authorized', reason }, ...(goesOn ? [finalized(run)] : [])]);
  }
  return run.advance([{ event: 'authorizationFailed', reason: result.reason }], { detail: result.detail });
}

/** 9: goes on at once when the connection is finalized; while it is being configured there is no timer. */
export async function awaitFinalization(run: SessionRun): Promise<void> {
  for (;;) {
    const found = await run.claim();
    if (found.revoked) return run.advance([{ event: 'grantRevoked', reason: 'GRANT_REVOKED' }]);
    const confirmed = await quick.confirmAuthorized(run.ref);
    if (confirmed.finalized) await run.whileHeld();
    if (confirmed.finalized && run.disconnect === null && run.reset === null) {
      const asked = run.takeCall('proceed');
      await run.advance([finalized(run)]);
      return asked === undefined ? undefined : run.answer(asked);
    }
    await run.wait(
      () => run.told || run.wants('proceed') || run.disconnect !== null || run.reset !== null || run.canceled,
    );
    if (run.disconnect !== null || run.reset !== null) return stopAsAsked(run);
    if (run.wants('proceed')) {
      const { finalized } = await quick.confirmAuthorized({ ...run.ref, finalize: true });
      const refused = finalized ? undefined : run.takeCall('proceed');
      if (refused !== undefined) refused.refusal = refusal('proceed', run.status, run.held);
    }
    // There is nothing to cancel while nothing runs.
    run.canceled = false;
  }
}

function finalized(run: SessionRun): SessionMove {
  run.webhookPending = run.session.aggregator;
  return { event: 'finalized', reason: run.session.aggregator ? 'WAITING_FOR_WEBHOOK' : 'LOADING' };
}
