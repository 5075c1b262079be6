import type { ConnectionEvent } from '../domain/connection.ts';
import type {
  Actor,
  DeleteCompanyInput,
  Scope,
  SessionStart,
  StartRefusal,
  StatusStep,
} from '../domain/contracts.ts';
import type { Ledger } from '../domain/ledger.ts';
import type { ProcedureInput, ProcedureResult, RecoverTo, RunningProcedure } from '../domain/lifecycle.ts';
import type { ProcedureAnswer } from '../domain/procedures.ts';
import type { ReasonCode } from '../domain/reasons.ts';
import type { SessionStatus, Substage } from '../domain/session.ts';
import type { FullCap } from '../domain/slots.ts';
import type {
  SyncPause,
  SyncRefusal,
  SyncRunLedger,
  SyncRunStep,
  SyncStart,
} from '../domain/sync-contracts.ts';
import type { SyncRunStatus } from '../domain/sync-run.ts';
import type { TickInput, TickOutcome } from '../domain/ticks.ts';

/** Inputs and outputs of the session's activities: ids and counts only, never rows. */

export interface SessionRef {
  readonly sessionId: string;
  readonly connectionId: string;
  readonly generation: number;
}

export interface BegunSession extends SessionRef {
  readonly company: string;
  readonly app: string;
  /** Where a continued session stands; null when it is new. */
  readonly status: SessionStatus | null;
  readonly reason: ReasonCode | null;
  readonly seq: number;
  /** A person submits credentials; no consent page. */
  readonly takesCredentials: boolean;
  readonly aggregator: boolean;
  readonly deduplicates: boolean;
  readonly webhookPending: boolean;
  /** What this session covers, in order, and what of it is finished. */
  readonly resources: readonly BegunResource[];
  readonly substages: readonly Substage[];
  /** Its scope names resources: others are left to other sessions. */
  readonly partial?: boolean;
  /** How its scope reads, where it is not the usual way. */
  readonly reads?: Pick<Scope, 'full' | 'range' | 'replay'>;
  readonly held: boolean;
  /** Where it goes on with work it may have to wait for its turn. */
  readonly waitsFor?: WaitsForSlot;
  /** Task queue of the connection's pool. */
  readonly poolQueue: string;
}

/** What a session waits for before it may work. `since` is ISO 8601. */
export interface WaitsForSlot extends FullCap {
  readonly since: string;
}

export interface BegunResource {
  readonly id: string;
  readonly onError: 'stop' | 'continue';
  readonly loaded: boolean;
  readonly structured: boolean;
  /** Rows that structuring put into quarantine. */
  readonly quarantined: number;
}

export interface WriteStatusInput {
  readonly sessionId: string;
  readonly connectionId: string;
  readonly generation: number;
  readonly steps: readonly StatusStep[];
  readonly detail?: string;
  readonly failedResources?: readonly string[];
  readonly webhookPending: boolean;
  /** Make the session's changes visible first: the step to 19. */
  readonly seal?: boolean;
  /** ISO time at which the wait in the new status runs out. */
  readonly until?: string;
}

export interface ClaimInput extends SessionRef {
  readonly status: SessionStatus;
  /** ISO time at which the session entered the status: a consent page opened before it does not count. */
  readonly since: string;
  /** From opening the consent page to the app's answer. */
  readonly authorizationMs: number;
  /** Entries that were acted upon already. */
  readonly tried: readonly string[];
}

/** What the inbox had for a session. At most one entry decides an authorization at a time. */
export interface ClaimResult {
  /** The consent page was opened at this ISO time. */
  readonly openedAt?: string;
  /** An OAuth callback or credentials to be tried: id of the inbox entry. */
  readonly answer?: string;
  readonly webhook?: 'arrived' | 'failed';
  /** Entries that said so: passed back as tried, so that they count once. */
  readonly handled?: readonly string[];
  readonly revoked: boolean;
  /** Webhooks that no session has taken. */
  readonly left: number;
}

export type AuthorizationResult =
  /** `finalizes`: the connection is finalized, or will be with the next status; otherwise the session holds in 9. */
  | { readonly ok: true; readonly finalizes: boolean }
  | { readonly ok: false; readonly reason: ReasonCode; readonly detail: string };

export interface ResourceInput extends SessionRef {
  readonly resource: string;
}

export interface LoadInput extends ResourceInput {
  /** When the run started or was last retried, in ms: a lack of progress counts from it at the earliest. */
  readonly round: number;
  /** How long no batch may be stored. */
  readonly noProgressMs: number;
}

export interface LoadedResource {
  readonly rows: number;
  readonly batches: number;
}

export interface StructuredResource {
  readonly ledger: Ledger;
}

