import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { type ConnectorDefinition, definitionSchema } from '../../connectors/definition.ts';
import type { JsonObject } from '../../domain/json.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { ledgerOf } from './ledger.ts';

let world: World;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  world = await startWorld({ batchRows: 2 }, [], { sources: { programs: {}, folders: [folder] } });
});
after(async () => {
  await world?.stop();
  await rm(folder, { recursive: true });
});

const definition: ConnectorDefinition = definitionSchema.parse({
  version: 1,
  id: 'imports',
  name: 'Imports',
  kind: 'file',
  auth: {
    kind: 'configuration',
    schema: {
      type: 'object',
      required: ['location'],
      properties: { location: { type: 'string' } },
    },
  },
  resources: [
    {
      id: 'orders',
      name: 'Orders',
      file: { pattern: '*.jsonl', format: 'jsonl' },
      key: ['id'],
      cursor: 'at',
      incremental: { bookmark: true },
      schema: { type: 'object', required: ['id', 'at'] },
    },
    {
      id: 'visits',
      name: 'Visits',
      file: { pattern: 'visits.jsonl', format: 'jsonl' },
      key: ['_row'],
      contentField: '_row',
      deletes: { kind: 'absent' },
      schema: { type: 'object', required: ['page'] },
      enabled: false,
    },
  ],
});

const lines = (rows: readonly JsonObject[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const order = (id: number, day: number) => ({ id, at: `2024-01-0${day}T00:00:00Z` });
const submit = (configuration: JsonObject) =>
  ({ kind: 'credentials', payload: { kind: 'configuration', configuration } }) as const;

it('a configuration opens a source; then only what is new is read, a range by its cursor', async () => {
  await writeFile(join(folder, 'a.jsonl'), lines([order(1, 1), order(2, 2), order(3, 3)]));
  const connection = await world.configuring({ definition, baseUrl: 'http://127.0.0.1' });
  const { _id: id } = connection;
  const port = world.sessions();
  await port.startSession(connection, { kind: 'authorize', by: tester });
  await world.reaches(id, 6);
  // What cannot be read leads to 7, and says why.
  await world.deliver(connection, submit({ location: join(tmpdir(), 'elsewhere') }));
  const refused = await world.reaches(id, 7);
  assert.equal(refused.reason, 'SOURCE_FOLDER_REFUSED');
  assert.equal((await port.call(refused._id, 'retry', { by: tester })).code, 6);
  await world.deliver(connection, submit({ location: folder }));
  const first = await ledgerOf(world, id, 1, 'orders');
  assert.deepEqual([first.read, first.inserted], [3, 3]);
  const grant = await world.stores.grants.get(id, 1);
  assert.equal(grant?.endsAt, null);
  const bookmark = (await world.stores.cursors.get(id, 1, 'orders'))?.value;
  assert.match(bookmark ?? '', /a\.jsonl/);

  await writeFile(join(folder, 'b.jsonl'), lines([order(4, 4)]));
  await port.startSession(connection, { kind: 'load', by: tester });
  const second = await ledgerOf(world, id, 2, 'orders');
  assert.deepEqual([second.read, second.inserted], [1, 1]);

  // A range reads all and passes over what is outside; where the source stands is not touched.
  const before = (await world.stores.cursors.get(id, 1, 'orders'))?.value;
  const range = { from: '2024-01-02T00:00:00.000Z', to: '2024-01-04T00:00:00.000Z' };
  await port.requestSession(connection, { by: tester, scope: { resources: ['orders'], range } });
  const third = await ledgerOf(world, id, 3, 'orders');
  assert.deepEqual([third.read, third.filtered, third.unchanged], [4, 2, 2]);
  assert.equal((await world.stores.cursors.get(id, 1, 'orders'))?.value, before);

  await port.requestSession(connection, { by: tester, scope: { full: true } });
  assert.equal((await ledgerOf(world, id, 4, 'orders')).unchanged, 4);

  // Where history begins is asked of the rows; the bookmark stays what the source says.
  const resources = [{ id: 'orders', enabled: true, historyStart: '2024-01-04T00:00:00.000Z' }];
  await world.stores.db.collection('connections').updateOne({ _id: id as never }, { $set: { resources } });
  await writeFile(join(folder, 'c.jsonl'), lines([order(5, 3), order(6, 5)]));
  await port.startSession(connection, { kind: 'load', by: tester });
  const later = await ledgerOf(world, id, 5, 'orders');
  assert.deepEqual([later.read, later.filtered, later.inserted], [2, 1, 1]);
  assert.match((await world.stores.cursors.get(id, 1, 'orders'))?.value ?? '', /c\.jsonl/);

  // The same place is the same account, and goes on where it was; another one is refused.
  const authorize = async (configuration: JsonObject, number: number) => {
    await port.startSession(connection, { kind: 'authorize', by: tester });
    await world.reaches(id, 6, (session) => session.number === number);
    await world.deliver(connection, submit(configuration));
  };
  await authorize({ location: folder }, 6);
  assert.equal((await ledgerOf(world, id, 6, 'orders')).read, 0);
  await authorize({ location: `${folder}/` }, 7);
  assert.equal((await world.reaches(id, 7, (session) => session.number === 7)).reason, 'ACCOUNT_MISMATCH');
});

it('rows without a key are known by what is in them, and a full refresh removes what is gone', async () => {
  const own = {
    ...definition,
    id: 'visits',
    resources: definition.resources
      .filter(({ id }) => id === 'visits')
      .map((resource) => ({ ...resource, enabled: true })),
  };
  await writeFile(join(folder, 'visits.jsonl'), lines([{ page: 'a' }, { page: 'b' }, { page: 'a' }]));
  const connection = await world.configuring({ definition: own, baseUrl: 'http://127.0.0.1' });
  const { _id: id } = connection;
  const port = world.sessions();
  await port.startSession(connection, { kind: 'authorize', by: tester });
  await world.reaches(id, 6);
  await world.deliver(connection, submit({ location: folder }));
  const first = await ledgerOf(world, id, 1, 'visits');
  assert.deepEqual([first.read, first.inserted, first.duplicate], [3, 2, 1]);

  await writeFile(join(folder, 'visits.jsonl'), lines([{ page: 'b' }, { page: 'c' }]));
  await port.startSession(connection, { kind: 'load', by: tester });
  const { inserted, unchanged, removed } = await ledgerOf(world, id, 2, 'visits');
  assert.deepEqual([inserted, unchanged, removed], [1, 1, 1]);
});
