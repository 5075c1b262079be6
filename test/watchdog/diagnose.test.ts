import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { controlSteps, partSteps } from '../../client/cli/diagnose/steps.ts';
import { restartCommand } from '../../client/watchdog/commands.ts';
import { parts, type Seen } from '../../client/watchdog/parts.ts';

const seen = (gone: readonly string[]): Seen[] =>
  parts.map((part) => ({ part, state: gone.includes(part) ? 'gone' : 'well', text: `${part}.`, ms: 1 }));

describe('diagnose', () => {
  it('names the root first, with the command of who keeps it running', () => {
    const faults = partSteps(seen(['store', 'api']), 'compose').filter(({ state }) => state === 'fault');
    assert.deepEqual(
      faults.map(({ place, help }) => [place, help]),
      [
        ['store', 'docker compose restart mongodb'],
        ['API', 'docker compose restart api'],
      ],
    );
  });

  it('says of what cannot be asked that it was not checked, and nothing throws', async () => {
    const without = await controlSteps(undefined);
    assert.ok(without.length > 0 && without.every(({ state }) => state === 'unchecked'));
    const failing = new Proxy({}, { get: () => () => Promise.reject(new Error('no')) }) as never;
    const steps = await controlSteps(failing);
    assert.ok(steps.every(({ state, text }) => state === 'unchecked' && text === 'no'));
  });

  it('knows the command of each supervisor', () => {
    assert.equal(restartCommand('start', ['worker', 'api']), 'tributary service restart all');
    assert.equal(restartCommand('systemd', ['api']), 'sudo systemctl restart tributary-api');
    assert.equal(restartCommand(undefined, ['worker']), 'npm start');
  });
});
