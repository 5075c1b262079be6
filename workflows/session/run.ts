import {
  ApplicationFailure,
  condition,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { BegunResource, BegunSession, ClaimResult } from '../../activities/contracts.ts';
import type {
  Actor,
  DisconnectRequest,
  ScopeRequest,
  SessionInput,
  StatusStep,
} from '../../domain/contracts.ts';
import { explain, type ReasonCode } from '../../domain/reasons.ts';
import {
  allowedCalls,
  isErrorStatus,
  isFinalStatus,
  type SessionCall,
  type SessionEvent,
  type SessionStatus,
  type Substage,
  sessionMachine,
  sessionStatusNames,
} from '../../domain/session.ts';
import { searchAttributes } from '../messages.ts';
import { claimInbox, quick } from './activities.ts';
import { type PendingCall, refusal } from './calls.ts';
import { createActiveClock } from './clock.ts';

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

export type SessionRun = ReturnType<typeof createSessionRun>;

/**
 * The state of one run of the session workflow: what signals and updates asked for, where the session stands,
 * and the two things that everything else is made of: `advance` (the only writer of statuses) and `wait`.
 */
export function createSessionRun(input: SessionInput) {
  const clock = createActiveClock();
  const calls: PendingCall[] = [];
  const scopes = new Map<string, ScopeRequest>();
  const finished = {
    loaded: new Set<string>(),
    structured: new Set<string>(),
    substages: new Set<Substage>(),
  };
  let begun: BegunSession | null = null;
  let heldWritten = false;
  /** A hold or release that this run heard is newer than what it read at its beginning. */
  let heardOfHold = false;

  const run = {
    input,
    clock,
    calls,
    scopes,
    finished,
    status: null as SessionStatus | null,
    reason: null as ReasonCode | null,
    since: null as string | null,
    seq: 0,
    held: false,
    webhookPending: false,
    /** Something new may lie in the inbox. */
    told: input.told ?? false,
    /** A tick came since the last retry: it retries an error status once. */
    ticked: null as Actor | null,
    /** Webhooks that no session has taken. */
    left: 0,
    /** Inbox entries that were acted upon: they come again with every claim. */
    tried: [] as string[],
    /** The workflow was canceled from outside the API (for instance in the Temporal Web UI). */
    canceled: false,
    reset: null as Actor | null,
    disconnect: null as DisconnectRequest | null,
    retries: 0,
    /** Workflow time of the last start or retry: attempts without progress are counted within one round. */
    round: Date.now(),
    failedSubstage: null as Substage | null,
    /** Active time at which the wait in the present status runs out. */
    deadline: undefined as number | undefined,
    /** Rows in quarantine, by resource. */
    quarantined: new Map<string, number>(),
    /** Active time of the first error without progress; the decision window counts from it. */
    errorSince: input.errorSinceMs ?? null,
    closedBy: null as 'window' | 'canceled' | null,
    /** A new run takes over: too many retries, or the history is long. */
    handOver: false,

    get session(): BegunSession {
      if (begun === null)
        throw ApplicationFailure.nonRetryable('The session has not begun.', 'UNKNOWN_ERROR');
      return begun;
    },
    get hasBegun() {
      return begun !== null;
    },
    get ended() {
      return run.closed || run.handsOver;
    },
    get closed() {
      return run.closedBy !== null || (run.status !== null && isFinalStatus(run.status));
    },
    /** A new run takes over, unless something came that it could not know of. */
    get handsOver() {
      const asked = run.disconnect !== null || run.canceled || run.reset !== null;
      return run.handOver && !run.closed && !asked;
    },
    get ref() {
      const { sessionId, connectionId, generation } = run.session;
      return { sessionId, connectionId, generation };
    },

    begin(session: BegunSession) {
      begun = session;
      run.status = session.status;
      run.reason = session.reason;
      run.seq = session.seq;
      run.webhookPending = session.webhookPending;
      for (const { id, loaded, structured, quarantined } of session.resources) {
        run.quarantined.set(id, quarantined);
        if (loaded) finished.loaded.add(id);
        if (structured) finished.structured.add(id);
      }
      for (const substage of session.substages) finished.substages.add(substage);
      heldWritten = session.held;
      if (session.held && !heardOfHold) run.hold();
    },
    hold() {
      heardOfHold = true;
      run.held = true;
      clock.stop();
    },
    release() {
      heardOfHold = true;
      run.held = false;
      clock.go();
    },
    /** Keeps what a tick wants to run: one for each configuration, or for each set of resources. */
    keep({ by, scope }: ScopeRequest) {
      const key = scope?.configuration ?? (scope?.resources ?? []).join(' ');
      scopes.set(key, scope === undefined ? { by } : { by, scope });
    },
    /** Whether this session reads all that a tick wants. */
    covers: ({ scope }: Pick<ScopeRequest, 'scope'>): boolean =>
      run.session.partial !== true ||
      (scope?.resources?.every((id) => run.resource(id) !== undefined) ?? false),
    /** Something was stored or finished: the decision window starts anew with the next error. */
    progressed() {
      run.errorSince = null;
    },

    /**
     * Moves the session along its table and writes it down. Moves that follow at once share one write.
     * @throws ApplicationFailure ILLEGAL_MOVE when the table has no such move: a bug, never a person's fault.
     */
    async advance(moves: readonly SessionMove[], options: MoveOptions = {}): Promise<void> {
      const at = new Date(Date.now()).toISOString();
      const steps: StatusStep[] = [];
      let from = run.status;
      for (const { event, reason, by = system, note } of moves) {
        const facts = {
          aggregator: run.session.aggregator,
          webhookPending: run.webhookPending,
          deduplicates: run.session.deduplicates,
        };
        const move = sessionMachine.advance(from, event, facts);
        if (!move.ok) throw ApplicationFailure.nonRetryable(`No ${event} in status ${from}.`, 'ILLEGAL_MOVE');
        steps.push({
          seq: run.seq + steps.length + 1,
          from,
          to: move.to,
          event,
          reason,
          by,
          at,
          ...(note === undefined ? {} : { note }),
        });
        from = move.to;
      }
      const last = steps.at(-1);
      if (last === undefined) return;
      if (isErrorStatus(last.to)) run.errorSince ??= clock.now();
      run.deadline = deadlineIn(last.to);
      // Known here before it is written: whoever reads the new status in the store may already make its calls.
      run.seq = last.seq;
      run.status = last.to;
      run.reason = last.reason;
      run.since = at;
      refuseOvertaken(last.to);
      show(run.deadline, options.detail);
      await quick.writeStatus({
        ...run.ref,
        steps,
        webhookPending: run.webhookPending,
        ...(options.detail === undefined ? {} : { detail: options.detail }),
        ...(options.failedResources === undefined ? {} : { failedResources: options.failedResources }),
        ...(options.seal === true ? { seal: true } : {}),
        ...(run.deadline === undefined ? {} : { until: clock.wallTime(run.deadline) }),
      });
    },
    /** The first error without progress as a run without pauses would remember it. */
    errorSinceWall: () => (run.errorSince === null ? null : Date.now() - (clock.now() - run.errorSince)),
    /** End of the decision window in active time. */
    windowEnd: () => (run.errorSince ?? clock.now()) + input.durations.decisionWindowMs,

    /**
     * Waits until `ready` or until the active deadline; true when ready. While the session is held the
     * deadline stands still; a held session still hears what comes in.
     */
    async wait(ready: () => boolean, deadline?: number): Promise<boolean> {
      for (;;) {
        await writeHeld();
        if (ready()) return true;
        const held = run.held;
        if (held || deadline === undefined) await condition(() => ready() || run.held !== held);
        else if (deadline <= clock.now()) return false;
        else await condition(() => ready() || run.held !== held, deadline - clock.now());
      }
    },
    /** Waits while the connection is paused; ends early when there is something to do that a pause does not stop. */
    whileHeld: () => run.wait(() => !run.held || run.disconnect !== null),

    /** The next call of a person that the present status still takes; the others are refused. */
    takeCall(...wanted: readonly SessionCall[]): PendingCall | undefined {
      while (calls.length > 0) {
        const call = calls[0];
        if (call === undefined || run.status === null) return undefined;
        const allowed = allowedCalls(run.status, run.held).includes(call.call);
        if (allowed && !wanted.includes(call.call)) return undefined;
        calls.shift();
        if (allowed) return call;
        call.refusal = refusal(call.call, run.status, run.held);
      }
      return undefined;
    },
    /** Takes what the inbox has for the present status. */
    async claim(): Promise<ClaimResult> {
      run.told = false;
      const status = run.status ?? 6;
      const since = run.since ?? new Date(0).toISOString();
      const { authorizationMs } = input.durations;
      const found = await claimInbox({ ...run.ref, status, since, authorizationMs, tried: run.tried });
      run.left = found.left;
      run.tried.push(...(found.handled ?? []));
      return found;
    },
    /** Tells the caller where the call led. */
    answer(call: PendingCall) {
      if (run.status === null || run.reason === null) return;
      call.answer = { sessionId: run.session.sessionId, code: run.status, reason: run.reason };
    },
    wants: (...wanted: readonly SessionCall[]) => calls.some(({ call }) => wanted.includes(call)),
    resource: (id: string): BegunResource | undefined =>
      run.session.resources.find((resource) => resource.id === id),
  };

  for (const request of input.waiting ?? []) run.keep(request);

  /** Active time at which the wait in a status ends by itself. */
  function deadlineIn(status: SessionStatus): number | undefined {
    if (isErrorStatus(status)) return run.windowEnd();
    if (status === 6) return clock.now() + input.durations.linkValidMs;
    return status === 25 ? clock.now() + input.durations.webhookWaitMs : undefined;
  }

  /** Calls that the status before would have taken and this one does not. */
  function refuseOvertaken(status: SessionStatus): void {
    for (const call of calls.splice(0)) {
      if (allowedCalls(status, run.held).includes(call.call)) calls.push(call);
      else call.refusal = refusal(call.call, status, run.held);
    }
  }

  async function writeHeld(): Promise<void> {
    if (heldWritten === run.held || begun === null) return;
    heldWritten = run.held;
    const waits = !run.held && run.deadline !== undefined;
    const until = waits ? { until: clock.wallTime(run.deadline ?? 0) } : {};
    await quick.holdSession({ sessionId: begun.sessionId, held: run.held, ...until });
  }

  /** What the Temporal Web UI shows of it. */
  function show(deadline: number | undefined, cause: string | undefined): void {
    if (run.status === null || run.reason === null || run.since === null) return;
    const statusName = sessionStatusNames[run.status];
    upsertSearchAttributes([
      { key: searchAttributes.sessionStatus, value: statusName },
      { key: searchAttributes.sessionCode, value: run.status },
    ]);
    const sentence = explain({
      status: run.status,
      statusName,
      reason: run.reason,
      since: run.since,
      until: deadline === undefined ? undefined : clock.wallTime(deadline),
      facts: {
        sessionId: run.session.sessionId,
        connectionId: run.session.connectionId,
        app: run.session.app,
        held: run.held,
        ...(cause === undefined ? {} : { cause }),
      },
    });
    setCurrentDetails(
      `### ${statusName} (${run.status})\n\n${sentence}\n\nSession \`${run.session.sessionId}\``,
    );
  }

  return run;
}
