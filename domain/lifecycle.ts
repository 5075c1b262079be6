import type { ConfigurationStatus, ConnectionEvent, ConnectionStatus } from './connection.ts';
import type { SessionDurations } from './contracts.ts';
import { guardProcedure, type ProcedureAnswer, type ProcedureName, type ResponseCode } from './procedures.ts';

/** The procedures that run as a workflow of type `procedure`, one at a time a connection. */
export const runningProcedures = [
  'updatePrerequisite',
  'markAllPrerequisitesDone',
  'completePrerequisitesStep',
  'configureConnector',
  'setConnectionConfiguration',
  'finalizeConfiguration',
  'resetConfiguration',
  'pause',
  'resume',
  'recover',
  'updateSettings',
  'updatePool',
  'updateConnectionConfiguration',
  'updateResource',
  'connectAgain',
] as const satisfies readonly ProcedureName[];

export type RunningProcedure = (typeof runningProcedures)[number];

/** Input of the workflow `lifecycle/<connectionId>`: ids only. What the caller gave lies in the store under the number. */
export interface ProcedureInput {
  readonly connectionId: string;
  /** The fencing number: once a greater one has begun, this procedure writes nothing more. */
  readonly number: number;
  /** A session that is silent for four times this is told again. */
  readonly heartbeatMs: number;
  /** How long a worker that dies inside an activity is waited for. @default 10 s */
  readonly quickMs?: number;
  /** Frozen into the first session, where finalizing starts it. */
  readonly durations?: SessionDurations;
}

/** How a procedure ended, and where the connection stands after it. */
export interface ProcedureResult extends ProcedureAnswer {
  readonly status: ConnectionStatus;
  readonly configurationStatus: ConfigurationStatus;
}

/** Sent with `hold`: the workflow that waits until the session's running work has ended. */
export interface HoldRequest {
  readonly replyTo: string;
  /** Of the procedure; comes back with the answer. */
  readonly number: number;
}

/** The moves of the procedures that go through a passing status; the others write once, or leave it as it is. */
export const procedureMoves = {
  pause: { begin: 'pause', done: 'paused' },
  resume: { begin: 'resume', done: 'started' },
} as const satisfies Partial<
  Record<RunningProcedure, { readonly begin: ConnectionEvent; readonly done: ConnectionEvent }>
>;

/** Where `recover` may lead. */
export const recoverEvents = { STARTED: 'recoverToStarted', PAUSED: 'recoverToPaused' } as const;

export type RecoverTo = keyof typeof recoverEvents;

export const isRecoverTo = (value: unknown): value is RecoverTo => value === 'STARTED' || value === 'PAUSED';

/** In these statuses sessions are held: no new one starts, and the open one stands still. */
export const isHeldStatus = (status: ConnectionStatus): boolean =>
  status === 'PAUSING' || status === 'PAUSED' || status === 'ERROR';

/** What a guard has to know of a connection. */
export interface GuardedConnection {
  readonly status: ConnectionStatus;
  readonly configurationStatus: ConfigurationStatus;
  /** 26 from the moment that a disconnect closed the door, before the status says so. */
  readonly ownCode: 8 | 26 | null;
}

/** Whether a procedure may be called. A connection that is being disconnected takes none of these any more. */
export function guardConnection(
  name: RunningProcedure,
  { status, configurationStatus, ownCode }: GuardedConnection,
): ProcedureAnswer {
  const current = ownCode === 26 ? 'DISCONNECTED' : status;
  return guardProcedure(name, { status: current, configurationStatus });
}

/** An answer with where the connection stands. */
export const resultOf = (
  responseCode: ResponseCode,
  message: string,
  { status, configurationStatus }: Pick<GuardedConnection, 'status' | 'configurationStatus'>,
): ProcedureResult => ({ responseCode, message, status, configurationStatus });
