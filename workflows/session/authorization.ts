import type { AuthorizationResult } from '../../activities/contracts.ts';
import type { ReasonCode } from '../../domain/reasons.ts';
import { authorizing } from './activities.ts';
import { advance, type SessionMove } from './advance.ts';
import { answer, refusal, takeCall, wants } from './calls.ts';
import { claim } from './claim.ts';
import { authorizationFailure } from './failure.ts';
import { stopAsAsked } from './interruptions.ts';
import type { SessionRun } from './run.ts';
import { wait, whileHeld } from './wait.ts';

/** 6: waits for what a person does at the app. The inbox is read first, only then the session sleeps. */
export async function awaitAuthorization(run: SessionRun): Promise<void> {
  const { authorizationMs, linkValidMs } = run.input.durations;
  let deadline = run.deadline ?? run.clock.now() + linkValidMs;
  let opened = false;
  for (;;) {
    const found = await claim(run);
    if (found.answer !== undefined) return answered(run, found.answer);
    if (found.openedAt !== undefined && !opened) {
      opened = true;
      deadline = run.clock.now() + Math.max(0, authorizationMs - (Date.now() - Date.parse(found.openedAt)));
      run.deadline = deadline;
    }
    const inTime = await wait(run, () => run.told || wantsStop(run), deadline);
    if (wantsStop(run)) return stopAsAsked(run);
    if (!inTime) {
      const reason: ReasonCode = opened ? 'AUTHORIZATION_TIMED_OUT' : 'LINK_EXPIRED';
      return advance(run, [{ event: 'authorizationTimedOut', reason }]);
    }
  }
}

const wantsStop = (run: SessionRun) =>
  run.disconnect !== null || run.reset !== null || run.canceled || wants(run, 'cancel');

async function answered(run: SessionRun, entryId: string): Promise<void> {
  run.tried.push(entryId);
  const result = await tryAnswer(run, entryId);
  if (result.ok) {
    run.progressed();
    const goesOn = result.finalizes && !run.held && !wantsStop(run);
    const reason = result.finalizes ? 'AUTHORIZED' : 'WAITING_FOR_FINALIZATION';
    return advance(run, [{ event: 'authorized', reason }, ...(goesOn ? [finalized(run)] : [])]);
  }
  return advance(run, [{ event: 'authorizationFailed', reason: result.reason }], { detail: result.detail });
}

/** An app with a disturbance is asked again for as long as a person would have had to answer. */
async function tryAnswer(run: SessionRun, entryId: string): Promise<AuthorizationResult> {
  const { authorizeConnection } = authorizing(run.input.durations.authorizationMs);
  try {
    return await authorizeConnection({ ...run.ref, entryId });
  } catch (error) {
    return { ok: false, ...authorizationFailure(error) };
  }
}

/** 9: goes on at once when the connection is finalized; while it is being configured there is no timer. */
export async function awaitFinalization(run: SessionRun): Promise<void> {
  for (;;) {
    const found = await claim(run);
    if (found.revoked) return advance(run, [{ event: 'grantRevoked', reason: 'GRANT_REVOKED' }]);
    const confirmed = await run.quick.confirmAuthorized(run.ref);
    if (confirmed.resources !== undefined) run.coverNow(confirmed.resources);
    if (confirmed.finalized) await whileHeld(run);
    if (confirmed.finalized && run.disconnect === null && run.reset === null) {
      const asked = takeCall(run, 'proceed');
      await advance(run, [finalized(run)]);
      return asked === undefined ? undefined : answer(run, asked);
    }
    await wait(
      run,
      () =>
        run.told || wants(run, 'proceed') || run.disconnect !== null || run.reset !== null || run.canceled,
    );
    if (run.disconnect !== null || run.reset !== null) return stopAsAsked(run);
    if (wants(run, 'proceed')) {
      const { finalized } = await run.quick.confirmAuthorized({ ...run.ref, finalize: true });
      const refused = finalized ? undefined : takeCall(run, 'proceed');
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
