import assert from 'node:assert/strict';
import { appendFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { gzipSync } from 'node:zlib';
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

it('one file with one fault after another: each says why, rows before it are kept, and none is there twice', async () => {
  const own = join(folder, 'faults');
  await mkdir(own);
  const connection = await connected(own);
  const { _id: id } = connection;
  const port = world.sessions();
  const bad = join(own, 'b.csv');
  await writeFile(join(own, 'a.csv'), `id,total\n${rows(0, 25)}`);
  const whole = `id,total\n${rows(1_000, 1_300)}`;
  const packed = gzipSync(whole);
  const faults: readonly (readonly [content: Buffer | string | null, says: RegExp])[] = [
    ['id,total,id\n', /b\.csv: line 1 has two columns of the name "id"/],
    ['id,total\r1000,1\r', /its lines end with a carriage return alone/],
    [Buffer.from(whole, 'utf16le'), /line 1 holds NUL characters/],
    [null, /b\.csv is a link out of the folders/],
    [packed.subarray(0, packed.length - 30), /it is packed with gzip and ends too early/],
  ];
  let seq = 0;
  for (const [content, says] of faults) {
    await rm(bad, { force: true });
    if (content === null) await symlink(process.execPath, bad);
    else await writeFile(bad, content);
    if (seq === 0) await port.startSession(connection, { kind: 'load', by: tester });
    else await port.call((await world.latest(id))._id, 'retry', { by: tester });
    const failed = await world.reaches(id, 11, (session) => session.seq > seq);
    seq = failed.seq;
    assert.match(failed.detail ?? '', says);
    assert.equal(failed.reason, content === null ? 'SOURCE_FOLDER_REFUSED' : 'SOURCE_FILE_REFUSED');
    const checkpoint = await world.stores.loading.checkpoint(failed._id, 'rows');
    assert.ok((checkpoint?.rows ?? 0) >= 25, `${says}: ${checkpoint?.rows} rows are kept`);
  }
  await writeFile(bad, packed);
  await port.call((await world.latest(id))._id, 'retry', { by: tester });
  const synced = await world.reaches(id, 19);
  const [run] = await world.stores.structuring.many(synced._id, ['rows']);
  assert.ok(run);
  const { read, inserted, duplicate, quarantined } = run.ledger;
  assert.equal(imbalance(run.ledger), null);
  assert.deepEqual([inserted, read - duplicate, quarantined], [325, 325, 0]);
  assert.equal(await world.stores.records.of(id, 1, 'rows').count(), 325);
});
