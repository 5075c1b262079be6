import {
  ActivityCancellationType,
  condition,
  getExternalWorkflowHandle,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { DisconnectActivities, LifecycleActivities } from '../activities/contracts.ts';
import { type DisconnectInput, type DisconnectOutcome, sessionWorkflowId } from '../domain/contracts.ts';
import { disconnect as disconnectSignal, sessionEnded } from './messages.ts';

/** Heartbeats, so that a step whose worker died is repeated soon and not when its whole time is over. */
const steps = (heartbeatMs: number) =>
  proxyActivities<DisconnectActivities & Pick<LifecycleActivities, 'applySchedules'>>({
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: heartbeatMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '500ms', maximumInterval: '10s' },
  });

/**
 * Ends a generation of a connection (states.md section 5): the door is closed, its Schedules are deleted, the
 * open session told and awaited, the grant revoked at the app, everything that the generation owns purged, a receipt left.
 * Workflow id `lifecycle/<connectionId>`.
 */
export async function disconnect(input: DisconnectInput): Promise<DisconnectOutcome> {
  let ended = false;
  setHandler(sessionEnded, () => {
    ended = true;
  });
  const { connectionId, by, keepData, heartbeatMs, generation: asked } = input;
  const { closeDoor, applySchedules, revokeGrant, purgeConnection } = steps(heartbeatMs);
  const { generation } = await closeDoor({
    connectionId,
    ...(asked === undefined ? {} : { generation: asked }),
  });
  // A closed door wants none: they are deleted.
  await applySchedules({ connectionId });
  if (await tellSession(input)) {
    const stopped = await condition(() => ended, heartbeatMs * 4);
    // An activity that does not answer cannot hold the purge: its generation is closed, its writes are fenced.
    if (!stopped) await sleep(heartbeatMs);
  }
  const { revoked } = await revokeGrant({ connectionId, generation });
  const { receiptId } = await purgeConnection({
    connectionId,
    generation,
    keepData,
    grantRevoked: revoked,
    by,
  });
  return { connectionId, generation, receiptId };
}

/** False when no session is open. */
async function tellSession({ connectionId, by }: DisconnectInput): Promise<boolean> {
  try {
    const replyTo = workflowInfo().workflowId;
    await getExternalWorkflowHandle(sessionWorkflowId(connectionId)).signal(disconnectSignal, {
      by,
      replyTo,
    });
    return true;
  } catch {
    return false;
  }
}
