import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  type ReplayWorkerOptions,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { readGolden } from './golden-files.ts';
import { pingScenarios } from './ping-scenarios.ts';
import { reportScenarios } from './report-scenarios.ts';
import { scenarios } from './scenarios.ts';
import { syncBaseScenarios } from './sync-base-scenarios.ts';
import { syncScenarios } from './sync-scenarios.ts';
import { tickScenarios } from './tick-scenarios.ts';

// What a replay finds is asserted; the SDK need not print it too.
const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } });

/** The error of each kept history when these workflows replay it, by the history's name. */
async function replay(workflowBundle: ReplayWorkerOptions['workflowBundle'], type = '') {
  const golden = (await readGolden()).filter(({ name }) => name.endsWith(type));
  const errors = new Map<string, Error | undefined>();
  const results = Worker.runReplayHistories({ workflowBundle } as ReplayWorkerOptions, golden);
  let next = 0;
  for await (const { workflowId, error } of results) {
    assert.equal(workflowId, golden[next]?.workflowId);
    errors.set(golden[next++]?.name ?? '', error);
  }
  return errors;
}

describe('the kept histories', () => {
  const { TEST_WORKFLOW_BUNDLE: codePath } = process.env;

  it('are there for every flow', async () => {
    const names = (await readGolden()).map(({ name }) => name);
    const expected = [
      ...Object.keys(scenarios).map((name) => `${name}.session`),
      ...['disconnect.disconnect', 'paused.procedure', 'resumed.procedure', 'finalized.procedure'],
      'ticked.tick',
      ...Object.keys(syncScenarios).map((name) => `${name}.syncRun`),
      ...Object.keys(syncBaseScenarios).map((name) => `${name}.syncBase`),
      ...Object.keys(tickScenarios).map((name) => `${name}.tick`),
      ...Object.keys(reportScenarios),
      ...Object.keys(pingScenarios).map((name) => `${name}.ping`),
    ];
    assert.deepEqual(names.sort(), expected.sort(), 'record them by "npm run golden"');
  });

  it('replay on the workflows as they are now', async () => {
    assert.ok(codePath, 'Run this by "npm test": it bundles the workflows.');
    for (const [name, error] of await replay({ codePath }))
      assert.equal(
        error,
        undefined,
        `${name}: ${error?.message}\nA flow that changed on purpose is recorded again by "npm run golden".`,
      );
  });

  it('do not replay on a session that does something else first', async () => {
    const workflowsPath = fileURLToPath(new URL('./broken-session.ts', import.meta.url));
    const bundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
    const errors = await replay(bundle, '.session');
    for (const name of Object.keys(scenarios))
      assert.ok(errors.get(`${name}.session`) instanceof DeterminismViolationError, `${name} was replayed`);
  });
});
