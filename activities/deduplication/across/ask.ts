import { activityInfo, getClient } from '@temporalio/activity';
import type { Actor } from '../../../domain/contracts.ts';
import type { ActivityPorts } from '../../ports.ts';
import { refresh } from '../../schedules/tick.ts';

/** Asks for a session of another connection that brings its records to what was decided. */
export type AskOther = (connectionId: string, resource: string) => Promise<void>;

const by: Actor = { kind: 'system', id: 'deduplication' };

/**
 * Starts one that asks the app for nothing, as an undo does. An open one is told and does it after; where none may start,
 * the connection's next session does it.
 */
export function createAskOther(ports: ActivityPorts): AskOther {
  return async (connectionId, resource) => {
    const client = getClient();
    const { workflowExecution } = activityInfo();
    // The activity may be on the queue of a pool: sessions belong on that of its workflow.
    const workflowId = workflowExecution?.workflowId ?? '';
    const { taskQueue } = await client.workflow.getHandle(workflowId).describe();
    const connection = await ports.stores.connections.get(connectionId);
    if (connection === null) return;
    const scope = { resources: [resource], replay: { resource, ids: [] } };
    const tickId = `${workflowId}/${workflowExecution?.runId}/${connectionId}`;
    await refresh(ports, { client, taskQueue, tickId }, connection, { connectionId, by, scopes: [scope] });
  };
}
