import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSyncBaseClient } from '../../activities/sync-base/airtable.ts';
import { TributaryError } from '../../domain/errors.ts';
import { openStores } from '../../stores/open.ts';
import { localEgress } from '../support/egress.ts';
import { type Scene, startScene } from '../sync-base/scene.ts';

const schedules = 100;
const ids = Array.from({ length: schedules }, (_, index) => `storm-${index}`);
const edit = (id: string, round: number) => `${id} in ${round}`;

/** A scene with many schedules, which Airtable shows. */
async function startStorm(): Promise<Scene> {
  const scene = await startScene();
  for (const id of ids) await scene.schedule(id, { disabled: true });
  assert.equal((await scene.pass(300_000)).decision, 'done');
  return scene;
}

/** A second process: stores and a client of its own, that share nothing with the first but the store. */
async function startOther({ airtable, base, world, syncBase }: Scene) {
  const stores = await openStores({
    uri: process.env.TEST_MONGODB_URI ?? '',
    database: world.stores.db.databaseName,
  });
  const ending = new AbortController();
  const client = createSyncBaseClient({ stores, egress: localEgress, syncBase }, base.id);
  const counts = { asked: 0, refused: 0 };
  const asking = (async () => {
    while (!ending.signal.aborted)
      try {
        await client.tables(ending.signal);
        counts.asked += 1;
      } catch (error) {
        if (ending.signal.aborted) return;
        if (!(error instanceof TributaryError) || error.code !== 'DESTINATION_RATE_LIMITED') throw error;
        counts.refused += 1;
      }
  })();
  let stopped: Promise<void> | undefined;
  return {
    counts,
    refusals: () => airtable.seen.filter(({ status }) => status === 429),
    /** May be repeated. */
    stop(): Promise<void> {
      ending.abort();
      stopped ??= asking.finally(() => stores.close());
      return stopped;
    },
  };
}

/** A person edits every schedule in Airtable. */
function editAll({ base, record }: Scene, round: number): void {
  for (const id of ids)
    base.person().edit('Automations', record('Automations', id), { Description: edit(id, round) });
}

async function assertTaken({ stores, row }: Scene, round: number): Promise<void> {
  for (const id of ids) {
    assert.equal((await stores.automations.get(id))?.description, edit(id, round));
    assert.equal(row('Automations', id)?.Description, edit(id, round));
  }
}

test('a thousand edits while another process asks for the same base: all are taken, not one 429', async (t) => {
  const rounds = 10;
  const scene = await startStorm();
  const other = await startOther(scene);
  t.after(() => other.stop().finally(scene.stop));
  for (let round = 1; round <= rounds; round++) {
    editAll(scene, round);
    const outcome = await scene.pass(300_000);
    assert.deepEqual([outcome.decision, outcome.taken], ['done', schedules]);
  }
  await other.stop();
  await assertTaken(scene, rounds);
  assert.ok(other.counts.asked > 50, `the other process asked ${other.counts.asked} times only`);
  assert.equal(other.refusals().length, 0);
});

test('others cause a lock-out of 30 s in the midst of a storm: nobody of ours asks during it, and nothing is lost', async (t) => {
  const lockOutMs = 30_000;
  const scene = await startStorm();
  const { airtable, base, stores, pass, logs } = scene;
  const other = await startOther(scene);
  t.after(() => other.stop().finally(scene.stop));
  scene.syncBase.graceMs = 60_000;
  editAll(scene, 1);
  await pass(300_000);

  // Just as rows of Logs are written, which comes before those of the schedules.
  const headers = { authorization: `Bearer ${airtable.token()}` };
  const crowd = () => fetch(`${airtable.url}/v0/bases/${base.id}/webhooks`, { headers });
  let crowding: Promise<Response[]> | undefined;
  airtable.before('PATCH', new RegExp(`/v0/${base.id}/`), () => {
    crowding = Promise.all(Array.from({ length: 8 }, crowd));
  });
  editAll(scene, 2);
  const outcome = await pass(300_000);
  assert.equal(outcome.decision, 'done');
  assert.ok(
    (await crowding)?.some(({ status }) => status === 429),
    'there was a lock-out',
  );
  editAll(scene, 3);
  assert.equal((await pass(300_000)).taken, schedules);
  await other.stop();

  await assertTaken(scene, 3);
  const texts = (await logs()).join('\n');
  for (const round of [1, 2, 3])
    for (const id of ids) assert.ok(texts.includes(`, is ${edit(id, round)}`), edit(id, round));
  const ours = airtable.seen.filter(({ path }) => path !== `/v0/bases/${base.id}/webhooks`);
  const refused = ours.filter(({ status }) => status === 429);
  t.diagnostic(
    `${refused.length} of ours were refused, ${other.counts.refused} of them of the other process`,
  );
  // Each process may have had one on its way when the lock-out came.
  assert.ok(refused.length >= 1 && refused.length <= 2, `${refused.length} refusals`);
  const last = refused.at(-1)?.at ?? 0;
  const early = ours.filter(({ at }) => at > last && at < last + lockOutMs - 1_000);
  assert.deepEqual(early, [], 'nobody asks before it is over');
  assert.equal(await stores.alerts.get(`airtable/${base.id}`), null);
});
