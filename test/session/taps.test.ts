import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { walk } from '../../client/cli/connect/walk.ts';
import { definitionSchema } from '../../connectors/definition.ts';
import type { JsonObject } from '../../domain/json.ts';
import { imbalance } from '../../domain/ledger.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { setConnectScene } from '../client/connect-scene.ts';
import { tableTap, tapDefinition } from '../connectors/singer/scene.ts';
import { configure, isOrdered, linesOf, recordsOf, tableConnection } from '../kill/killed-program.ts';
import { tokenOf } from '../plans/scene.ts';
import { startWorld, tester, type World } from '../support/world.ts';

let world: World;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  world = await startWorld({ batchRows: 150 }, [], { sources: { programs: { tap: tableTap }, folders: [] } });
});
after(async () => {
  await world?.stop();
  await rm(folder, { recursive: true });
});

const at = (day: number, more: JsonObject = {}) => ({ updated_at: `2024-01-0${day}T00:00:00Z`, ...more });

/** A session from its start to Synced, and its counts. */
async function pass(connection: ConnectionDoc, number: number) {
  const { _id: id } = connection;
  if (number > 1) await world.closes(id);
  await world.sessions().startSession(connection, { kind: 'load', by: tester });
  const session = await world.reaches(id, 19, (one) => one.number === number);
  const [run] = await world.stores.structuring.many(session._id, ['orders']);
  assert.ok(run);
  assert.equal(imbalance(run.ledger), null);
  return run.ledger;
}

it('a tap is read to Synced, then from its bookmark on; an older version changes nothing, deleted rows go', async () => {
  const deletes = { kind: 'tombstone', field: '_sdc_deleted_at' };
  const definition = tapDefinition({ incremental: true, deletes, app: 'deleting' });
  const connection = await world.started({ definition, baseUrl: 'http://127.0.0.1' });
  const file = join(folder, 'deleting.jsonl');
  const rows = [
    { id: 1, ...at(1), lines: [{ sku: 'a', tags: [] }] },
    { id: 2, ...at(3), note: 'new' },
    { id: 2, ...at(2), note: 'old' },
    { id: 3, ...at(3) },
  ];
  await writeFile(file, linesOf(rows));
  await configure(world, connection, { file, stamps: true });
  const first = await pass(connection, 1);
  assert.deepEqual([first.read, first.inserted, first.duplicate], [4, 3, 1]);
  const records = world.stores.records.of(connection._id, 1, 'orders');
  // What tells of the run of the tap is left out: with it every row would have changed at the next one.
  assert.deepEqual((await records.get('1'))?.data, { ...rows[0], _sdc_source: file });
  assert.deepEqual((await records.get('2'))?.data, { ...rows[1], _sdc_source: file });

  await appendFile(file, linesOf([{ id: 3, ...at(4), _sdc_deleted_at: '2024-01-04T00:00:00Z' }]));
  const second = await pass(connection, 2);
  // By >=, what stood at the bookmark comes again.
  assert.deepEqual([second.read, second.unchanged, second.tombstoned], [3, 1, 1]);
  assert.equal(await records.count(), 2);
});

it('a full table that is read to its end replaces what was there', async () => {
  const definition = tapDefinition({ app: 'replacing' });
  const connection = await world.started({ definition, baseUrl: 'http://127.0.0.1' });
  const file = join(folder, 'replacing.jsonl');
  await configure(world, connection, { file, full: true });
  await writeFile(file, linesOf([1, 2, 3, 4, 5].map((id) => ({ id, ...at(1) }))));
  await pass(connection, 1);
  await writeFile(file, linesOf([1, 2, 3, 5].map((id) => ({ id, ...at(1) }))));
  const { unchanged, removed } = await pass(connection, 2);
  assert.deepEqual([unchanged, removed], [4, 1]);
});

