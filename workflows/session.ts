import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  workflowInfo,
} from '@temporalio/workflow';
import type { SessionInput, SessionOutcome, SessionStart, StartRefusal } from '../domain/contracts.ts';
import { isErrorStatus, type SessionStatus, sessionStatusNames } from '../domain/session.ts';
import { sessionEnded } from './messages.ts';
import { beginSession } from './session/activities.ts';
import { awaitAuthorization, awaitFinalization } from './session/authorization.ts';
import { refusal } from './session/calls.ts';
import { decide, retry } from './session/decision.ts';
import { listen } from './session/handlers.ts';
import { awaitWebhook, load } from './session/loading.ts';
import { createSessionRun, type SessionRun } from './session/run.ts';
import { deduplicate, process, publish, structure } from './session/stages.ts';

type Open = Exclude<SessionStatus, 8 | 19 | 26>;

/** The story of a session (document 000): what it does in each status until it is in a final one. */
const story: Readonly<Record<Open, (run: SessionRun) => Promise<void>>> = {
  6: awaitAuthorization,
  7: decide,
  20: decide,
  9: awaitFinalization,
  25: awaitWebhook,
  2: load,
  11: decide,
  23: decide,
  12: (run) => run.advance([{ event: 'structure', reason: 'STRUCTURING' }]),
  13: structure,
  14: decide,
  15: (run) => run.advance([{ event: 'process', reason: 'PROCESSING' }]),
  16: process,
  17: decide,
  18: (run) => publish(run),
  21: deduplicate,
  22: decide,
};

/**
 * One data-sharing session of a connection, from authorization to Synced. Workflow id `session/<connectionId>`:
 * the engine itself allows one open session a connection.
 * @returns where it ended, or why it did not begin.
 * @throws ApplicationFailure with the reason code as its type when the session closes in an error status.
 */
export async function session(input: SessionInput): Promise<SessionOutcome> {
  const run = createSessionRun(input);
  listen(run);
  return CancellationScope.nonCancellable(async () => {
    const refused = await begin(run);
    do {
      while (refused === null && !run.ended) await story[run.status as Open](run);
      await settled(run);
    } while (refused === null && !run.ended);
    return finish(run, refused);
  });
}

/** Opens a new session or finds the place of the one to continue. */
async function begin(run: SessionRun): Promise<StartRefusal | null> {
  const { connectionId, start } = run.input;
  // What the inbox has by now is taken by a session that opens; one that goes on leaves it to the next.
  const told = run.told || start.kind === 'told';
  run.told = false;
  const begun = await beginSession({ connectionId, start, runId: workflowInfo().runId });
  if ('refused' in begun) {
    run.told ||= told && start.kind !== 'told';
    return begun.refused;
  }
  run.begin(begun);
  if (begun.status !== null) {
    run.told ||= told;
    if (start.kind === 'load' && !run.covers(start)) run.keep(start);
  }
  if (run.status === null && start.kind === 'authorize') {
    await run.advance([{ event: 'authorize', reason: 'WAITING_FOR_CONSENT', by: start.by }]);
  } else if (run.status === null) {
    const reason = begun.aggregator ? 'WAITING_FOR_WEBHOOK' : 'LOADING';
    await run.advance([{ event: 'load', reason, by: start.by }]);
  } else if (isErrorStatus(run.status)) {
    await retry(run, start.by);
  }
  return null;
}

/** Answers whoever still waits. */
async function settled(run: SessionRun): Promise<void> {
  for (const call of run.calls.splice(0)) call.refusal = refusal(call.call, null, false);
  await condition(allHandlersFinished);
}

/** Ends the run; what came in meanwhile becomes the next session. */
async function finish(run: SessionRun, refused: StartRefusal | null): Promise<SessionOutcome> {
  const sessionId = run.hasBegun ? run.session.sessionId : null;
  const asking = run.disconnect?.replyTo;
  if (asking !== undefined) await tellEnded(asking, sessionId);
  const next = whatIsLeft(run);
  if (next !== null) {
    const { connectionId, durations } = run.input;
    const since = run.handsOver ? run.errorSinceWall() : null;
    return continueAsNew<typeof session>({
      connectionId,
      durations,
      start: next,
      ...(since === null ? {} : { errorSinceMs: since }),
      ...(run.scopes.size === 0 ? {} : { waiting: [...run.scopes.values()] }),
      ...(next.kind === 'told' || !hasMail(run) ? {} : { told: true }),
    });
  }
  if (run.closedBy !== null && run.status !== null) {
    const type = run.closedBy === 'canceled' ? 'CANCELED' : (run.reason ?? 'WINDOW_OVER');
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