export interface SubstageInput extends SessionRef {
  readonly substage: Substage;
}

/** First detail of a failure of a stage activity. */
export interface StageFailureDetails {
  /** Whether anything was stored since the retry began: renews the decision window. */
  readonly progressed: boolean;
}

/** Short activities: on the session's own task queue. Every one may be repeated without effect. */
export interface QuickActivities {
  /** Decides whether a session may start, allocates its number or finds the place of the one to continue. */
  beginSession(input: {
    readonly connectionId: string;
    readonly start: SessionStart;
    readonly runId: string;
  }): Promise<BegunSession | { readonly refused: StartRefusal }>;
  /** @returns what the session waits for before it may work in the new status */
  writeStatus(input: WriteStatusInput): Promise<WaitsForSlot | null>;
  /** The session was told that it is its turn. */
  takeTurn(input: { readonly sessionId: string }): Promise<WaitsForSlot | null>;
  /**
   * A held session gives its slots back, one that goes on takes them again.
   * @param input.until ISO time at which the present wait runs out; none while held.
   */
  holdSession(input: {
    readonly sessionId: string;
    readonly held: boolean;
    readonly until?: string;
  }): Promise<WaitsForSlot | null>;
  claimInbox(input: ClaimInput): Promise<ClaimResult>;
  authorizeConnection(input: SessionRef & { readonly entryId: string }): Promise<AuthorizationResult>;
  confirmAuthorized(input: SessionRef & { readonly finalize?: boolean }): Promise<{
    readonly finalized: boolean;
    /** What the session covers now, where finalizing changed it. */
    readonly resources?: readonly BegunResource[];
  }>;
  skipSubstage(
    input: SessionRef & { readonly substage: Substage; readonly by: string; readonly note?: string },
  ): Promise<void>;
  closeSession(input: SessionRef & { readonly closedBy: 'window' | 'canceled' }): Promise<void>;
}

/** Long activities with heartbeat: on the task queue of the connection's pool. */
export interface HeavyActivities {
  loadResource(input: LoadInput): Promise<LoadedResource>;
  structureResource(input: ResourceInput): Promise<StructuredResource>;
  runSubstage(input: SubstageInput): Promise<{ readonly status: 'done' | 'skipped' }>;
  deduplicate(input: SessionRef): Promise<{ readonly merged: number }>;
}

/** A lifecycle procedure of a connection. */
export type ProcedureRef = Pick<ProcedureInput, 'connectionId' | 'number'>;

/** A procedure that began: what its workflow has to know of it; or how it ended at once. */
export type BegunProcedure =
  | {
      readonly name: RunningProcedure;
      /** Of `recover`. */
      readonly to: RecoverTo;
      /** The app's connector wants to be called. */
      readonly callbacks: boolean;
      readonly company: string;
      readonly app: string;
      readonly by: Actor;
    }
  | { readonly ended: ProcedureResult };

/** Why a callback of the connector stops a procedure; null: it does not. */
export type CallbackFault = { readonly rollBack: boolean; readonly reason: string } | null;

/** The steps of a lifecycle procedure. Every one may be repeated; none writes once another procedure took over. */
export interface LifecycleActivities {
  /** Takes the fence, asks the guard and the connector's validation, then writes the first status. */
  beginProcedure(input: ProcedureRef): Promise<BegunProcedure>;
  callConnector(input: ProcedureRef & { readonly when: 'before' | 'after' }): Promise<CallbackFault>;
  /** The work of a procedure that changes something: tests what is new, then saves it. */
  changeConfiguration(input: ProcedureRef): Promise<ProcedureAnswer>;
  /** Asks the app whether it takes the grant, before the connection is finalized. */
  validateSource(input: ProcedureRef): Promise<ProcedureAnswer>;
  /** Makes the Schedules of the connection what the store says: on while STARTED or STARTING. */
  applySchedules(input: { readonly connectionId: string }): Promise<{ readonly schedules: number }>;
  /** Notes a step on the connection's timeline. */
  noteStep(input: ProcedureRef & { readonly step: string }): Promise<void>;
  /** Writes the last status, if there is one, tells of it, and notes the answer. */
  endProcedure(
    input: ProcedureRef & { readonly event?: ConnectionEvent; readonly answer: ProcedureAnswer },
  ): Promise<ProcedureResult>;
}

/** What a tick does; may be repeated. */
export interface TickActivities {
  /** Starts, retries or goes on with a session, keeps the scope for the next one, or skips and says why. */
  runTick(input: TickInput): Promise<TickOutcome>;
}

