import { ApplicationFailure, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Actor, StatusStep } from '../../domain/contracts.ts';
import { explain, type ReasonCode } from '../../domain/reasons.ts';
import {
  isErrorStatus,
  type SessionEvent,
  type SessionStatus,
  sessionMachine,
  sessionStatusNames,
} from '../../domain/session.ts';
import { searchAttributes } from '../messages.ts';
import { refuseOvertaken } from './calls.ts';
import type { SessionRun } from './run.ts';

/** One move of the session: an event of the table with the reason that is shown. */
export interface SessionMove {
  readonly event: SessionEvent;
  readonly reason: ReasonCode;
  readonly by?: Actor;
  readonly note?: string;
}

export interface MoveOptions {
  /** The error's own words, at most 1 KB. */
  readonly detail?: string;
  readonly failedResources?: readonly string[];
  /** Make the session's changes visible with this write. */
  readonly seal?: boolean;
}

export const system: Actor = { kind: 'system', id: 'session' };

/**
 * Moves the session along its table and writes it down: the only writer of statuses, called by the main function
 * alone. Moves that follow at once share one write.
 * @throws ApplicationFailure ILLEGAL_MOVE when the table has no such move: a bug, never a person's fault.
 */
export async function advance(
  run: SessionRun,
  moves: readonly SessionMove[],
  { detail, failedResources, seal }: MoveOptions = {},
): Promise<void> {
  const steps = stepsOf(run, moves);
  const last = steps.at(-1);
  if (last === undefined) return;
  if (isErrorStatus(last.to)) run.errorSince ??= run.clock.now();
  run.deadline = deadlineIn(run, last.to);
  // Known here before it is written: whoever reads the new status in the store may already make its calls.
  run.seq = last.seq;
  run.status = last.to;
  run.reason = last.reason;
  run.since = last.at;
  refuseOvertaken(run, last.to);
  run.waitsFor = null;
  show(run, last, detail);
  const waitsFor = await run.quick.writeStatus({
    ...run.ref,
    steps,
    webhookPending: run.webhookPending,
    ...(detail === undefined ? {} : { detail }),
    ...(failedResources === undefined ? {} : { failedResources }),
    ...(seal === true ? { seal } : {}),
    ...(run.deadline === undefined ? {} : { until: run.clock.wallTime(run.deadline) }),
  });
  // Histories of before there were slots say nothing of them.
  run.waitsFor = waitsFor ?? null;
}

function stepsOf(run: SessionRun, moves: readonly SessionMove[]): StatusStep[] {
  const at = new Date(Date.now()).toISOString();
  const { aggregator, deduplicates } = run.session;
  const facts = { aggregator, deduplicates, webhookPending: run.webhookPending };
  const steps: StatusStep[] = [];
  let from = run.status;
  for (const { event, reason, by = system, note } of moves) {
    const move = sessionMachine.advance(from, event, facts);
    if (!move.ok) throw ApplicationFailure.nonRetryable(`No ${event} in status ${from}.`, 'ILLEGAL_MOVE');
    const seq = run.seq + steps.length + 1;
    steps.push({ seq, from, to: move.to, event, reason, by, at, ...(note === undefined ? {} : { note }) });
    from = move.to;
  }
  return steps;
}

/** Active time at which the wait in a status ends by itself. */
function deadlineIn(run: SessionRun, status: SessionStatus): number | undefined {
  const { linkValidMs, webhookWaitMs } = run.input.durations;
  if (isErrorStatus(status)) return run.windowEnd();
  if (status === 6) return run.clock.now() + linkValidMs;
  return status === 25 ? run.clock.now() + webhookWaitMs : undefined;
}

/** What the Temporal Web UI shows of it. */
function show(run: SessionRun, { to: status }: StatusStep, cause: string | undefined): void {
  upsertSearchAttributes([
    { key: searchAttributes.sessionStatus, value: sessionStatusNames[status] },
    { key: searchAttributes.sessionCode, value: status },
  ]);
  showDetails(run, cause);
}

/** The sentence that the Temporal Web UI shows: which status, why, and what it waits for. */
export function showDetails(run: SessionRun, cause?: string): void {
  const { status, since, waitsFor } = run;
  if (status === null || run.reason === null) return;
  const statusName = sessionStatusNames[status];
  const { sessionId, connectionId, app } = run.session;
  const sentence = explain({
    status,
    statusName,
    reason: waitsFor === null ? run.reason : 'WAITING_FOR_SLOT',
    since: since ?? '',
    until: run.deadline === undefined ? undefined : run.clock.wallTime(run.deadline),
    facts: {
      ...{ sessionId, connectionId, app, held: run.held },
      ...(waitsFor === null ? {} : { waitsFor }),
      ...(cause === undefined ? {} : { cause }),
    },
  });
  setCurrentDetails(`### ${statusName} (${status})\n\n${sentence}\n\nSession \`${sessionId}\``);
}
