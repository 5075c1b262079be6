import { workflowTypes } from '../../domain/contracts.ts';
import type { OverviewTick } from '../../domain/ticks.ts';
import { automationScene, dayMs } from '../automations/scene.ts';
import { until } from '../support/until.ts';
import type { World } from '../support/world.ts';

/** The ticks whose histories are kept beside that of a connection, by name. @returns the id of the workflow */
export const tickScenarios: Readonly<Record<string, (world: World) => Promise<string>>> = {
  /** Started by its Schedule, which says for which time. */
  automation: async (world) => {
    const scene = automationScene(world);
    const { _id } = await scene.made('automation', { _id: 'golden-automation' });
    const midnight = Math.floor(Date.now() / dayMs) * dayMs - dayMs;
    await scene.tickFor(_id, midnight - 60_000, midnight + 60_000);
    await scene.rows(_id, 1);
    const workflowId = await until('the tick', async () => {
      const [action] = (await scene.handle(_id).describe()).info.recentActions;
      return action === undefined ? { seen: 'none' } : { found: action.action.workflow.workflowId };
    });
    await scene.handle(_id).delete();
    await world.client.workflow.getHandle(workflowId).result();
    return workflowId;
  },
  overview: async ({ client, taskQueue }) => {
    const workflowId = 'tick/system/overview';
    const input: OverviewTick = { system: 'overview' };
    await client.workflow.execute(workflowTypes.tick, { workflowId, taskQueue, args: [input] });
    return workflowId;
  },
};
