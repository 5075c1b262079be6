import type { Actor } from '../../domain/contracts.ts';
import type { ReasonCode } from '../../domain/reasons.ts';
import type { SessionStatus } from '../../domain/session.ts';
import { quick } from './activities.ts';
import { type PendingCall, refusal } from './calls.ts';
import { tickMayRetry } from './handlers.ts';
import { stopAsAsked } from './interruptions.ts';
import type { SessionRun } from './run.ts';

/** After so many retries a new run takes over, so that no history grows without end. */
const retriesInOneRun = 20;

/** What a working status is shown with when a retry leads back to it. */
const reasonAfterRetry: Partial<Record<SessionStatus, ReasonCode>> = {
  7: 'WAITING_FOR_CONSENT',
  20: 'WAITING_FOR_CONSENT',
  11: 'LOADING',
  23: 'LOADING',
  14: 'STRUCTURING',
  17: 'PROCESSING',
  22: 'DEDUPLICATING',
};

/**
 * An error status: the session stays open for the decision window and waits for a person's retry, cancel, skip or
 * disconnect, or for a tick. Nobody came: it closes and can be continued later in a new run.
 */
export async function decide(run: SessionRun): Promise<void> {
  const somethingToDo = () =>
    run.disconnect !== null ||
    run.canceled ||
    (run.told && mayBeRevoked(run)) ||
    tickMayRetry(run) ||
    run.wants('retry', 'cancel', 'skip');
  const inTime = await run.wait(somethingToDo, run.windowEnd());
  if (run.disconnect !== null) return stopAsAsked(run);
  if (!inTime) return close(run, 'window');

  const call = run.takeCall('retry', 'cancel', 'skip');
  if (call?.call === 'retry') return retry(run, call.request.by, call);
  if (call?.call === 'skip') return skip(run, call);
  if (call?.call === 'cancel' || run.canceled) {
    await close(run, 'canceled');
    if (call !== undefined) run.answer(call);
    return;
  }
  if (run.told && mayBeRevoked(run)) {
    const found = await run.claim();
    if (found.revoked) return run.advance([{ event: 'grantRevoked', reason: 'GRANT_REVOKED' }]);
    return;
  }
  if (run.ticked !== null && tickMayRetry(run)) {
    // What this session does not cover runs next.
    for (const [key, scope] of run.scopes) if (run.covers(scope)) run.scopes.delete(key);
    return retry(run, run.ticked);
  }
}

const mayBeRevoked = (run: SessionRun) => run.status === 11 || run.status === 23;

/** Back to the failed stage; what is finished is not repeated. */
export async function retry(run: SessionRun, by: Actor, call?: PendingCall): Promise<void> {
  const status = run.status ?? 11;
  const reason =
    run.webhookPending && (status === 11 || status === 23) ? 'WAITING_FOR_WEBHOOK' : reasonAfterRetry[status];
  const note = call?.request.note;
  run.retries += 1;
  run.ticked = null;
  run.round = Date.now();
  await run.advance([
    { event: 'retry', reason: reason ?? 'LOADING', by, ...(note === undefined ? {} : { note }) },
  ]);
  if (call !== undefined) run.answer(call);
  if (run.retries >= retriesInOneRun) run.handOver = true;
}

/** 17: a person decides to do without the failed substage; who and why stay with it. */
async function skip(run: SessionRun, call: PendingCall): Promise<void> {
  const substage = run.failedSubstage;
  if (substage === null) {
    call.refusal = refusal('skip', run.status, run.held);
    return;
  }
  const { by, note } = call.request;
  await quick.skipSubstage({ ...run.ref, substage, by: by.id, ...(note === undefined ? {} : { note }) });
  run.finished.substages.add(substage);
  await run.advance([{ event: 'skip', reason: 'PROCESSING', by, note: note ?? `${substage} skipped` }]);
  run.answer(call);
}

async function close(run: SessionRun, closedBy: 'window' | 'canceled'): Promise<void> {
  await quick.closeSession({ ...run.ref, closedBy });
  run.closedBy = closedBy;
}
