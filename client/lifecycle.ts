import {
  type Client,
  isGrpcDeadlineError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, TerminatedFailure } from '@temporalio/common';
import { lifecycleWorkflowId, workflowTypes } from '../domain/contracts.ts';
import { TributaryError } from '../domain/errors.ts';
import { guardConnection, type ProcedureInput, type ProcedureResult } from '../domain/lifecycle.ts';
import type { ConnectionDoc, ProcedureDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import { engineError } from './engine-errors.ts';
import { accepted, alreadyRunning, refusedBy } from './lifecycle-answers.ts';
import type { LifecyclePort, ProcedureRequest } from './lifecycle-port.ts';
import { untilSeen } from './until-seen.ts';

/** What the port is made of. */
export interface LifecycleOptions {
  readonly client: Client;
  readonly stores: Pick<Stores, 'connections' | 'procedures'>;
  readonly taskQueue: string;
  readonly poolQueue: (pool: string) => string;
  readonly heartbeatMs: number;
  readonly workflowTaskTimeoutMs: number | undefined;
  readonly answerMs: number;
  /** How long the end of a procedure is waited for. */
  readonly procedureMs: number;
  /** Asks the engine, with a deadline. */
  readonly asked: <T>(ask: () => Promise<T>) => Promise<T>;
}

/** A poller asks at least once a minute; one that was not heard of for longer is dead, though the engine lists it. */
const livePollerMs = 75_000;
const activityQueue = 2;

/** Starts lifecycle procedures, one at a time a connection. */
export function createLifecycle(options: LifecycleOptions): LifecyclePort {
  const { client, stores, taskQueue, poolQueue, heartbeatMs, workflowTaskTimeoutMs, answerMs, asked } =
    options;

  async function start(connection: ConnectionDoc, procedure: ProcedureDoc): Promise<string> {
    const { _id: connectionId, company } = connection;
    const { number, name } = procedure;
    const input: ProcedureInput = { connectionId, number, heartbeatMs };
    const takesOver = name === 'recover';
    if (takesOver && (await isDisconnecting(connectionId))) throw alreadyRunning(connectionId, name, null);
    const handle = await asked(() =>
      client.workflow.start(workflowTypes.procedure, {
        workflowId: lifecycleWorkflowId(connectionId),
        taskQueue,
        args: [input],
        workflowIdConflictPolicy: takesOver ? 'TERMINATE_EXISTING' : 'FAIL',
        memo: { connectionId, company, procedure: name },
        staticSummary: `${connectionId}: ${name}`,
        priority: { fairnessKey: company },
        ...(workflowTaskTimeoutMs === undefined ? {} : { workflowTaskTimeout: workflowTaskTimeoutMs }),
      }),
    );
    return handle.firstExecutionRunId;
  }

  /** One that ended in this moment still holds the id: then the next one starts after it. */
  async function startWhenFree(connection: ConnectionDoc, procedure: ProcedureDoc): Promise<string> {
    const { _id: connectionId } = connection;
    const runId = await untilSeen(answerMs, async () => {
      try {
        return await start(connection, procedure);
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const running = await runningProcedure(connectionId, procedure.number);
        if (running !== null || (await isDisconnecting(connectionId)))
          throw alreadyRunning(connectionId, procedure.name, running);
        return null;
      }
    });
    if (runId === null) throw new TributaryError('NO_WORKER', undefined, { connectionId });
    return runId;
  }

  async function runningProcedure(connectionId: string, mine: number): Promise<ProcedureDoc | null> {
    const fence = (await stores.connections.get(connectionId))?.fence ?? 0;
    const recent = await stores.procedures.list(connectionId, { fence, limit: 20 });
    // Two calls at once: the one that lost takes its number back.
    const open = recent.filter(({ number, answer }) => number !== mine && number >= fence && answer === null);
    return open.at(-1) ?? null;
  }

  async function isDisconnecting(connectionId: string): Promise<boolean> {
    try {
      const handle = client.workflow.getHandle(lifecycleWorkflowId(connectionId));
      const { status, type } = await asked(() => handle.describe());
      return status.name === 'RUNNING' && type === workflowTypes.disconnect;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  async function resultOfRun(connectionId: string, runId: string): Promise<ProcedureResult | null> {
    const handle = client.workflow.getHandle(lifecycleWorkflowId(connectionId), runId);
    try {
      const wait = () => handle.result() as Promise<ProcedureResult>;
      return await client.withDeadline(Date.now() + options.procedureMs, wait);
    } catch (error) {
      if (isGrpcDeadlineError(error)) return null;
      throw takenOver(error) ? new TributaryError('PROCEDURE_TAKEN_OVER') : engineError(error);
    }
  }

  return {
    async procedure(connection, request: ProcedureRequest) {
      const { _id: connectionId, generation } = connection;
      const { name, by, note, arguments: given = {}, validate, prepare } = request;
      const guarded = guardConnection(name, connection);
      if (guarded.responseCode !== 'OK') {
        const running = name === 'recover' ? null : await openProcedure(connectionId);
        if (running !== null) throw alreadyRunning(connectionId, name, running);
        return refusedBy(guarded, connection);
      }
      const invalid = (await validate?.()) ?? null;
      if (invalid !== null) return refusedBy(invalid, connection);
      const fresh = { connectionId, generation, name, by, note: note ?? null, arguments: given };
      const doc = await stores.procedures.allocate(
        { ...fresh, startedAt: new Date() },
        connection.fence ?? 0,
      );
      let runId: string;
      try {
        await prepare?.(doc.number);
        runId = await startWhenFree(connection, doc);
      } catch (error) {
        // Should it have started nevertheless, it finds nothing and writes nothing.
        await stores.procedures.remove(connectionId, doc.number);
        throw error;
      }
      const result = await resultOfRun(connectionId, runId);
      if (result === null) return { pending: true, number: doc.number };
      return { pending: false, result: accepted(result) };
    },

    async poolPollers(pool) {
      const answer = await asked(() =>
        client.workflowService.describeTaskQueue({
          namespace: client.options.namespace,
          taskQueue: { name: poolQueue(pool) },
          taskQueueType: activityQueue,
        }),
      );
      const oldest = Date.now() - livePollerMs;
      const heard = (answer.pollers ?? []).map(
        ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000,
      );
      return heard.filter((at) => at >= oldest).length;
    },
  };

  /** The one that runs now, of which the engine knows. */
  async function openProcedure(connectionId: string): Promise<ProcedureDoc | null> {
    const running = await runningProcedure(connectionId, 0);
    if (running === null) return null;
    try {
      const handle = client.workflow.getHandle(lifecycleWorkflowId(connectionId));
      return (await asked(() => handle.describe())).status.name === 'RUNNING' ? running : null;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }
}

/** Terminated by the one that took over, or refused by its fence. */
function takenOver(error: unknown): boolean {
  if (!(error instanceof WorkflowFailedError)) return false;
  const { cause } = error;
  if (cause instanceof TerminatedFailure) return true;
  const inner = cause instanceof ActivityFailure ? cause.cause : cause;
  return inner instanceof ApplicationFailure && inner.type === 'PROCEDURE_TAKEN_OVER';
}
