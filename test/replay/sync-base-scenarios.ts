import type { startScene } from '../sync-base/scene.ts';

type Scene = Awaited<ReturnType<typeof startScene>>;

const scenario = (play: (scene: Scene) => Promise<unknown>) => async (): Promise<string> => {
  // Only where it is played: it sets up the runtime, which replays set up otherwise.
  const { startScene } = await import('../sync-base/scene.ts');
  const scene = await startScene();
  try {
    await play(scene);
    return scene.lastPass();
  } finally {
    await scene.stop();
  }
};

/** Passes over a SYNC base whose histories are kept, by name; each gives the id of its workflow. */
export const syncBaseScenarios: Readonly<Record<string, () => Promise<string>>> = {
  'sync-base-done': scenario(({ pass }) => pass()),
  'sync-base-unreachable': scenario(async ({ airtable, pass }) => {
    airtable.sever();
    await pass(300);
  }),
};
