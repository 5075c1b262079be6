import {
  type Client,
  isGrpcDeadlineError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { lifecycleWorkflowId, type SessionDurations, workflowTypes } from '../domain/contracts.ts';
import { TributaryError } from '../domain/errors.ts';
import { guardConnection, type ProcedureInput, type ProcedureResult } from '../domain/lifecycle.ts';
import type { ConnectionDoc, ProcedureDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import { engineError, isTerminated } from './engine-errors.ts';
import { accepted, alreadyRunning, refusedBy } from './lifecycle-answers.ts';
import type { LifecyclePort, ProcedureOutcome, ProcedureRequest } from './lifecycle-port.ts';
import { untilSeen } from './until-seen.ts';

/** What the port is made of. */
export interface LifecycleOptions {
  readonly client: Client;
  readonly stores: Pick<Stores, 'connections' | 'procedures'>;
  readonly taskQueue: string;
  readonly poolQueue: (pool: string) => string;
  /** Of a first session that finalizing starts; their heartbeat is that of procedures too. */
  readonly durations: SessionDurations;
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
/** A call that another one overtakes before it begins is made again. */
const mostTries = 3;

/** Starts lifecycle procedures, one at a time a connection. */
export function createLifecycle(options: LifecycleOptions): LifecyclePort {
  const { client, stores, taskQueue, poolQueue, durations, workflowTaskTimeoutMs, answerMs, asked } = options;
  const { heartbeatMs, quickMs } = durations;

  async function start(connection: ConnectionDoc, procedure: ProcedureDoc): Promise<string> {
    const { _id: connectionId, company } = connection;
    const { number, name } = procedure;
    const starts = name === 'finalizeConfiguration' ? { durations } : {};
    const waits = { heartbeatMs, ...(quickMs === undefined ? {} : { quickMs }) };
    const input: ProcedureInput = { connectionId, number, ...waits, ...starts };
    const takesOver = name === 'recover';
    if (takesOver && (await runningNow(connectionId)) === 'disconnect')
      throw alreadyRunning(connectionId, name, null);
    const handle = await asked(() =>
      client.workflow.start(workflowTypes.procedure, {
        workflowId: lifecycleWorkflowId(connectionId),
        taskQueue,
        args: [input],
        workflowIdConflictPolicy: takesOver ? 'TERMINATE_EXISTING' : 'FAIL',
        memo: { connectionId, company, procedure: name, number },
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
        const running = await runningNow(connectionId);
        if (running === null) return null;
        throw alreadyRunning(connectionId, procedure.name, running === 'disconnect' ? null : running);
      }
    });
    if (runId === null) throw new TributaryError('NO_WORKER', undefined, { connectionId });
    return runId;
  }

  /** The one that the engine runs; null: none, or one that has its answer and is just ending. */
  async function runningNow(connectionId: string): Promise<ProcedureDoc | 'disconnect' | null> {
    try {
      const handle = client.workflow.getHandle(lifecycleWorkflowId(connectionId));
      const { status, type, memo } = await asked(() => handle.describe());
      if (status.name !== 'RUNNING') return null;
      if (type === workflowTypes.disconnect) return 'disconnect';
      const doc = await stores.procedures.get(connectionId, Number(memo?.number));
      return doc === null || doc.answer !== null ? null : doc;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
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
      throw takenOver(error)
        ? new TributaryError('PROCEDURE_TAKEN_OVER', undefined, {}, { cause: error })
        : engineError(error);
    }
  }

  async function run(
    connection: ConnectionDoc,
    request: ProcedureRequest,
    tries = mostTries,
  ): Promise<ProcedureOutcome> {
    const { _id: connectionId } = connection;
    const { name, by, note, arguments: given = {}, validate, prepare } = request;
    const guarded = guardConnection(name, connection);
    if (guarded.responseCode !== 'OK') {
      const running = name === 'recover' ? null : await runningNow(connectionId);
      if (running !== null && running !== 'disconnect') throw alreadyRunning(connectionId, name, running);
      return refusedBy(guarded, connection);
    }
    const invalid = (await validate?.()) ?? null;
    if (invalid !== null) return refusedBy(invalid, connection);
    // What connects again belongs to the generation that it makes.
    const generation = connection.generation + (name === 'connectAgain' ? 1 : 0);
    const fresh = { connectionId, generation, name, by, note: note ?? null, arguments: given };
    const doc = await stores.procedures.allocate({ ...fresh, startedAt: new Date() }, connection.fence ?? 0);
    let runId: string;
    try {
      await prepare?.(doc.number);
      runId = await startWhenFree(connection, doc);
    } catch (error) {
      // Where the engine did not answer it may start yet, and its number must not be another's.
      if (!mayHaveStarted(error)) await stores.procedures.remove(connectionId, doc.number);
      throw error;
    }
    const result = await resultOfRun(connectionId, runId).catch(async (error: unknown) => {
      const now = await stores.connections.get(connectionId);
      if (tries === 1 || now === null || !(await cameTooLate(error, doc, now))) throw error;
      return now;
    });
    if (result === null) return { pending: true, number: doc.number };
    if ('_id' in result) return run(result, request, tries - 1);
    return { pending: false, result: accepted(result) };
  }

  /** Another call took its number after this one, and was over before this one began: nothing came of it. */
  async function cameTooLate(
    error: unknown,
    { connectionId, number }: ProcedureDoc,
    { fence = 0 }: ConnectionDoc,
  ) {
    if (
      !(error instanceof TributaryError && takenOver(error.cause)) ||
      isTerminated(error.cause) ||
      fence <= number
    )
      return false;
    const doc = await stores.procedures.get(connectionId, number);
    if (doc === null || Object.keys(doc.steps).length > 0) return false;
    await stores.procedures.remove(connectionId, number);
    return true;
  }

  return {
    procedure: (connection, request) => run(connection, request),

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
}

const mayHaveStarted = (error: unknown): boolean =>
  error instanceof TributaryError && error.code === 'ENGINE_UNAVAILABLE';

/** Terminated by the one that took over, or refused by its fence. */
function takenOver(error: unknown): boolean {
  if (!(error instanceof WorkflowFailedError)) return false;
  if (isTerminated(error)) return true;
  const { cause } = error;
  const inner = cause instanceof ActivityFailure ? cause.cause : cause;
  return inner instanceof ApplicationFailure && inner.type === 'PROCEDURE_TAKEN_OVER';
}
