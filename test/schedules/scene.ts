import assert from 'node:assert/strict';
import { applyBy } from '../../activities/schedules/apply.ts';
import type { IngestionConfiguration } from '../../domain/schedule.ts';
import { scheduleIdOf, type TickOutcome } from '../../domain/ticks.ts';
import type { ConnectionChange } from '../../stores/connections.ts';
import { type Scene, type SceneOptions, setScene } from '../session/scene.ts';
import { until } from '../support/until.ts';
import type { World } from '../support/world.ts';

/** A started connection with Schedules at the engine. They are deleted with the test. */
export interface ScheduledScene extends Scene {
  /** Ids of the Schedules that the engine has, in order. */
  readonly schedules: () => Promise<readonly string[]>;
  readonly change: (change: ConnectionChange) => Promise<void>;
  /** Brings the Schedules to what the store says. */
  readonly apply: () => Promise<number>;
  readonly handle: (configuration: string) => ReturnType<World['client']['schedule']['getHandle']>;
  /** Lets a Schedule start its tick now, and waits for what it decides. */
  readonly tick: (configuration: string) => Promise<TickOutcome>;
}

export const nightly: IngestionConfiguration = {
  id: 'nightly',
  strategy: 'SNAPSHOT',
  schedule: { kind: 'CRON', cron: '0 3 * * *' },
  enabled: true,
};

export const hourly: IngestionConfiguration = {
  id: 'hourly',
  strategy: 'INCREMENTAL',
  schedule: { kind: 'INTERVAL', every: '1h' },
  enabled: true,
};

export async function setScheduled(
  world: World,
  test: { after: (fn: () => Promise<void>) => void },
  change: ConnectionChange,
  options: SceneOptions = {},
): Promise<ScheduledScene> {
  const { client, stores, taskQueue } = world;
  const scene = await setScene(world, test, options);
  const { id } = scene;
  const known = new Set<string>();
  const make = async (more: ConnectionChange) => {
    const after = await stores.connections.change(id, () => more);
    for (const resource of after.resources)
      for (const one of resource.configurations ?? []) known.add(`${resource.id}.${one.id}`);
  };
  known.add('global');
  const handle = (configuration: string) => client.schedule.getHandle(scheduleIdOf(id, configuration));
  const taken = async (configuration: string) => (await handle(configuration).describe()).info;
  const apply = async () =>
    (await applyBy({ stores }, { client, taskQueue }, { connectionId: id })).schedules;
  await make(change);
  await apply();
  test.after(async () => {
    for (const configuration of known)
      await handle(configuration)
        .delete()
        .catch(() => undefined);
  });
  return {
    ...scene,
    change: make,
    apply,
    handle,
    schedules: async () => {
      const there = await Promise.all(
        [...known].map((configuration) =>
          taken(configuration).then(
            () => [configuration],
            () => [],
          ),
        ),
      );
      return there.flat().sort();
    },
    tick: async (configuration) => {
      const before = (await taken(configuration)).numActionsTaken;
      await handle(configuration).trigger();
      const { action } = await until('the tick', async () => {
        const { numActionsTaken, recentActions } = await taken(configuration);
        const last = recentActions.at(-1);
        return numActionsTaken > before && last !== undefined
          ? { found: last }
          : { seen: `${numActionsTaken} actions` };
      });
      assert.ok(action.type === 'startWorkflow');
      const { workflowId, firstExecutionRunId } = action.workflow;
      return client.workflow.getHandle(workflowId, firstExecutionRunId).result() as Promise<TickOutcome>;
    },
  };
}
