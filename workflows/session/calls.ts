import { ApplicationFailure } from '@temporalio/workflow';
import type { CallAnswer, CallRefusal, CallRequest } from '../../domain/contracts.ts';
import {
  allowedCalls,
  type SessionCall,
  type SessionStatus,
  sessionStatusNames,
} from '../../domain/session.ts';

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
