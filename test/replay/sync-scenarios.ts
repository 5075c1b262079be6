import type { Actor } from '../../domain/contracts.ts';
import { untilStopped } from '../support/box.ts';
import { orders, syncScene } from '../support/sync-scene.ts';
import type { World } from '../support/world.ts';

const tester: Actor = { kind: 'person', id: 'tester' };

/** Brings a sync through one flow until its execution has ended. @returns the id of its workflow: its newest run is meant */
export type SyncScenario = (world: World) => Promise<string>;

type Scene = Awaited<ReturnType<typeof syncScene>>;

const scenario =
  (flow: (scene: Scene) => Promise<void>): SyncScenario =>
  async (world) => {
    const scene = await syncScene(world);
    await scene.session(orders(25));
    await flow(scene);
    return `sync-run/${scene.syncId}`;
  };

/** In the middle of its delivery. */
async function disturbed(scene: Scene, how: () => Promise<unknown>): Promise<void> {
  let done: Promise<unknown> | undefined;
  scene.box.onWrite = async (call) => {
    if (call !== 2) return;
    done = how();
    await untilStopped();
  };
  await scene.runs();
  await done;
}

const paused = (scene: Scene) =>
  disturbed(scene, () => scene.port.pauseRun(scene.syncId, { reason: 'CONNECTION_PAUSED', by: tester }));

/** The flows of sync runs whose histories are kept, by name. */
export const syncScenarios: Readonly<Record<string, SyncScenario>> = {
  'sync-success': scenario(async (scene) => {
    await scene.runs();
  }),
  'sync-rejected': scenario(async (scene) => {
    scene.box.refuses.set('o1', 'no');
    await scene.runs();
  }),
  'sync-canceled': scenario((scene) =>
    disturbed(scene, () => scene.port.cancelRun(scene.syncId, { by: tester })),
  ),
  'sync-paused': scenario(paused),
  'sync-resumed': scenario(async (scene) => {
    await paused(scene);
    await scene.runs();
  }),
};
