import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
} from '@temporalio/workflow';
import type { SessionInput, SessionOutcome, SessionStart, StartRefusal } from '../../domain/contracts.ts';
import { sessionStatusNames } from '../../domain/session.ts';
import { sessionEnded } from '../messages.ts';
import { refusal } from './calls.ts';
import { claim } from './claim.ts';
import type { SessionRun } from './run.ts';
import { answerHold } from './wait.ts';

/** Answers whoever still waits. */
export async function settled(run: SessionRun): Promise<void> {
  for (const call of run.calls.splice(0)) call.refusal = refusal(call.call, null, false);
  await condition(allHandlersFinished);
}

/** A signal may tell of an entry that was taken before it came: only what is really left starts another session. */
async function lookIntoInbox(run: SessionRun): Promise<void> {
  while (run.told && run.hasBegun) await claim(run);
}

/** Ends the run; what came in meanwhile becomes the next session. */
export async function finish(run: SessionRun, refused: StartRefusal | null): Promise<SessionOutcome> {
  const sessionId = run.hasBegun ? run.session.sessionId : null;
  const asking = run.disconnect?.replyTo;
  if (asking !== undefined) await tellEnded(asking, sessionId);
  await answerHold(run);
  await lookIntoInbox(run);
  const next = whatIsLeft(run);
  if (next !== null) {
    const { connectionId, durations } = run.input;
    const since = run.handsOver ? run.errorSinceWall() : null;
    return continueAsNew<(input: SessionInput) => Promise<SessionOutcome>>({
      connectionId,
      durations,
      start: next,
      ...(since === null ? {} : { errorSinceMs: since }),
      ...(run.scopes.size === 0 ? {} : { waiting: [...run.scopes.values()] }),
      ...(next.kind === 'told' || !hasMail(run) ? {} : { told: true }),
    });
  }
  if (run.closedBy !== null && run.status !== null) {
    const reset = run.reason === 'CONFIGURATION_RESET';
    const type = run.closedBy === 'canceled' && !reset ? 'CANCELED' : (run.reason ?? 'WINDOW_OVER');
    const why = run.closedBy === 'canceled' ? 'closed by a person' : 'the decision window is over';
    throw ApplicationFailure.nonRetryable(`${sessionStatusNames[run.status]} (${run.status}): ${why}.`, type);
  }
  return { sessionId, code: run.status, reason: refused ?? run.reason ?? 'NOTHING_TO_DO' };
}

/** The asking workflow may have been taken over by another; then nobody waits for this. */
async function tellEnded(workflowId: string, sessionId: string | null): Promise<void> {
  await getExternalWorkflowHandle(workflowId)
    .signal(sessionEnded, sessionId)
    .catch(() => undefined);
}

function whatIsLeft(run: SessionRun): SessionStart | null {
  const by = { kind: 'system', id: 'session' } as const;
  if (run.handsOver) return { kind: 'resume', by, sessionId: run.session.sessionId };
  if (run.disconnect !== null || run.status === 8) return null;
  // Another session would first continue this one, which nobody decided about: it ends as failed and waits for them.
  if (run.closedBy === 'window') return null;
  const [next] = run.scopes;
  if (next !== undefined) {
    const [key, request] = next;
    run.scopes.delete(key);
    return { kind: 'load', ...request };
  }
  return hasMail(run) ? { kind: 'told', by } : null;
}

const hasMail = (run: SessionRun): boolean => run.told || run.left > 0;
