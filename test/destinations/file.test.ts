import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { DeliveryTarget, TargetField } from '../../destinations/contract.ts';
import { file } from '../../destinations/file/index.ts';
import type { JsonObject } from '../../domain/json.ts';
import { destinationContract } from './contract.ts';
import { deliver, openDelivery, put, remove, type Scene, testContext } from './scene.ts';

let made = 0;
const newTarget = (fields: readonly TargetField[], object = '{run}'): DeliveryTarget => ({
  syncId: `sync${++made}`,
  object,
  keyField: 'id',
  fields: [{ name: 'id', type: 'text' }, ...fields],
});
const text = (name: string): TargetField => ({ name, type: 'text' });

/** Names of the files that are there to be read, oldest run first. */
async function filesOf(folder: string, { syncId }: DeliveryTarget): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${syncId}.`));
  return names.sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
}

async function makeScene(configuration: JsonObject = {}): Promise<Scene & { readonly folder: string }> {
  const root = await mkdtemp(join(tmpdir(), 'tributary-files-'));
  const folder = join(root, 'out');
  await mkdir(folder);
  const context = { ...testContext, allow: { folders: [root], executables: {} } };
  const read = async (name: string): Promise<string> => {
    const bytes = await readFile(join(folder, name));
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  };
  return {
    folder,
    driver: file,
    settings: { configuration: { folder, ...configuration }, secret: null },
    context,
    target: async (fields) => newTarget(fields),
    rows: async (target) => {
      const rows = new Map<string, JsonObject>();
      for (const name of await filesOf(folder, target))
        for (const line of (await read(name)).split('\n').slice(0, -1)) {
          const { _action, ...fields } = JSON.parse(line);
          if (_action === 'delete') rows.delete(fields.id);
          else rows.set(fields.id, fields);
        }
      return rows;
    },
    rejecting: null,
    sever: async () => {
      await rename(folder, `${folder}-gone`);
      return () => rename(`${folder}-gone`, folder);
    },
    stall: null,
    unparsable: {
      configuration: { folder: '', format: 'xml', gzip: 'yes' },
      secret: 'x',
      says: [/folder/, /format/, /gzip/, /secret/],
    },
    wrong: [
      {
        configuration: { folder: join(tmpdir(), 'tributary-never-there') },
        secret: null,
        says: [/not within a folder that is allowed/, /is not there/],
      },
    ],
    missing: null,
    close: () => rm(root, { recursive: true }),
  };
}

destinationContract('file: JSON lines', () => makeScene());

describe('file', () => {
  let scene: Scene & { readonly folder: string };
  before(async () => {
    scene = await makeScene({ format: 'csv' });
  });
  after(() => scene.close());

  const csvOf = async (target: DeliveryTarget): Promise<string> => {
    const [name = ''] = await filesOf(scene.folder, target);
    return readFile(join(scene.folder, name), 'utf8');
  };

  test('CSV has a header, columns in the order of the mapping, deletes with their key', async () => {
    const target = newTarget([
      text('name'),
      { name: 'amount', type: 'number' },
      { name: 'more', type: 'json' },
    ]);
    await deliver(scene, target, [
      [put('insert', 'a', { more: { b: [1] }, amount: -5, name: 'A "quoted",\nline' })],
      [put('update', 'b', { name: '', amount: null, more: true }), remove('c')],
    ]);
    const csv = await csvOf(target);
    assert.deepEqual(parse(csv), [
      ['_action', 'id', 'name', 'amount', 'more'],
      ['insert', 'a', 'A "quoted",\nline', '-5', '{"b":[1]}'],
      ['update', 'b', '', '', 'true'],
      ['delete', 'c', '', '', ''],
    ]);
    assert.match(csv, /^update,b,"",,true$/m);
  });

  test('CSV: what a spreadsheet would run as a formula is a text, in the header too', async () => {
    const target = newTarget([text('=cmd')]);
    const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'];
    await deliver(scene, target, [formulas.map((value, n) => put('insert', `k${n}`, { '=cmd': value }))]);
    const [header, ...rows]: string[][] = parse(await csvOf(target));
    assert.equal(header?.[2], "'=cmd");
    assert.deepEqual(
      rows.map(([, , value]) => value),
      formulas.map((value) => `'${value}`),
    );
  });

  test('a file is there when it is whole, and never takes the place of another', async () => {
    const target = newTarget([text('name')], '{sync}.{date}');
    const signal = AbortSignal.timeout(5_000);
    for (const run of ['1', '2']) {
      const delivery = await openDelivery(scene, target, signal, run);
      const wrote = await delivery.write([put('insert', run, {})], { signal, idempotencyKey: run });
      assert.deepEqual(wrote, []);
      assert.equal((await filesOf(scene.folder, target)).length, Number(run) - 1);
      const [outcome] = await delivery.finish({ signal });
      assert.equal(outcome?.outcome, 'delivered');
      await delivery.close();
    }
    const day = new Date().toISOString().slice(0, 10);
    assert.deepEqual(await filesOf(scene.folder, target), [
      `${target.syncId}.${day}-2.csv`,
      `${target.syncId}.${day}.csv`,
    ]);
  });

  test('a compressed file holds the same rows', async () => {
    const zipped = await makeScene({ gzip: true });
    const target = newTarget([text('name')]);
    await deliver(zipped, target, [[put('insert', 'a', { name: 'Ä' }), put('insert', 'b', { name: '' })]]);
    await deliver(zipped, target, [[put('update', 'a', { name: 'A' }), remove('b')]]);
    const names = await filesOf(zipped.folder, target);
    assert.deepEqual(
      names.map((name) => name.endsWith('.jsonl.gz')),
      [true, true],
    );
    assert.deepEqual(await zipped.rows(target), new Map([['a', { id: 'a', name: 'A' }]]));
    await zipped.close();
  });

  test('what is not finished leaves nothing, a run without rows makes no file, old remains are removed', async () => {
    const target = newTarget([]);
    const signal = AbortSignal.timeout(5_000);
    const remains = join(scene.folder, `.${target.syncId}.x.part`);
    await writeFile(remains, 'x');
    await utimes(remains, 0, 0);
    const delivery = await openDelivery(scene, target);
    await delivery.write([put('insert', 'a', {})], { signal, idempotencyKey: 'one' });
    await delivery.close();
    await deliver(scene, target, [[]]);
    const left = (await readdir(scene.folder)).filter((name) => name.includes(target.syncId));
    assert.deepEqual(left, []);
  });

  test('who dies before the file has its name leaves none; the run that goes on makes it whole, once', async () => {
    const target = newTarget([text('name')]);
    const signal = AbortSignal.timeout(5_000);
    const rows = ['a', 'b'].map((key) => put('insert', key, { name: key }));
    const dead = await openDelivery(scene, target, signal, 'run.1');
    assert.deepEqual(await dead.write(rows, { signal, idempotencyKey: 'one' }), []);
    assert.deepEqual(await filesOf(scene.folder, target), []);
    await deliver(scene, { ...target, object: '{sync}.{run}' }, [rows], 'run.1');
    assert.equal((await filesOf(scene.folder, target)).length, 1);
    assert.equal(parse(await csvOf(target)).length, 3);
    await dead.close();
    assert.equal((await filesOf(scene.folder, target)).length, 1);
  });

  test('names that lead out of the folder, and a link that does, are refused', async () => {
    for (const object of ['../x', '/x', 'a/b', 'a\\b', '.hidden', '', 'x\0', '{other}']) {
      const target = newTarget([], object);
      assert.equal((await file.plan(opened(), target)).problems.length, 1, object);
      await assert.rejects(openDelivery(scene, target), { code: 'INVALID_INPUT' });
    }
    // A run's id comes from a sync's, and goes into the name.
    await assert.rejects(openDelivery(scene, newTarget([]), AbortSignal.timeout(5_000), '../../x'), {
      code: 'INVALID_INPUT',
    });
    const outside = await mkdtemp(join(tmpdir(), 'tributary-outside-'));
    const way = join(scene.folder, 'way');
    await symlink(outside, way);
    const settings = { configuration: { folder: way }, secret: null };
    await assert.rejects(openDelivery({ ...scene, settings }, newTarget([])), {
      code: 'DESTINATION_REFUSED',
    });
    await rm(outside, { recursive: true });
  });

  test('a field named _action is refused', async () => {
    const { problems } = await file.plan(opened(), newTarget([text('_action')]));
    assert.match(problems.join(), /_action/);
  });

  const opened = () => ({
    ...file.parse(scene.settings.configuration, null),
    context: scene.context,
    signal: AbortSignal.timeout(5_000),
  });
});
