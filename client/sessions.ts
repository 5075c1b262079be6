import { randomUUID } from 'node:crypto';
import {
  type Client,
  isGrpcDeadlineError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { sessionRunOf } from '../activities/session-run.ts';
import {
  type Actor,
  type CallRequest,
  type DisconnectInput,
  type DisconnectOutcome,
  lifecycleWorkflowId,
  type SessionDurations,
  type SessionStart,
  sessionWorkflowId,
  workflowTypes,
} from '../domain/contracts.ts';
import { TributaryError } from '../domain/errors.ts';
import { isHeldStatus } from '../domain/lifecycle.ts';
import { poolQueueOf } from '../domain/ping.ts';
import { isFinalStatus } from '../domain/session.ts';
import type { SessionDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import * as messages from '../workflows/messages.ts';
import { createCompanyDeletion } from './company-deletion.ts';
import { engineError, isTerminated, refusalOf } from './engine-errors.ts';
import { createLifecycle } from './lifecycle.ts';
import { callsOf, closedRefusal, currentOf, mayResume } from './refusals.ts';
import type { CallResult, ConnectionRef, SessionsPort, UpdateCall } from './sessions-port.ts';
import { untilSeen } from './until-seen.ts';

/** What the port is made of. */
export interface SessionsOptions {
  readonly stores: Pick<Stores, 'sessions' | 'connections' | 'procedures'>;
  /** Queue of the session and lifecycle workflows. */
  readonly taskQueue: string;
  /** Frozen into each run that is started from here. */
  readonly durations: SessionDurations;
  /** @default 10000 */
  readonly workflowTaskTimeoutMs?: number;
  /** How long any answer of the engine, and the result of a call, is waited for. @default 5000 */
  readonly answerMs?: number;
  /** Task queue of a pool. @default `pool/<name>` */
  readonly poolQueue?: (pool: string) => string;
  /** How long the end of a procedure, a disconnect among them, is waited for. @default 20000 */
  readonly procedureMs?: number;
}

const { retry, cancel, skip, proceed } = messages;
const updates = { retry, cancel, skip, proceed } as const satisfies Record<UpdateCall, unknown>;
const dispatcher: Actor = { kind: 'system', id: 'dispatcher' };

/** The one place in client/ that talks to workflows. */
export function createSessionsPort(client: Client, options: SessionsOptions): SessionsPort {
  const {
    stores,
    taskQueue,
    durations,
    workflowTaskTimeoutMs,
    answerMs = 5_000,
    procedureMs = 20_000,
    poolQueue = poolQueueOf,
  } = options;
  const asked = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + answerMs, ask);
    } catch (error) {
      throw engineError(error);
    }
  };

  const ping = async (): Promise<void> => {
    await asked(() => client.workflowService.getSystemInfo({}));
  };

  const runOf = (connection: ConnectionRef, start: SessionStart) =>
    sessionRunOf(connection, start, { taskQueue, durations, workflowTaskTimeoutMs });

  async function startSession(
    connection: ConnectionRef,
    start: SessionStart,
  ): Promise<{ readonly runId: string }> {
    const run = { ...runOf(connection, start), workflowIdConflictPolicy: 'FAIL' as const };
    const started = await untilSeen(answerMs, async () => {
      try {
        const handle = await asked(() => client.workflow.start(workflowTypes.session, run));
        return { runId: handle.firstExecutionRunId };
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const [latest] = await stores.sessions.list({ connectionId: connection._id, limit: 1 });
        if (latest?.closedAt === null) throw sessionOpen(connection, latest);
        // Written as closed, its run still ends: in a moment the next one can start. Or it has just begun.
        return null;
      }
    });
    if (started === null) throw sessionOpen(connection, null);
    return started;
  }

  async function call(
    sessionId: string,
    name: UpdateCall,
    request: CallRequest,
    { updateId = randomUUID() }: { readonly updateId?: string | undefined } = {},
  ): Promise<CallResult> {
    const session = await stores.sessions.get(sessionId);
    if (session === null) throw new TributaryError('NOT_FOUND', `There is no session "${sessionId}".`);
    if (isClosed(session)) return whenClosed(session, name, request);
    const handle = client.workflow.getHandle(sessionWorkflowId(session.connectionId));
    try {
      const answer = await client.withDeadline(Date.now() + answerMs, () =>
        handle.executeUpdate(updates[name], { args: [request], updateId }),
      );
      return { ...answer, pending: false };
    } catch (error) {
      const refused = refusalOf(error);
      if (refused !== undefined) throw refused;
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error)) {
        // It may be the engine that does not answer: then this says so.
        await ping();
        throw new TributaryError('NO_WORKER', undefined, { sessionId, current: currentOf(session.status) });
      }
      if (!(error instanceof WorkflowNotFoundError)) throw engineError(error);
      // Its run ended since, or was ended from outside (for instance in the Temporal Web UI).
      return whenClosed((await stores.sessions.get(sessionId)) ?? session, name, request);
    }
  }

  /** No run is open: only a retry of what can be continued starts one. */
  async function whenClosed(session: SessionDoc, name: UpdateCall, { by }: CallRequest): Promise<CallResult> {
    const connection = await stores.connections.get(session.connectionId);
    const latest = connection?.latestSession ?? session.number;
    const abandoned = !isClosed(session) && session.number === latest;
    if (connection === null || name !== 'retry' || !(abandoned || mayResume(session, latest)))
      throw closedRefusal(name, session, latest);
    if (isHeldStatus(connection.status))
      throw new TributaryError('CONNECTION_HELD', `Connection ${connection._id} is ${connection.status}.`, {
        current: currentOf(session.status),
        allowed: [],
      });
    await startSession(connection, { kind: 'resume', by, sessionId: session._id });
    const moved = await untilSeen(answerMs, async () => {
      const now = await stores.sessions.get(session._id);
      return now !== null && now.seq > session.seq ? now : null;
    });
    const { status, reason } = moved ?? session;
    if (status === null || reason === null)
      throw new TributaryError('NO_WORKER', undefined, { sessionId: session._id });
    return { sessionId: session._id, code: status, reason, pending: moved === null };
  }

  /** A session that is not open cannot be told, and need not be. */
  const signalOpen = async (send: () => Promise<void>): Promise<void> => {
    try {
      await asked(send);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  };
  const handleOf = (connectionId: string) => client.workflow.getHandle(sessionWorkflowId(connectionId));

  return {
    ...createLifecycle({
      ...{ client, stores, taskQueue, poolQueue, workflowTaskTimeoutMs, answerMs, procedureMs, asked },
      durations,
    }),
    startSession,
    async requestSession(connection, request) {
      const handle = handleOf(connection._id);
      const told = await untilSeen(answerMs, async () => {
        try {
          return await startSession(connection, { kind: 'load', ...request });
        } catch (error) {
          if (!(error instanceof TributaryError) || error.code !== 'SESSION_OPEN') throw error;
        }
        try {
          await asked(() => handle.signal(messages.tick, request));
          return { runId: null };
        } catch (error) {
          // It ended in this moment: the next one can start.
          if (error instanceof WorkflowNotFoundError) return null;
          throw error;
        }
      });
      if (told === null) throw sessionOpen(connection, null);
      return told;
    },
    call,
    async tell(connection) {
      const run = runOf(connection, { kind: 'told', by: dispatcher });
      await asked(() =>
        client.workflow.signalWithStart(workflowTypes.session, {
          ...run,
          signal: messages.tell,
          signalArgs: [dispatcher],
        }),
      );
    },
    hold: (id) => signalOpen(() => handleOf(id).signal(messages.hold)),
    release: (id) => signalOpen(() => handleOf(id).signal(messages.release)),
    resetConfiguration: (id, by) => signalOpen(() => handleOf(id).signal(messages.resetConfiguration, by)),
    deleteCompany: createCompanyDeletion(client, {
      taskQueue,
      heartbeatMs: durations.heartbeatMs,
      answerMs,
      procedureMs,
    }),
    async disconnect({ _id, company, generation }, { by, keepData }) {
      const workflowId = lifecycleWorkflowId(_id);
      const { heartbeatMs } = durations;
      const input: DisconnectInput = { connectionId: _id, generation, by, keepData, heartbeatMs };
      const handle = await asked(() =>
        client.workflow.start(workflowTypes.disconnect, {
          workflowId,
          taskQueue,
          args: [input],
          workflowIdConflictPolicy: 'TERMINATE_EXISTING',
          memo: { connectionId: _id, company },
          staticSummary: `${_id}: disconnect`,
          priority: { fairnessKey: company },
        }),
      );
      try {
        const wait = () => handle.result() as Promise<DisconnectOutcome>;
        return { pending: false, outcome: await client.withDeadline(Date.now() + procedureMs, wait) };
      } catch (error) {
        // Asked for twice at once: the second one does what is left.
        if (isGrpcDeadlineError(error) || isTerminated(error)) return { pending: true, workflowId };
        throw connectedAgain(error) ?? engineError(error);
      }
    },
    ping,
  };
}

/** The no of a disconnect whose generation is over. */
function connectedAgain(error: unknown): TributaryError | undefined {
  const activity = error instanceof WorkflowFailedError ? error.cause : undefined;
  const cause = activity instanceof ActivityFailure ? activity.cause : undefined;
  if (!(cause instanceof ApplicationFailure && cause.type === 'ILLEGAL_MOVE')) return undefined;
  return new TributaryError('ILLEGAL_MOVE', cause.message);
}

function sessionOpen({ _id }: ConnectionRef, open: SessionDoc | null): TributaryError {
  const message =
    open === null
      ? `A session of connection ${_id} is just beginning or ending.`
      : `Session ${open._id} of connection ${_id} is open.`;
  return new TributaryError('SESSION_OPEN', message, {
    sessionId: open?._id ?? null,
    current: currentOf(open?.status ?? null),
    allowed: open === null ? [] : callsOf(open, open.number),
  });
}

const isClosed = (session: SessionDoc): boolean =>
  session.closedAt !== null || (session.status !== null && isFinalStatus(session.status));
