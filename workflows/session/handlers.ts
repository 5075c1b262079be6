import { CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { CallAnswer, CallRequest } from '../../domain/contracts.ts';
import { isContinuable, type SessionCall, type SessionStatus } from '../../domain/session.ts';
import * as messages from '../messages.ts';
import { type PendingCall, refusal, takes } from './calls.ts';
import type { SessionRun } from './run.ts';

/** Before the work: what the wizard's reset closes. */
const authorizing: ReadonlySet<SessionStatus> = new Set([6, 7, 9, 20]);

/**
 * Registers every handler, before anything is awaited: signals may come with the first task.
 * Handlers only record the wish; the main function acts on it and writes the status.
 */
export function listen(run: SessionRun): void {
  setHandler(messages.tell, () => {
    run.told = true;
  });
  setHandler(messages.tick, (request) => {
    run.keep(request);
    run.ticked = request.by;
  });
  setHandler(messages.hold, (asking) => run.hold(asking));
  setHandler(messages.slotsFree, () => {
    run.turnCame = true;
  });
  setHandler(messages.release, () => run.release());
  setHandler(messages.resetConfiguration, (by) => {
    if (run.status !== null && authorizing.has(run.status)) run.reset = by;
  });
  setHandler(messages.disconnect, (request) => {
    run.disconnect ??= request;
  });
  setHandler(messages.status, () => ({
    sessionId: run.hasBegun ? run.session.sessionId : null,
    code: run.status,
    reason: run.waitsFor === null ? run.reason : 'WAITING_FOR_SLOT',
    since: run.since,
    held: run.held,
    seq: run.seq,
  }));
  setHandler(messages.progress, () => ({
    loaded: [...run.finished.loaded],
    structured: [...run.finished.structured],
    substages: [...run.finished.substages],
    retries: run.retries,
  }));
  const { retry, cancel, skip, proceed } = messages;
  for (const [call, update] of Object.entries({ retry, cancel, skip, proceed }) as [
    SessionCall,
    typeof retry,
  ][]) {
    setHandler(update, (request) => record(run, call, request), {
      validator: (request) => refuseIllegal(run, call, request),
    });
  }
  // A cancel from the Temporal Web UI is a person's cancel like any other.
  CancellationScope.current().cancelRequested.catch(() => {
    run.canceled = true;
  });
}

function refuseIllegal(run: SessionRun, call: SessionCall, request: CallRequest): void {
  if (run.status === null || run.ended || !takes(run.status, run.held, { call, request }))
    throw refusal(call, run.ended ? null : run.status, run.held);
  if (call === 'skip' && request.substage !== undefined && request.substage !== run.failedSubstage)
    throw refusal(call, run.status, run.held);
}

async function record(run: SessionRun, call: SessionCall, request: CallRequest): Promise<CallAnswer> {
  const pending: PendingCall = { call, request };
  run.calls.push(pending);
  await condition(() => pending.answer !== undefined || pending.refusal !== undefined);
  if (pending.answer !== undefined) return pending.answer;
  throw pending.refusal;
}

/** Whether a tick that waits may retry what the session stands in; 7 and 20 need a person. */
export const tickMayRetry = (run: SessionRun): boolean =>
  run.ticked !== null && !run.held && run.status !== null && isContinuable(run.status);
