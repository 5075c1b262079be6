import type {
  Actor,
  CallAnswer,
  CallRequest,
  DisconnectOutcome,
  ScopeRequest,
  SessionStart,
} from '../domain/contracts.ts';
import type { SessionCall } from '../domain/session.ts';
import type { ConnectionDoc } from '../stores/model.ts';
import type { CompanyDeletionAnswer, CompanyDeletionRequest } from './company-deletion.ts';
import type { LifecyclePort } from './lifecycle-port.ts';

/** What the engine has to know of a connection. */
export type ConnectionRef = Pick<ConnectionDoc, '_id' | 'company' | 'app'>;

/** A call that goes to the session as an Update; `disconnect` is a procedure of its own. */
export type UpdateCall = Exclude<SessionCall, 'disconnect'>;

/** Where a call led to; `pending`: accepted, but the session has not moved yet. */
export interface CallResult extends CallAnswer {
  readonly pending: boolean;
}

export interface CallOptions {
  /** The same id again gives the first answer. Random unless given. */
  readonly updateId?: string | undefined;
}

export interface DisconnectOptions {
  readonly by: Actor;
  readonly keepData: boolean;
}

/** The procedure ended, or goes on under this workflow id. */
export type DisconnectAnswer =
  | { readonly pending: false; readonly outcome: DisconnectOutcome }
  | { readonly pending: true; readonly workflowId: string };

/**
 * What the API and the dispatcher ask of the engine. All throw TributaryError ENGINE_UNAVAILABLE when it cannot be
 * reached in time.
 */
export interface SessionsPort extends LifecyclePort {
  /**
   * Starts a run of the connection's session workflow.
   * @throws {TributaryError} SESSION_OPEN with `sessionId` and `current` of the open one
   */
  startSession(connection: ConnectionRef, start: SessionStart): Promise<{ readonly runId: string }>;
  /**
   * Asks for a pass as a tick does: an open session runs it next, and is retried first if it stands in an error; else
   * one is started.
   * @returns the run that was started; null: an open session keeps it
   */
  requestSession(
    connection: ConnectionRef,
    request: ScopeRequest,
  ): Promise<{ readonly runId: string | null }>;
  /** Says that something lies in the inbox; starts a run when none is open. */
  tell(connection: ConnectionRef): Promise<void>;
  /**
   * A person's call.
   * @throws {TributaryError} NOT_FOUND; ILLEGAL_MOVE or CONNECTION_HELD with `current` and `allowed`; NO_WORKER
   */
  call(sessionId: string, call: UpdateCall, request: CallRequest, options?: CallOptions): Promise<CallResult>;
  /** The connection was paused. Nothing happens when no session is open; so with the next two. */
  hold(connectionId: string): Promise<void>;
  release(connectionId: string): Promise<void>;
  resetConfiguration(connectionId: string, by: Actor): Promise<void>;
  /** Deletes a company whose deletion is marked in the store; joins one that runs. */
  deleteCompany(deletion: CompanyDeletionRequest): Promise<CompanyDeletionAnswer>;
  /** Ends the generation of a connection; takes over a running procedure. */
  disconnect(
    connection: ConnectionRef & Pick<ConnectionDoc, 'generation'>,
    options: DisconnectOptions,
  ): Promise<DisconnectAnswer>;
  /** Whether the engine answers. */
  ping(): Promise<void>;
}
