import { ApplicationFailure } from '@temporalio/workflow';
import type { CallAnswer, CallRefusal, CallRequest } from '../../domain/contracts.ts';
import {
  allowedCalls,
  type SessionCall,
  type SessionStatus,
  sessionStatusNames,
} from '../../domain/session.ts';
import type { SessionRun } from './run.ts';

/** A call of a person that an Update handler recorded; the main function takes it and answers. */
export interface PendingCall {
  readonly call: SessionCall;
  readonly request: CallRequest;
  answer?: CallAnswer;
  refusal?: ApplicationFailure;
}

/** A refusal as the client sees it: type ILLEGAL_MOVE or CONNECTION_HELD, details CallRefusal. */
export function refusal(call: SessionCall, status: SessionStatus | null, held: boolean): ApplicationFailure {
  const allowed = status === null ? [] : allowedCalls(status, held);
  const name = status === null ? 'not begun' : `${sessionStatusNames[status]} (${status})`;
  const details: CallRefusal = { code: status, allowed };
  return ApplicationFailure.create({
    type: held ? 'CONNECTION_HELD' : 'ILLEGAL_MOVE',
    message: `${call} is not possible while the session is ${name}${held ? ' and its connection is paused' : ''}; allowed now: ${allowed.join(', ') || 'nothing'}.`,
    nonRetryable: true,
    details: [details],
  });
}

/** Whether a status takes a call. To authorize again is allowed while the connection is paused too (states.md section 1). */
export const takes = (
  status: SessionStatus,
  held: boolean,
  { call, request }: Pick<PendingCall, 'call' | 'request'>,
): boolean => allowedCalls(status, held && request.reauthorize !== true).includes(call);

/** The next call of a person that the present status still takes; the others are refused. */
export function takeCall(run: SessionRun, ...wanted: readonly SessionCall[]): PendingCall | undefined {
  const { calls } = run;
  for (let call = calls[0]; call !== undefined && run.status !== null; call = calls[0]) {
    const allowed = takes(run.status, run.held, call);
    if (allowed && !wanted.includes(call.call)) return undefined;
    calls.shift();
    if (allowed) return call;
    call.refusal = refusal(call.call, run.status, run.held);
  }
  return undefined;
}

/** Tells the caller where the call led. */
export function answer(run: SessionRun, call: PendingCall): void {
  if (run.status === null || run.reason === null) return;
  call.answer = { sessionId: run.session.sessionId, code: run.status, reason: run.reason };
}

/** Whether a person waits for one of these calls. */
export const wants = (run: SessionRun, ...wanted: readonly SessionCall[]): boolean =>
  run.calls.some(({ call }) => wanted.includes(call));

/** Refuses the calls that the status before would have taken and this one does not. */
export function refuseOvertaken(run: SessionRun, status: SessionStatus): void {
  for (const call of run.calls.splice(0)) {
    if (takes(status, run.held, call)) run.calls.push(call);
    else call.refusal = refusal(call.call, status, run.held);
  }
}