for (const seed of [1, 2])
  it(`seed ${seed}: a tap that is killed in the middle leaves the same records as one that is not`, async () => {
    const ordered = isOrdered(seed);
    const options = { kind: 'tap', ordered, rows: 600 } as const;
    const calm = await recordsOf(world, await tableConnection(world, folder, options));
    const disturbed = await tableConnection(world, folder, { ...options, seed });
    assert.deepEqual(await recordsOf(world, disturbed), calm);
    assert.ok(calm.count > 500 && calm.quarantined === 0);
  });

it('a configuration comes by the page, the terminal and the API; its secrets are seen nowhere, and it goes', async (t) => {
  const secret = 'never-to-be-seen';
  const configuration = {
    ...{ type: 'object', required: ['file', 'password'] },
    properties: { file: { type: 'string' }, password: { type: 'string', airbyte_secret: true } },
  };
  const scene = await setConnectScene(world, t, {
    auth: 'bearer',
    define: ({ id }) =>
      definitionSchema.parse({
        ...{ ...tapDefinition({ incremental: true }), id },
        auth: { kind: 'configuration', schema: configuration },
      }),
  });
  const { client, id } = scene;
  const file = join(folder, 'configured.jsonl');
  await writeFile(file, linesOf([1, 2].map((one) => ({ id: one, ...at(one) }))));

  const link = await scene.link();
  assert.match((await scene.visit(link)).text, /type="password"[^>]* name="configuration\.password"/);
  const given = { 'configuration.file': file };
  assert.equal((await scene.submit(link, given)).status, 422);
  const submitted = await scene.submit(link, { ...given, 'configuration.password': secret });
  await scene.shows(submitted.location, /you can close this window/);
  await world.reaches(id, 19);
  await world.closes(id);

  await client.pause(id);
  const changed = { kind: 'configuration', configuration: { file, password: `${secret}-either` } } as const;
  await assert.rejects(
    client.updateConfiguration(id, { credentials: { ...changed, configuration: { file } } }),
    /password/,
  );
  // Another file is another account; another password is not.
  const other = { ...changed, configuration: { ...changed.configuration, file: `${file}.other` } };
  await assert.rejects(client.updateConfiguration(id, { credentials: other }), /account/i);
  await client.updateConfiguration(id, { credentials: changed });
  await client.resume(id);

  const person = { say: (line: string) => void assert.doesNotMatch(line, new RegExp(secret)) };
  const answers = {
    ...{ company: 'walker', configuration: { file }, secret: JSON.stringify({ password: secret }) },
    prerequisites: 'all' as const,
  };
  const walked = await walk({ api: client, app: scene.appId, answers, person });
  const synced = await world.reaches(walked.connectionId, 19);
  assert.deepEqual(synced.resources, ['orders']);
  const [run] = await world.stores.structuring.many(synced._id, ['orders']);
  assert.equal(run?.ledger.inserted, 2);

  const stored = async () =>
    JSON.stringify(
      await Promise.all(
        (await world.stores.db.listCollections().toArray()).map(({ name }) =>
          world.stores.db.collection(name).find().toArray(),
        ),
      ),
    );
  assert.doesNotMatch(await stored(), new RegExp(secret));
  for await (const { workflowId } of world.client.workflow.list({
    query: `TaskQueue = "${world.taskQueue}"`,
  })) {
    if (![id, walked.connectionId].some((one) => workflowId.includes(one))) continue;
    const { events } = await world.client.workflow.getHandle(workflowId).fetchHistory();
    const payloads = JSON.stringify(events, (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString() : value,
    );
    assert.match(payloads, new RegExp(scene.appId));
    assert.doesNotMatch(payloads, new RegExp(secret));
  }

  assert.ok(await world.stores.cursors.get(id, 1, 'orders'));
  const plan = await client.plan(id, { procedure: 'disconnect' });
  await client.disconnect(id, { planToken: tokenOf(plan) });
  assert.equal(await world.stores.cursors.get(id, 1, 'orders'), null);
  assert.equal(await world.stores.grants.get(id, 1), null);
  assert.equal(await world.stores.records.of(id, 1, 'orders').count(), 0);
});
