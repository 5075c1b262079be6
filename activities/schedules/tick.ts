import { activityInfo, getClient } from '@temporalio/activity';
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import {
  type Actor,
  type Scope,
  type ScopeRequest,
  type StartRefusal,
  sessionIdOf,
  sessionMessages,
  sessionWorkflowId,
  workflowTypes,
} from '../../domain/contracts.ts';
import { isContinuable, isErrorStatus } from '../../domain/session.ts';
import {
  type RefreshTick,
  scheduleIdOf,
  schedulesOf,
  type TickInput,
  type TickOutcome,
} from '../../domain/ticks.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import { noteOverview } from '../automations/overview.ts';
import { tickAutomation } from '../automations/tick.ts';
import { beating } from '../disconnect/beating.ts';
import { type ActivityPorts, defaultTicks } from '../ports.ts';
import { sessionRunOf } from '../session-run.ts';
import { applyBy } from './apply.ts';
import { removeSchedule } from './engine.ts';
import { tickSync } from './tick-sync.ts';

export type TickPorts = Pick<
  ActivityPorts,
  'stores' | 'ticks' | 'log' | 'delivery' | 'startReport' | 'fillReports' | 'rawBatchDays'
>;
type Ports = TickPorts;

/** What of the engine a tick works with. */
export interface TickEngine {
  readonly client: Client;
  readonly taskQueue: string;
  /** Id and run of the tick's workflow: what it wrote once, it does not write again. */
  readonly tickId: string;
}

/** Decides by the business rule what a tick does (states.md section 1, "When a session may start"), and does it. */
export async function runTick(ports: Ports, input: TickInput): Promise<TickOutcome> {
  const { taskQueue, workflowExecution } = activityInfo();
  // Two ticks within one second have the same id, and are two runs of it.
  const tickId = `${workflowExecution?.workflowId}/${workflowExecution?.runId}`;
  const engine = { client: getClient(), taskQueue, tickId };
  if ('system' in input) return noteOverview(ports);
  if ('automationId' in input) return beating(() => tickAutomation(ports, engine, input));
  return 'syncId' in input ? tickSync(ports, engine, input) : tickBy(ports, engine, input);
}

async function tickBy(ports: Ports, engine: TickEngine, input: RefreshTick): Promise<TickOutcome> {
  const { connectionId, configuration } = input;
  const connection = await ports.stores.connections.get(connectionId);
  const schedule =
    connection === null
      ? undefined
      : schedulesOf(connection).find((one) => one.configuration === configuration);
  if (schedule === undefined) {
    // Its configuration is gone, and so should the Schedule be: one that was forgotten ends here.
    await removeSchedule(engine.client, scheduleIdOf(connectionId, configuration));
    // Should it have come back in this moment, it is made again.
    await applyBy(ports, engine, { connectionId });
  }
  const by: Actor = { kind: 'schedule', id: scheduleIdOf(connectionId, configuration) };
  return refresh(ports, engine, connection, { connectionId, by, scopes: schedule?.scopes ?? [] });
}

/** Which sessions are wanted, and who wants them. */
export interface Refresh {
  readonly connectionId: string;
  readonly by: Actor;
  /** None: nothing. */
  readonly scopes: readonly Scope[];
}

/** Starts, retries or goes on with a session, keeps the scopes for the next one, or skips and notes why. */
export async function refresh(
  ports: Ports,
  engine: TickEngine,
  connection: ConnectionDoc | null,
  wanted: Refresh,
): Promise<TickOutcome> {
  const { by, scopes } = wanted;
  if (connection === null) return skip(ports, engine, wanted, 'CONNECTION_NOT_FOUND', null);

  const latest = await latestOf(ports, connection);
  const refusal = refusalOf(connection, latest);
  if (refusal !== null) return skip(ports, engine, wanted, refusal, latest);
  const [first, ...others] = scopes;
  if (first === undefined) return skip(ports, engine, wanted, 'NOTHING_TO_DO', latest);

  const decision = await startOrTell(ports, engine, connection, { by, scope: first });
  for (const scope of others) await startOrTell(ports, engine, connection, { by, scope });
  return outcomeOf(decision, latest);
}

async function latestOf(
  { stores }: Ports,
  { _id, latestSession }: ConnectionDoc,
): Promise<SessionDoc | null> {
  return latestSession === 0 ? null : stores.sessions.get(sessionIdOf(_id, latestSession));
}

/** Why nothing is started; null: something is. */
function refusalOf(
  { status, authorized, ownCode }: ConnectionDoc,
  latest: SessionDoc | null,
): StartRefusal | null {
  if (status !== 'STARTED' || ownCode === 26) return 'CONNECTION_NOT_STARTED';
  if (!authorized || ownCode === 8) return 'NOT_AUTHORIZED';
  const stands = latest?.closedAt === null ? latest.status : null;
  return stands !== null && isErrorStatus(stands) && !isContinuable(stands) ? 'NEEDS_PERSON' : null;
}

/** The open session is told, else one is started: it may open or close in between. */
async function startOrTell(
  { ticks = defaultTicks }: Ports,
  { client, taskQueue, tickId }: TickEngine,
  connection: ConnectionDoc,
  request: ScopeRequest,
): Promise<'started' | 'told'> {
  const handle = client.workflow.getHandle(sessionWorkflowId(connection._id));
  const run = sessionRunOf(connection, { kind: 'load', ...request }, { ...ticks, taskQueue });
  for (;;) {
    try {
      // Asked again after its answer was lost: what it started is not told as well.
      if (activityInfo().attempt > 1 && (await startedBy(handle, request, tickId))) return 'started';
      await handle.signal(sessionMessages.tick, request);
      return 'told';
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
    try {
      await client.workflow.start(workflowTypes.session, {
        ...run,
        memo: { ...run.memo, tick: markOf(request, tickId) },
        workflowIdConflictPolicy: 'FAIL',
      });
      return 'started';
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
}

const markOf = ({ scope }: ScopeRequest, tickId: string): string =>
  `${tickId}${scope?.full === true ? ' full' : ''}`;

async function startedBy(
  handle: ReturnType<Client['workflow']['getHandle']>,
  request: ScopeRequest,
  tickId: string,
): Promise<boolean> {
  const { memo } = await handle.describe();
  return memo?.tick === markOf(request, tickId);
}

function outcomeOf(did: 'started' | 'told', latest: SessionDoc | null): TickOutcome {
  const { status, closedAt, closedBy } = latest ?? { status: null, closedAt: null, closedBy: null };
  const inError = status !== null && isErrorStatus(status);
  const sessionId = latest?._id ?? null;
  if (did === 'told' && closedAt === null)
    return { decision: inError ? 'retried' : 'kept', reason: null, sessionId };
  // Its run is just ending, or another one has just begun.
  if (did === 'told') return { decision: 'kept', reason: null, sessionId: null };
  if (inError && closedBy === 'window') return { decision: 'continued', reason: null, sessionId };
  return { decision: 'started', reason: null, sessionId: null };
}

async function skip(
  { stores, log }: Ports,
  { tickId }: TickEngine,
  { connectionId, by }: Refresh,
  reason: StartRefusal,
  latest: SessionDoc | null,
): Promise<TickOutcome> {
  await stores.skippedStarts.put({ _id: tickId, connectionId, reason, by, at: new Date() });
  log.info({ connectionId, schedule: by.id, reason }, 'a tick was skipped');
  return { decision: 'skipped', reason, sessionId: latest?._id ?? null };
}
