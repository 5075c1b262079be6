import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addAutomation } from '../../activities/automations/edit.ts';
import { createSyncBaseClient } from '../../activities/sync-base/airtable.ts';
import { openStores } from '../../stores/open.ts';
import { localEgress } from '../support/egress.ts';
import { startScene, tester } from '../sync-base/scene.ts';

const schedules = 100;
const rounds = 10;

let scene: Awaited<ReturnType<typeof startScene>>;
before(async () => {
  scene = await startScene();
});
after(() => scene.stop());

test('a thousand edits while another process asks for the same base: all are taken, not one 429', async () => {
  const { airtable, base, world, stores, pass, record, row } = scene;
  const ids = Array.from({ length: schedules }, (_, index) => `storm-${index}`);
  for (const id of ids)
    await addAutomation(
      { stores, now: () => new Date() },
      id,
      {
        ...{ name: id, description: '', task: { kind: 'retention' }, run: 'Daily', time: '06:00' },
        ...{ timezone: '-7', weekday: null, disabled: true, missed: 'runOnce' },
      },
      tester,
    );
  await pass(300_000);

  // The second process: stores and a client of its own share nothing with the first but the store.
  const own = await openStores({
    uri: process.env.TEST_MONGODB_URI ?? '',
    database: world.stores.db.databaseName,
  });
  const ending = new AbortController();
  const syncBase = { token: airtable.token(), apiUrl: airtable.url, keepDays: 30, developers: [] };
  const other = createSyncBaseClient({ stores: own, egress: localEgress, syncBase }, base.id);
  let asked = 0;
  const asking = (async () => {
    while (!ending.signal.aborted) {
      await other.tables(ending.signal);
      asked += 1;
    }
  })().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });

  for (let round = 1; round <= rounds; round++) {
    for (const id of ids)
      base.person().edit('Automations', record('Automations', id), { Description: `${id} in ${round}` });
    const outcome = await pass(300_000);
    assert.deepEqual([outcome.decision, outcome.taken], ['done', schedules]);
  }
  ending.abort();
  await asking;
  await own.close();

  for (const id of ids) {
    assert.equal((await stores.automations.get(id))?.description, `${id} in ${rounds}`);
    assert.equal(row('Automations', id)?.Description, `${id} in ${rounds}`);
  }
  assert.ok(asked > 50, `the other process asked ${asked} times only`);
  assert.equal(airtable.seen.filter(({ status }) => status === 429).length, 0);
});
