// npm run golden [-- part of a scenario's name ...]: records the histories that test/replay replays
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lifecycleWorkflowId, sessionWorkflowId } from '../domain/contracts.ts';
import { writeGolden } from '../test/replay/golden-files.ts';
import { pingScenarios } from '../test/replay/ping-scenarios.ts';
import { reportScenarios } from '../test/replay/report-scenarios.ts';
import { scenarios, tickWorkflowId } from '../test/replay/scenarios.ts';
import { syncBaseScenarios } from '../test/replay/sync-base-scenarios.ts';
import { syncScenarios } from '../test/replay/sync-scenarios.ts';
import { tickScenarios } from '../test/replay/tick-scenarios.ts';
import { startWorld, type World } from '../test/support/world.ts';
import { root } from './services.ts';

/** The scenarios of which another workflow is kept too, and its type. */
const lifecycles: Readonly<Record<string, string>> = {
  disconnect: 'disconnect',
  paused: 'procedure',
  resumed: 'procedure',
  finalized: 'procedure',
  ticked: 'tick',
};

const folder = join(root, 'test', 'golden');

async function record(world: World, name: string): Promise<void> {
  // A signal that came late leaves one more run with nothing to do: the run of the session is meant.
  const sessionRun = (await world.latest(name)).runIds.at(-1);
  await keep(world, `${name}.session`, sessionWorkflowId(name), sessionRun);
  const type = lifecycles[name];
  if (type === undefined) return;
  const workflowId = type === 'tick' ? tickWorkflowId(name) : lifecycleWorkflowId(name);
  await keep(world, `${name}.${type}`, workflowId);
}

async function keep(world: World, name: string, workflowId: string, runId?: string): Promise<void> {
  const history = await world.client.workflow.getHandle(workflowId, runId).fetchHistory();
  await writeGolden({ name, workflowId, history });
  console.log(`${name}: ${history.events?.length} events`);
}

async function main(): Promise<void> {
  const parts = process.argv.slice(2);
  const isChosen = ([name]: readonly [string, unknown]) =>
    parts.length === 0 || parts.some((part) => name.includes(part));
  const chosen = Object.entries(scenarios).filter(isChosen);
  const chosenSyncs = Object.entries(syncScenarios).filter(isChosen);
  const chosenTicks = Object.entries(tickScenarios).filter(isChosen);
  const chosenPings = Object.entries(pingScenarios).filter(isChosen);
  const chosenBases = Object.entries(syncBaseScenarios).filter(isChosen);
  const chosenReports = Object.entries(reportScenarios).filter(isChosen);
  const stale = (await readdir(folder)).filter((file) => file.endsWith('.json') && parts.length === 0);
  const world = await startWorld();
  try {
    for (const [name, play] of chosen) {
      await play(world, name);
      await rm(join(folder, `${name}.session.json`), { force: true });
      await record(world, name);
    }
    for (const [name, play] of chosenSyncs) await keep(world, `${name}.syncRun`, await play(world));
    for (const [name, play] of chosenTicks) await keep(world, `${name}.tick`, await play(world));
    for (const [name, play] of chosenPings) await keep(world, `${name}.ping`, await play(world));
    for (const [name, play] of chosenBases) await keep(world, `${name}.syncBase`, await play());
    for (const [name, play] of chosenReports) await keep(world, name, await play(world));
    for (const file of stale)
      if (
        ![...chosen, ...chosenSyncs, ...chosenTicks, ...chosenPings, ...chosenBases, ...chosenReports].some(
          ([name]) => file.startsWith(`${name}.`),
        )
      )
        await rm(join(folder, file));
  } finally {
    await world.stop();
  }
}

await main();
