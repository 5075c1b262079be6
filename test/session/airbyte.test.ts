import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { openGrant } from '../../activities/authorization/grant.ts';
import { askSource } from '../../client/cli/connector/ask-airbyte.ts';
import { programDefinition } from '../../client/cli/connector/program-definition.ts';
import { parseDefinition } from '../../connectors/definition.ts';
import { imbalance } from '../../domain/ledger.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { pythonProgram } from '../../tools/python-programs.ts';
import { sourceDefinition, tableSource } from '../connectors/airbyte/scene.ts';
import { configure, linesOf, recordsOf, tableRows } from '../kill/killed-tap.ts';
import { seeded } from '../kill/rows.ts';
import { startWorld, tester, type World } from '../support/world.ts';

let world: World;
let folder: string;
const programs: Record<string, readonly string[]> = { source: tableSource };

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  world = await startWorld({ batchRows: 150 }, [], { sources: { programs, folders: [] } });
});
after(async () => {
  await world?.stop();
  await rm(folder, { recursive: true });
});

/** Waits for a session that is under way, and gives the counts of a resource. */
async function ledgerOf({ _id: id }: ConnectionDoc, number: number, resource: string) {
  const session = await world.reaches(id, 19, (one) => one.number === number);
  await world.closes(id);
  const [run] = await world.stores.structuring.many(session._id, [resource]);
  assert.ok(run);
  assert.equal(imbalance(run.ledger), null);
  return run.ledger;
}

it('airbyte-source-faker: its streams are there after a session, and the next one reads only what is new', async (test) => {
  const found = await pythonProgram('airbyte-source-faker', (line) => test.diagnostic(line));
  if ('missing' in found) return test.skip(found.missing);
  programs['source-faker'] = [found.path];
  const [users, products] = [250, 100] as const;
  const configuration = {
    ...{ count: users, seed: 7, parallelism: 1, records_per_slice: 100, always_updated: false },
  };
  const { signal } = new AbortController();
  const asked = { command: [found.path], configuration, signal, onSaid: () => undefined };
  const { streams, configuration: schema } = await askSource(asked);
  assert.deepEqual(
    streams.map(({ id, key, cursor, incremental }) => [id, key, cursor, incremental]),
    ['products', 'users', 'purchases'].map((id) => [id, ['id'], 'updated_at', true]),
  );
  const { text } = programDefinition({
    ...{ id: 'faker', kind: 'airbyte', executable: 'source-faker', schemaPath: 'schema.json' },
    configuration: schema ?? {},
    streams: streams.filter(({ id }) => id !== 'purchases'),
  });
  const definition = parseDefinition(text, 'faker.yaml');
  const connection = await world.configuring({ definition, baseUrl: 'http://127.0.0.1' });
  const port = world.sessions();
  await port.startSession(connection, { kind: 'authorize', by: tester });
  await world.reaches(connection._id, 6);
  await world.deliver(connection, {
    kind: 'credentials',
    payload: { kind: 'configuration', configuration },
  });
  const first = await Promise.all(['users', 'products'].map((resource) => ledgerOf(connection, 1, resource)));
  assert.deepEqual(
    first.map(({ read, inserted }) => [read, inserted]),
    [
      [users, users],
      [products, products],
    ],
  );
  const records = world.stores.records.of(connection._id, 1, 'users');
  const one = (await records.get('250'))?.data;
  assert.equal(typeof (one?.address as { city?: unknown } | undefined)?.city, 'string');
  const bookmark = (await world.stores.cursors.get(connection._id, 1, 'users'))?.value;
  assert.match(bookmark ?? '', /^\{"type":"STREAM".*"loop_offset":250/);

  // One of them is enough: each start of it takes seconds.
  await port.requestSession(connection, { by: tester, scope: { resources: ['users'] } });
  assert.equal((await ledgerOf(connection, 2, 'users')).read, 0);
  assert.equal(await records.count(), users);
});

it('a token that the source refuses leads to 7 with its words; one that it rotates is stored; deleted rows go', async () => {
  const deletes = { kind: 'tombstone', field: '_ab_cdc_deleted_at' };
  const definition = sourceDefinition({ incremental: true, deletes, app: 'rotating' });
  const connection = await world.configuring({ definition, baseUrl: 'http://127.0.0.1' });
  const file = join(folder, 'rotating.jsonl');
  const row = (id: number, day: number, more = {}) => ({ id, updated_at: `2024-01-0${day}`, ...more });
  await writeFile(file, linesOf([row(1, 1), row(2, 3, { note: 'new' }), row(2, 2), row(3, 3)]));
  const submit = (token: string) =>
    world.deliver(connection, {
      kind: 'credentials',
      payload: { kind: 'configuration', configuration: { file, token, rotates: true } },
    });
  const port = world.sessions();
  await port.startSession(connection, { kind: 'authorize', by: tester });
  await world.reaches(connection._id, 6);
  await submit('wrong-token');
  const refused = await world.reaches(connection._id, 7);
  assert.equal(refused.reason, 'SOURCE_CONFIGURATION_REFUSED');
  assert.doesNotMatch(JSON.stringify(refused), /wrong-token/);
  assert.equal((await port.call(refused._id, 'retry', { by: tester })).code, 6);
  await submit('token-1');
  const first = await ledgerOf(connection, 1, 'orders');
  assert.deepEqual([first.read, first.inserted, first.duplicate], [4, 3, 1]);
  const tokenNow = async () => {
    const grant = await world.stores.grants.get(connection._id, 1);
    return JSON.stringify(openGrant(world.secrets, grant, `grant/${connection._id}/1`));
  };
  assert.match(await tokenNow(), /"token-1\+"/);

  await writeFile(file, linesOf([row(1, 1), row(3, 4, { _ab_cdc_deleted_at: '2024-01-04' })]));
  await port.startSession(connection, { kind: 'load', by: tester });
  const second = await ledgerOf(connection, 2, 'orders');
  assert.deepEqual([second.read, second.tombstoned], [1, 1]);
  assert.match(await tokenNow(), /"token-1\+\+"/);
  assert.equal(await world.stores.records.of(connection._id, 1, 'orders').count(), 2);
});

/** A connection whose source dies by SIGKILL at rows that the seed says, once each; none without a seed. */
async function killedConnection(ordered: boolean, seed?: number): Promise<ConnectionDoc> {
  const resource = ordered ? { incremental: true } : { deletes: { kind: 'absent' } };
  const definition = sourceDefinition({ ...resource, app: ordered ? 'places' : 'whole' });
  const connection = await world.started({ definition, baseUrl: 'http://127.0.0.1' });
  const own = join(folder, connection._id);
  await mkdir(own);
  const file = join(own, 'rows.jsonl');
  const count = 600;
  await writeFile(file, linesOf(tableRows(count, ordered)));
  const random = seeded(seed ?? 0);
  const at = seed === undefined ? [] : Array.from({ length: 2 }, () => Math.floor(random() * count));
  await configure(world, connection, { file, token: 't', stateEvery: 40, deaths: { folder: own, at } });
  return connection;
}

for (const ordered of [true, false])
  it(`a source that is killed leaves the same records as one that is not, ${ordered ? 'from its states' : 'all rows again'}`, async () => {
    const calm = await recordsOf(world, await killedConnection(ordered));
    const disturbed = await killedConnection(ordered, ordered ? 2 : 3);
    assert.deepEqual(await recordsOf(world, disturbed), calm);
    assert.ok(calm.count > 500 && calm.quarantined === 0);
  });