/** The steps of a disconnect, in order (states.md section 5). */
export interface DisconnectActivities {
  /** Closes the generation: from here on nothing starts and no stage of it writes. */
  closeDoor(input: {
    readonly connectionId: string;
    readonly generation?: number;
  }): Promise<{ readonly generation: number }>;
  revokeGrant(input: {
    readonly connectionId: string;
    readonly generation: number;
  }): Promise<{ readonly revoked: boolean }>;
  purgeConnection(input: {
    readonly connectionId: string;
    readonly generation: number;
    readonly keepData: boolean;
    readonly grantRevoked: boolean;
    readonly by: Actor;
  }): Promise<{ readonly receiptId: string }>;
}

/** The steps of a company's deletion. Every one may be repeated. */
export interface CompanyActivities {
  /** Connections of the company with a greater id, ordered by id; `next` is null after the last ones. */
  listConnections(input: {
    readonly companyId: string;
    readonly after: string | null;
  }): Promise<{ readonly ids: readonly string[]; readonly next: string | null }>;
  /** Starts the disconnect of one connection, or joins the one that runs, and waits for its end. */
  endConnection(
    input: Pick<DeleteCompanyInput, 'by' | 'keepData' | 'heartbeatMs'> & { readonly connectionId: string },
  ): Promise<void>;
  /** Writes the company's receipt, unless a connection of it is not ended yet: then null. */
  endDeletion(
    input: Pick<DeleteCompanyInput, 'companyId' | 'number' | 'by' | 'keepData'>,
  ): Promise<{ readonly receiptId: string | null }>;
}

export interface SyncRunRef {
  readonly runId: string;
}

/** A run that an execution works for. */
export interface BegunSyncRun extends SyncRunRef {
  readonly syncId: string;
  readonly destinationId: string;
  readonly connectionId: string;
  readonly company: string;
  /** Null for a new one; a run that was paused is finished first. */
  readonly status: SyncRunStatus | null;
  readonly seq: number;
  readonly test: boolean;
  readonly rejectedThreshold: number;
  /** Why a paused run is not resumed but ends as failed. */
  readonly ends: 'RESUME_WINDOW_OVER' | 'SYNC_CHANGED' | null;
  /** Task queue of the connection's pool. */
  readonly poolQueue: string;
}

export interface WriteSyncRunInput extends SyncRunRef {
  readonly steps: readonly SyncRunStep[];
  /** The error's own words, at most 1 KB. */
  readonly detail?: string;
}

/** Short activities of a sync run. Every one may be repeated. */
export interface SyncActivities {
  /** Finds the paused run that is to be finished first, or makes a new one. */
  beginSyncRun(input: {
    readonly syncId: string;
    readonly start: SyncStart;
    readonly engineRun: string;
    readonly resumeWindowMs: number;
  }): Promise<BegunSyncRun | { readonly refused: SyncRefusal }>;
  /** Writes transitions; an end does first what it means for the sync. @returns what was delivered so far */
  writeSyncRun(input: WriteSyncRunInput): Promise<{ readonly ledger: SyncRunLedger }>;
  /** Takes a slot of the destination or a place in its queue. 0: it may deliver. */
  joinDestination(input: {
    readonly destinationId: string;
    readonly syncId: string;
  }): Promise<{ readonly place: number }>;
  /** Gives the slot or the place back, and tells whose turn it is then. */
  leaveDestination(input: { readonly destinationId: string; readonly syncId: string }): Promise<void>;
  /** What was delivered so far. */
  tallySyncRun(input: SyncRunRef): Promise<{ readonly ledger: SyncRunLedger }>;
  /** Starts the syncs that follow the connection's sessions. A session's end calls it too. */
  startSyncs(input: { readonly connectionId: string; readonly sessionId: string }): Promise<{
    readonly started: number;
  }>;
  /** Tells the open runs of the connection's syncs to pause at a batch border, and waits for that if asked to. */
  pauseSyncs(
    input: { readonly connectionId: string; readonly untilStopped: boolean } & SyncPause,
  ): Promise<{ readonly told: number }>;
  /** Goes on with what a pause of the connection had interrupted. @param number of the procedure */
  resumeSyncs(input: {
    readonly connectionId: string;
    readonly number: number;
    readonly by: Actor;
  }): Promise<{ readonly started: number }>;
  /** Of a disconnect: cancels the runs of the connection's syncs and disables them. */
  endSyncs(input: { readonly connectionId: string }): Promise<void>;
}

/** Long activities of a sync run, with heartbeat: on the task queue of the connection's pool. */
export interface SyncHeavyActivities {
  stageSync(input: SyncRunRef): Promise<{ readonly rows: number; readonly ledger: SyncRunLedger }>;
  deliverSync(input: SyncRunRef): Promise<{ readonly ledger: SyncRunLedger }>;
}
