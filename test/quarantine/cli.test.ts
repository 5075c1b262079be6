import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { tributary } from '../client/cli-process.ts';
import { token } from '../client/support.ts';
import { setScene } from '../session/scene.ts';
import { pagedRows } from '../support/paged-app.ts';
import { startWorld, type World } from '../support/world.ts';
import { loose, mend, odd, pass, serveApi } from './scene.ts';

let world: World;
before(async () => {
  world = await startWorld({ quarantineShare: 0.9 });
});
after(() => world?.stop());

test('the quarantine on the terminal: list, show, preview, replay, discard', async (t) => {
  const keyless = { amount: 1, updated_at: '2024-01-01T00:00:02.000Z', api_key: 'k-1' };
  const scene = await setScene(world, t, { rows: { orders: [...pagedRows(9), ...odd(23, 27), keyless] } });
  const env = { TRIBUTARY_URL: await serveApi(world, t), TRIBUTARY_TOKEN: token };
  await pass(world, scene);
  const says = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await tributary(['quarantine', ...args], env);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const list = await says('list', scene.id);
  assert.match(list, /SCHEMA_MISMATCH\s+2/);
  assert.match(list, /KEY_MISSING\s+1/);
  const row = /\S+\/orders\/\d+\/11/.exec(list)?.[0] ?? assert.fail(list);
  const shown = await says('show', scene.id, row);
  assert.match(shown, /KEY_MISSING/);
  assert.doesNotMatch(shown, /k-1/, 'secrets are not shown');

  mend(world, scene, loose);
  const mismatch = [scene.id, '--resource', 'orders', '--reason', 'SCHEMA_MISMATCH'];
  assert.match(await says('preview', ...mismatch), /of 2 rows: 2 inserted\./);
  assert.match(await says('replay', ...mismatch), new RegExp(`session watch ${scene.id}\\.2`));
  await world.reaches(scene.id, 19, ({ number }) => number === 2);
  const gone = await says('discard', scene.id, '--row', row, '--why', 'a test row');
  assert.match(gone, /1 row discarded/);
});
