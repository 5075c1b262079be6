import type { Collection } from 'mongodb';
import type { StatusStep } from '../domain/contracts.ts';
import { TributaryError } from '../domain/errors.ts';
import { sessionMachine } from '../domain/session.ts';
import { changeWhere, getOne, insertSame, notThere } from './commands.ts';
import type { SessionDoc, TimelineDoc } from './model.ts';

/** One or several transitions that are written as one. */
export interface StatusWrite {
  readonly sessionId: string;
  /** In order, without gaps; the first one follows the status that is stored. */
  readonly steps: readonly StatusStep[];
  readonly detail: string | null;
  readonly failedResources: readonly string[];
  /** Left as it is when not given. */
  readonly webhookPending?: boolean;
  readonly until: Date | null;
  /** What the session waits for before it works in the new status. */
  readonly waitingFor?: SessionDoc['waitingFor'];
}

/** Status writes by the rule of design.md section 5. */
export function createStatusWriter(sessions: Collection<SessionDoc>, timeline: Collection<TimelineDoc>) {
  return {
    /**
     * Writes the timeline entries, then the status by compare-and-set on (_id, seq). The same call again is success;
     * one that comes after a later write has no effect.
     * @returns the session as it is after the write
     * @throws {TributaryError} ILLEGAL_MOVE if the table does not allow a step; STORE_CONFLICT if another writer
     * took one of these numbers; NOT_FOUND
     */
    async writeStatus(write: StatusWrite): Promise<SessionDoc> {
      const { sessionId, steps, detail, failedResources, webhookPending, until, waitingFor } = write;
      const [first, last] = [steps[0], steps.at(-1)];
      if (first === undefined || last === undefined)
        throw new TributaryError('INVALID_INPUT', 'No step was given.');
      checkSteps(steps);
      const before = await getOne(sessions, sessionId);
      if (before === null) throw notThere('session', sessionId);
      if (before.seq < first.seq - 1) throw conflict(sessionId, first.seq, before.seq);
      if (before.seq === first.seq - 1 && before.status !== first.from)
        throw illegal(first, `but session "${sessionId}" is in ${before.status}`);
      for (const step of steps) await insertSame(timeline, timelineEntry(before, step));

      const change: Partial<SessionDoc> = {
        status: last.to,
        reason: last.reason,
        since: new Date(last.at),
        seq: last.seq,
        detail,
        failedResources,
        until,
        ...(webhookPending === undefined ? {} : { webhookPending }),
        ...(waitingFor == null && before.waitingFor == null ? {} : { waitingFor: waitingFor ?? null }),
      };
      if (await changeWhere(sessions, sessionId, 'seq', first.seq - 1, change))
        return { ...before, ...change };
      const now = await getOne(sessions, sessionId);
      if (now === null) throw notThere('session', sessionId);
      if (now.seq >= last.seq) return now;
      throw conflict(sessionId, first.seq, now.seq);
    },
  };
}

function timelineEntry(session: SessionDoc, step: StatusStep): TimelineDoc {
  const { at, ...rest } = step;
  return {
    _id: `${session._id}/${step.seq}`,
    sessionId: session._id,
    connectionId: session.connectionId,
    ...rest,
    at: new Date(at),
  };
}

/** @throws {TributaryError} ILLEGAL_MOVE if the table gives another status under any facts, or the steps do not join. */
function checkSteps(steps: readonly StatusStep[]): void {
  for (const [index, step] of steps.entries()) {
    const previous = steps[index - 1];
    if (previous !== undefined && (step.seq !== previous.seq + 1 || step.from !== previous.to))
      throw illegal(step, 'but it does not follow the step before it');
    const known = sessionMachine.transitions.some(
      (row) =>
        (row.from as readonly unknown[]).includes(step.from) &&
        row.event === step.event &&
        row.to === step.to,
    );
    if (!known) throw illegal(step, 'which the table does not allow');
  }
}

const illegal = (step: StatusStep, why: string): TributaryError =>
  new TributaryError(
    'ILLEGAL_MOVE',
    `Step ${step.seq} goes from ${step.from} by ${step.event} to ${step.to}, ${why}.`,
  );

const conflict = (sessionId: string, wanted: number, stored: number): TributaryError =>
  new TributaryError('STORE_CONFLICT', `Session "${sessionId}" is at ${stored}; ${wanted} cannot follow.`);
