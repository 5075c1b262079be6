import assert from 'node:assert/strict';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { imbalance } from '../../domain/ledger.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { fileDefinition, tempFolder } from '../connectors/file-support.ts';
import { startWorld, tester, type World } from '../support/world.ts';

const csv = { pattern: '*.csv', format: 'csv' };
const schemaOf = (total: string) => ({
  type: 'object',
  required: ['id', 'total'],
  properties: { id: { type: 'integer' }, total: { type: total } },
});

let world: World;
let folder: string;
const ends: (() => unknown)[] = [];

before(async () => {
  folder = await tempFolder({ after: (end: () => unknown) => void ends.push(end) } as never);
  world = await startWorld({ batchRows: 10, quarantineShare: 0.2 }, [], {
    sources: { programs: {}, folders: [folder] },
  });
});
after(async () => {
  await world.stop();
  for (const end of ends) await end();
});

async function connected(location: string): Promise<ConnectionDoc> {
  const definition = fileDefinition({ file: csv, schema: schemaOf('number') });
  const connection = await world.started({ definition, baseUrl: 'http://127.0.0.1' });
  const credentials = { kind: 'configuration', configuration: { location } };
  await world.stores.grants.save({
    connectionId: connection._id,
    generation: 1,
    account: 'account-1',
    secret: world.secrets.seal({ kind: 'submitted', credentials }, `grant/${connection._id}/1`),
    expiresAt: null,
    endsAt: null,
  });
  return connection;
}

const rows = (from: number, to: number, total = '1.5') =>
  Array.from({ length: to - from }, (_, i) => `${from + i},${total}\n`).join('');

it('files are read to Synced, then only what is new, and broken lines wait in quarantine', async () => {
  const connection = await connected(folder);
  const { _id: id } = connection;
  const port = world.sessions();
  const pass = async (number: number, scope?: { readonly replay: { readonly resource: string } }) => {
    if (number > 1) await world.closes(id);
    if (scope === undefined) await port.startSession(connection, { kind: 'load', by: tester });
    else await port.requestSession(connection, { by: tester, scope: { resources: ['rows'], ...scope } });
    const synced = await world.reaches(id, 19, (session) => session.number === number);
    const [run] = await world.stores.structuring.many(synced._id, ['rows']);
    assert.ok(run);
    assert.equal(imbalance(run.ledger), null);
    return run.ledger;
  };
  const records = world.stores.records.of(id, 1, 'rows');
  const quarantine = world.stores.quarantine.of(id, 1, 'rows');
  const path = (name: string) => join(folder, name);

  await writeFile(path('a.csv'), `id,total\n${rows(0, 25)}25,1,2\n"26"x,1\n`);
  await writeFile(path('b.csv'), `id;total\n${rows(100, 120).replaceAll(',', ';')}120;"1,234.5"\n`);
  const first = await pass(1);
  assert.deepEqual([first.read, first.inserted, first.quarantined], [48, 45, 3]);
  const broken = await quarantine.page({ limit: 10 });
  assert.deepEqual(broken.map(({ reason, message }) => `${reason} ${message}`).sort(), [
    'ROW_UNREADABLE a.csv line 27: 3 values, the table has 2 columns',
    'ROW_UNREADABLE a.csv line 28: something follows a closing quote that is no delimiter',
    'SCHEMA_MISMATCH total must be number',
  ]);
  assert.deepEqual((await records.get('7'))?.data, { id: 7, total: 1.5 });

  await appendFile(path('b.csv'), '121;3\n');
  await writeFile(path('c.csv'), 'id,total\n200,4\n201,5\n');
  const second = await pass(2);
  assert.deepEqual([second.read, second.inserted], [3, 3]);
  assert.equal(await records.count(), 48);

  // The file is mended and written anew: all of it is read, and only what differs changes.
  await writeFile(path('a.csv'), `id,total\n${rows(0, 24)}24,9\n25,1\n26,2\n`);
  const third = await pass(3);
  assert.deepEqual([third.read, third.inserted, third.updated, third.unchanged], [27, 2, 1, 24]);
  // What could not be read there was told anew, and is mended: nothing is left to be discarded by hand.
  const reasons = async () => (await quarantine.page({ limit: 10 })).map(({ reason }) => reason);
  assert.deepEqual(await reasons(), ['SCHEMA_MISMATCH']);
  const [line] = await world.stores.quarantineLines.list({
    ...{ connectionId: id, generation: 1, syncId: null, limit: 10 },
  });
  assert.deepEqual([line?.action, line?.reason, line?.rows], ['discarded', 'ROW_UNREADABLE', 2]);

  const mended = { ...fileDefinition({ file: csv, schema: schemaOf('string') }) };
  const loose = { type: 'object', required: ['id', 'total'] };
  world.definitions.set(mended.id, {
    ...mended,
    resources: mended.resources.map((resource) => ({ ...resource, schema: loose })),
  });
  const fourth = await pass(4, { replay: { resource: 'rows' } });
  assert.equal(fourth.inserted, 1);
  assert.deepEqual((await records.get('120'))?.data, { id: 120, total: '1,234.5' });
  assert.deepEqual(await reasons(), []);
});
