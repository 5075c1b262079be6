import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createMortal, leftBy } from '../kill/support.ts';
import { pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { loose, odd } from './scene.ts';

const resource = 'orders';
const strict = pagedDefinition({ id: 'killed-replay' });
const mended = { ...strict, resources: strict.resources.map((one) => ({ ...one, ...loose })) };
const bad = odd(...Array.from({ length: 80 }, (_, index) => index + 11));
const rows = [...pagedRows(10), ...bad, { updated_at: '2024-01-01T00:00:02.000Z' }];

let world: World;
before(async () => {
  world = await startWorld({ batchRows: 20, batchAgeMs: 600_000, quarantineShare: 0.99 });
});
after(() => world.stop());

it('a replay whose worker is killed while it merges and while it settles ends as one that was not', {
  timeout: 240_000,
}, async (t) => {
  const app = await startPagedApp({ resources: { orders: rows } });
  t.after(() => app.stop());
  const port = world.sessions({ heartbeatMs: 1_000, quickMs: 3_000 });
  const install = () => world.started({ definition: strict, baseUrl: app.url });
  const [calm, killed] = [await install(), await install()];
  for (const connection of [calm, killed]) {
    await port.startSession(connection, { kind: 'load', by: tester });
    await world.closes(connection._id);
  }
  world.definitions.set(strict.id, mended);
  const scope = { resources: [resource], replay: { resource } };
  await port.requestSession(calm, { by: tester, scope });
  const undisturbed = await leftBy(world, await world.reaches(calm._id, 19, ({ number }) => number === 2));
  assert.deepEqual([undisturbed.orders?.ledger.inserted, undisturbed.orders?.ledger.quarantined], [80, 1]);
  await Promise.all([world.stopWorker(), world.stopPool()]);

  const mortal = await createMortal(world, [mended]);
  t.after(() => mortal.stop());
  await mortal.grant(killed);
  mortal.start();
  const merging = mortal.killAt({
    matches: ({ collection }) => /^records\./.test(collection),
    nth: 2,
    when: 'after',
  });
  await port.requestSession(killed, { by: tester, scope });
  await merging;
  // The first write keeps what was refused again, the second one takes the others out.
  const settling = mortal.killAt({
    matches: ({ collection }) => /^quarantine\./.test(collection),
    nth: 2,
    when: 'after',
  });
  mortal.start();
  await settling;
  mortal.start('last');
  const session = await world.reaches(killed._id, 19, ({ number }) => number === 2);
  assert.deepEqual(await leftBy(world, session), undisturbed);
  assert.equal(session.quarantineLeft, 1);
  const [line, ...others] = await world.stores.quarantineLines.list({
    ...{ connectionId: killed._id, generation: 1, syncId: null, limit: 10 },
  });
  assert.deepEqual([line?.rows, others.length], [80, 0]);
});
