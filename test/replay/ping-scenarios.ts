import { workflowTypes } from '../../domain/contracts.ts';
import { pingQuery, pingWorkflowId } from '../../domain/ping.ts';
import type { World } from '../support/world.ts';

/** The watchdog's workflow, asked once. Each gives the id of the workflow whose history is kept. */
export const pingScenarios: Readonly<Record<string, (world: World) => Promise<string>>> = {
  async pinged({ client, taskQueue }) {
    const workflowId = pingWorkflowId(taskQueue);
    const handle = await client.workflow.start(workflowTypes.ping, { workflowId, taskQueue, args: [] });
    await handle.result();
    await handle.query(pingQuery);
    return workflowId;
  },
};
