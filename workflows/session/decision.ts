import type { Actor } from '../../domain/contracts.ts';
import type { ReasonCode } from '../../domain/reasons.ts';
import { advance } from './advance.ts';
import { answer, type PendingCall, refusal, takeCall, wants } from './calls.ts';
import { claim } from './claim.ts';
import { tickMayRetry } from './handlers.ts';
import { close, stopAsAsked } from './interruptions.ts';
import type { SessionRun } from './run.ts';
import { wait } from './wait.ts';

/** After so many retries a new run takes over, so that no history grows without end. */
const retriesInOneRun = 20;

/** What 6 waits for. */
export const reasonToAuthorize = (run: SessionRun): ReasonCode =>
  run.session.takesCredentials ? 'WAITING_FOR_CREDENTIALS' : 'WAITING_FOR_CONSENT';

/** What the status is shown with that a retry leads back to. */
function reasonAfterRetry(run: SessionRun): ReasonCode {
  switch (run.status) {
    case 7:
    case 20:
      return reasonToAuthorize(run);
    case 14:
      return 'STRUCTURING';
    case 17:
      return 'PROCESSING';
    case 22:
      return 'DEDUPLICATING';
    default:
      return run.webhookPending ? 'WAITING_FOR_WEBHOOK' : 'LOADING';
  }
}

/**
 * An error status: the session stays open for the decision window and waits for a person's retry, cancel, skip or
 * disconnect, or for a tick. Nobody came: it closes and can be continued later in a new run.
 */
export async function decide(run: SessionRun): Promise<void> {
  const somethingToDo = () =>
    run.disconnect !== null ||
    run.reset !== null ||
    run.canceled ||
    (run.told && mayBeRevoked(run)) ||
    hookCame(run) ||
    tickMayRetry(run) ||
    wants(run, 'retry', 'cancel', 'skip');
  const inTime = await wait(run, somethingToDo, run.windowEnd());
  if (run.disconnect !== null) return stopAsAsked(run);
  if (!inTime) return close(run, 'window');
  // The wizard begins anew: nothing of 7 or 20 is left to decide.
  if (run.reset !== null) return close(run, 'canceled');

  const call = takeCall(run, 'retry', 'cancel', 'skip');
  if (call?.call === 'retry') return retry(run, call.request.by, call);
  if (call?.call === 'skip') return skip(run, call);
  if (call?.call === 'cancel' || run.canceled) {
    await close(run, 'canceled');
    if (call !== undefined) answer(run, call);
    return;
  }
  if (run.told && mayBeRevoked(run)) {
    const found = await claim(run);
    if (found.revoked) return advance(run, [{ event: 'grantRevoked', reason: 'GRANT_REVOKED' }]);
  }
  if (hookCame(run)) return retry(run, { kind: 'app', id: 'webhook' });
  if (run.ticked !== null && tickMayRetry(run)) {
    // What this session does not cover runs next.
    for (const [key, scope] of run.scopes) if (run.covers(scope)) run.scopes.delete(key);
    return retry(run, run.ticked);
  }
}

/** The webhook came after all: the session goes on as if it had come in time. A person's cancel stays. */
const hookCame = (run: SessionRun) =>
  run.status === 23 && run.reason === 'WEBHOOK_TIMED_OUT' && run.webhookPending && run.left > 0 && !run.held;

const mayBeRevoked = (run: SessionRun) => run.status === 11 || run.status === 23;

/** Back to the failed stage; what is finished is not repeated. */
export async function retry(run: SessionRun, by: Actor, call?: PendingCall): Promise<void> {
  const reason = reasonAfterRetry(run);
  const note = call?.request.note;
  run.retries += 1;
  run.ticked = null;
  run.round = Date.now();
  await advance(run, [{ event: 'retry', reason, by, ...(note === undefined ? {} : { note }) }]);
  if (call !== undefined) answer(run, call);
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
  await run.quick.skipSubstage({ ...run.ref, substage, by: by.id, ...(note === undefined ? {} : { note }) });
  run.finished.substages.add(substage);
  await advance(run, [{ event: 'skip', reason: 'PROCESSING', by, note: note ?? `${substage} skipped` }]);
  answer(run, call);
}
