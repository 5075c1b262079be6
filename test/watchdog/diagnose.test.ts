import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { controlSteps, partSteps, shortened } from '../../client/cli/diagnose/steps.ts';
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

  it('shows a few faults of a place, and where the others are', () => {
    const failed = (count: number) =>
      Array.from({ length: count }, (_, n) => ({
        ...({ place: 'Failed Reports', state: 'fault', text: `report ${n}`, help: null } as const),
      }));
    const alert = { place: 'Alerts', state: 'fault', text: 'alert', help: null } as const;
    const texts = (count: number) => shortened([...failed(count), alert]).map(({ text }) => text);
    assert.deepEqual(texts(4), ['report 0', 'report 1', 'report 2', 'report 3', 'alert']);
    const more = 'and 9 more: tributary report list --failed';
    assert.deepEqual(texts(12), ['report 0', 'report 1', 'report 2', more, 'alert']);
  });

  it('knows the command of each supervisor', () => {
    assert.equal(restartCommand('start', ['worker', 'api']), 'tributary service restart all');
    assert.equal(restartCommand('systemd', ['api']), 'sudo systemctl restart tributary-api');
    assert.equal(restartCommand(undefined, ['worker']), 'npm start');
  });
});
