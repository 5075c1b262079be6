import { ApplicationFailure } from '@temporalio/workflow';
import type { BegunResource, BegunSession, WaitsForSlot } from '../../activities/contracts.ts';
import type { Actor, DisconnectRequest, Scope, ScopeRequest, SessionInput } from '../../domain/contracts.ts';
import type { HoldRequest } from '../../domain/lifecycle.ts';
import type { ReasonCode } from '../../domain/reasons.ts';
import { isFinalStatus, type SessionStatus, type Substage } from '../../domain/session.ts';
import { quickActivities } from './activities.ts';
import type { PendingCall } from './calls.ts';
import { createActiveClock } from './clock.ts';

export type SessionRun = ReturnType<typeof createSessionRun>;

/** The state of one run of the session workflow: where the session stands, and what signals and updates asked for. */
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
  /** A hold or release that this run heard is newer than what it read at its beginning. */
  let heardOfHold = false;

  const run = {
    input,
    quick: quickActivities(input.durations),
    clock,
    calls,
    scopes,
    finished,
    status: null as SessionStatus | null,
    reason: null as ReasonCode | null,
    since: null as string | null,
    seq: 0,
    held: false,
    /** Procedures that wait until the running work has ended. */
    holdAsked: [] as HoldRequest[],
    /** What the store says of `held`. */
    heldWritten: false,
    /** What it waits for before it may work in its status. */
    waitsFor: null as WaitsForSlot | null,
    /** It was told that slots were granted to it. */
    turnCame: false,
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
    /** Workflow time of the last start or retry: a lack of progress counts from it at the earliest. */
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
      run.waitsFor = session.waitsFor ?? null;
      for (const { id, loaded, structured, quarantined } of session.resources) {
        run.quarantined.set(id, quarantined);
        if (loaded) finished.loaded.add(id);
        if (structured) finished.structured.add(id);
      }
      for (const substage of session.substages) finished.substages.add(substage);
      run.heldWritten = session.held;
      if (session.held && !heardOfHold) run.hold();
    },
    /** Finalizing said which resources there are. */
    coverNow(resources: readonly BegunResource[]) {
      begun = { ...run.session, resources };
    },
    hold(asking?: HoldRequest) {
      if (asking !== undefined) run.holdAsked.push(asking);
      heardOfHold = true;
      run.held = true;
      clock.stop();
    },
    release() {
      heardOfHold = true;
      run.held = false;
      clock.go();
    },
    /** Keeps what a tick wants to run: one for each configuration, or for each set of resources and way to read. */
    keep({ by, scope }: ScopeRequest) {
      const { range, full, replay } = scope ?? {};
      const read = range === undefined ? (full === true ? 'full ' : '') : `${range.from} ${range.to} `;
      const how = replay === undefined ? read : `replay ${replay.reason ?? ''} ${replay.ids ?? ''} `;
      const key = `${how}${scope?.configuration ?? (scope?.resources ?? []).join(' ')}`;
      scopes.set(key, scope === undefined ? { by } : { by, scope });
    },
    /** Whether this session reads all that a tick wants. */
    covers: ({ scope }: Pick<ScopeRequest, 'scope'>): boolean =>
      readsAll(run.session.reads, scope) &&
      (run.session.partial !== true ||
        (scope?.resources?.every((id) => run.resource(id) !== undefined) ?? false)),
    /** Something was stored or finished: the decision window starts anew with the next error. */
    progressed() {
      run.errorSince = null;
    },

    /** The first error without progress as a run without pauses would remember it. */
    errorSinceWall: () => (run.errorSince === null ? null : Date.now() - (clock.now() - run.errorSince)),
    /** End of the decision window in active time. */
    windowEnd: () => (run.errorSince ?? clock.now()) + input.durations.decisionWindowMs,

    resource: (id: string): BegunResource | undefined =>
      run.session.resources.find((resource) => resource.id === id),
  };

  for (const request of input.waiting ?? []) run.keep(request);

  return run;
}

const sameReplay = (reads: BegunSession['reads'], wanted: Scope | undefined): boolean =>
  JSON.stringify(reads?.replay) === JSON.stringify(wanted?.replay);

/** A backfill reads nothing but its range; what changed is part of everything. */
function readsAll(reads: BegunSession['reads'], wanted: Scope | undefined): boolean {
  if (reads?.replay !== undefined || wanted?.replay !== undefined) return sameReplay(reads, wanted);
  const { range } = reads ?? {};
  if (range !== undefined || wanted?.range !== undefined)
    return range?.from === wanted?.range?.from && range?.to === wanted?.range?.to;
  return wanted?.full !== true || reads?.full === true;
}
