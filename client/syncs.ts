import { randomUUID } from 'node:crypto';
import {
  type Client,
  isGrpcDeadlineError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Actor } from '../domain/contracts.ts';
import { TributaryError } from '../domain/errors.ts';
import { isHeldStatus } from '../domain/lifecycle.ts';
import {
  type SyncCanceled,
  type SyncDurations,
  type SyncRunInput,
  type SyncStart,
  syncRunIdOf,
  syncRunType,
  syncRunWorkflowId,
} from '../domain/sync-contracts.ts';
import type { SyncDoc, SyncRunDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import { cancelSyncRun, pauseSyncRun, syncAgain } from '../workflows/messages.ts';
import { engineError } from './engine-errors.ts';
import type { SyncRunRequest, SyncsPort } from './syncs-port.ts';
import { untilSeen } from './until-seen.ts';

/** What the port is made of. */
export interface SyncsOptions {
  readonly stores: Pick<Stores, 'syncs' | 'syncRuns' | 'connections'>;
  /** Queue of the workflows. */
  readonly taskQueue: string;
  /** Frozen into each run that is started from here. */
  readonly durations: SyncDurations;
  /** How long any answer of the engine is waited for. @default 5000 */
  readonly answerMs?: number;
  /** How long a cancel may take to its batch border. @default 20000 */
  readonly cancelMs?: number;
  readonly workflowTaskTimeoutMs?: number;
}

const tidying: Actor = { kind: 'system', id: 'sync-tidy' };

/** The one place in client/ that talks to sync runs. */
export function createSyncsPort(client: Client, options: SyncsOptions): SyncsPort {
  const {
    stores,
    taskQueue,
    durations,
    answerMs = 5_000,
    cancelMs = 20_000,
    workflowTaskTimeoutMs,
  } = options;
  const asked = async <T>(ask: () => Promise<T>, withinMs = answerMs): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + withinMs, ask);
    } catch (error) {
      throw engineError(error);
    }
  };
  const read = async (syncId: string): Promise<SyncDoc> => {
    const sync = await stores.syncs.get(syncId);
    if (sync === null) throw new TributaryError('NOT_FOUND', `There is no sync "${syncId}".`);
    return sync;
  };
  const latestOf = ({ _id, latestRun }: SyncDoc): Promise<SyncRunDoc | null> =>
    stores.syncRuns.get(syncRunIdOf(_id, latestRun));
  const handleOf = (syncId: string) => client.workflow.getHandle(syncRunWorkflowId(syncId));
  const runOf = ({ _id, company, connectionId }: SyncDoc, start: SyncStart) => {
    const input: SyncRunInput = { syncId: _id, start, durations };
    return {
      workflowId: syncRunWorkflowId(_id),
      taskQueue,
      args: [input],
      memo: { syncId: _id, connectionId, company },
      staticSummary: `${_id}: sync run`,
      priority: { fairnessKey: company },
      ...(workflowTaskTimeoutMs === undefined ? {} : { workflowTaskTimeout: workflowTaskTimeoutMs }),
    };
  };
  const startOf = ({ id = randomUUID(), kind = 'run', by, key }: SyncRunRequest): SyncStart => ({
    id,
    kind,
    by,
    ...(key === undefined ? {} : { key }),
  });

  async function mayRun(sync: SyncDoc): Promise<void> {
    if (sync.status === 'disabled') throw new TributaryError('SYNC_DISABLED');
    const connection = await stores.connections.get(sync.connectionId);
    if (connection === null || connection.ownCode === 26) throw new TributaryError('CONNECTION_DISCONNECTED');
    if (isHeldStatus(connection.status)) throw new TributaryError('CONNECTION_HELD');
  }

  /** One that was written as ended may still hold the id for a moment. */
  async function start(sync: SyncDoc, wanted: SyncStart): Promise<string> {
    const engineRun = await untilSeen(answerMs, async () => {
      try {
        const run = { ...runOf(sync, wanted), workflowIdConflictPolicy: 'FAIL' as const };
        return (await asked(() => client.workflow.start(syncRunType, run))).firstExecutionRunId;
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const latest = await latestOf(await read(sync._id));
        if (latest !== null && latest.endedAt === null && latest.status !== 'paused')
          throw new TributaryError('SYNC_RUN_OPEN', `Run ${latest._id} is open.`, { runId: latest._id });
        return null;
      }
    });
    if (engineRun === null) throw new TributaryError('SYNC_RUN_OPEN');
    return engineRun;
  }

  return {
    async startRun(syncId, request) {
      const sync = await read(syncId);
      await mayRun(sync);
      const engineRun = await start(sync, startOf(request));
      const run = await untilSeen(answerMs, async () => {
        const latest = await latestOf(await read(syncId));
        return latest?.runIds.includes(engineRun) ? latest : null;
      });
      return { engineRun, runId: run?._id ?? null };
    },
    async tick(syncId, request) {
      const wanted = startOf(request);
      const run = runOf(await read(syncId), wanted);
      await asked(() =>
        client.workflow.signalWithStart(syncRunType, { ...run, signal: syncAgain, signalArgs: [wanted] }),
      );
    },
    async cancelRun(syncId, request) {
      const sync = await read(syncId);
      const latest = await latestOf(sync);
      if (latest?.status === 'paused') {
        const wanted: SyncStart = { id: randomUUID(), kind: 'run', by: request.by, only: 'cancel' };
        await start(sync, wanted);
        const ended = await untilSeen(answerMs, async () => {
          const now = await stores.syncRuns.get(latest._id);
          return now !== null && now.status === 'canceled' ? now : null;
        });
        if (ended === null) throw new TributaryError('NO_WORKER');
        return { runId: ended._id, ledger: ended.ledger };
      }
      try {
        return await asked<SyncCanceled>(
          () => handleOf(syncId).executeUpdate(cancelSyncRun, { args: [request] }),
          cancelMs,
        );
      } catch (error) {
        throw refusalOf(error);
      }
    },
    async tidyRun(syncId) {
      const wanted: SyncStart = { id: randomUUID(), kind: 'run', by: tidying, only: 'tidy' };
      const run = { ...runOf(await read(syncId), wanted), workflowIdConflictPolicy: 'FAIL' as const };
      try {
        await asked(() => client.workflow.start(syncRunType, run));
      } catch (error) {
        // Somebody works for it.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },
    async pauseRun(syncId, request) {
      try {
        await asked(() => handleOf(syncId).signal(pauseSyncRun, request));
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
}

function refusalOf(error: unknown): unknown {
  if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError)
    return new TributaryError('ILLEGAL_MOVE', 'No run of the sync is open.', { allowed: [] });
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error))
    return new TributaryError('NO_WORKER');
  return error;
}
