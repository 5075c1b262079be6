import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DestinationAllowance, DestinationDriver } from '../../destinations/contract.ts';
import { file } from '../../destinations/file/index.ts';
import { singer } from '../../destinations/singer/index.ts';
import type { JsonObject } from '../../domain/json.ts';
import { singerScene } from '../destinations/singer/scene.ts';
import { createBox } from '../support/box.ts';
import { countsOf, orders, syncScene } from '../support/sync-scene.ts';
import { startWorld, type World } from '../support/world.ts';

/** A driver that may write and run what a test allows. */
const allowing = (driver: DestinationDriver, allow: DestinationAllowance): DestinationDriver => ({
  ...driver,
  open: (settings, target, run) =>
    driver.open({ ...settings, context: { ...settings.context, allow } }, target, run),
});

describe('a run into a destination that confirms late', { concurrency: 2 }, () => {
  let world: World;
  let folder: string;
  let little: Awaited<ReturnType<typeof singerScene>>;
  before(async () => {
    world = await startWorld();
    folder = await mkdtemp(join(tmpdir(), 'tributary-late-'));
    little = await singerScene();
    const { executables } = little.scene.context.allow;
    world.drivers.file = allowing(file as DestinationDriver, { folders: [folder], executables: {} });
    world.drivers.singer = allowing(singer as DestinationDriver, { folders: [], executables });
  });
  after(async () => {
    await world?.stop();
    await little?.scene.close();
    await rm(folder, { recursive: true, force: true });
  });

  const linesOf = async (name: string): Promise<JsonObject[]> =>
    (await readFile(join(folder, name), 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as JsonObject);

  it('file: one whole file for each run, with what it changed; rows count once the file has its name', async () => {
    const configuration = { folder, format: 'jsonl' };
    const scene = await syncScene(world, { object: '{run}' }, createBox(), {
      destination: () => ({ kind: 'file', configuration }),
    });
    await scene.session(orders(30));
    assert.deepEqual(countsOf(await scene.runs()), { staged: 30, inserted: 30 });
    await scene.session({ o1: { name: 'changed', amount: 1 } }, ['o2']);
    assert.deepEqual(countsOf(await scene.runs()), { staged: 2, updated: 1, deleted: 1 });
    assert.deepEqual(countsOf(await scene.runs()), {});
    const mine = (await readdir(folder)).filter((name) => name.includes(scene.syncId)).sort();
    assert.deepEqual(mine, [`${scene.syncId}.1.jsonl`, `${scene.syncId}.2.jsonl`]);
    assert.equal((await linesOf(mine[0] ?? '')).length, 30);
    assert.deepEqual((await linesOf(mine[1] ?? '')).map(({ _action, id }) => `${_action} ${id}`).sort(), [
      'delete o2',
      'update o1',
    ]);
  });

  it('Singer: rows count once the target gave back the STATE after them', async () => {
    const { scene: target } = little;
    const configuration = target.settings.configuration as JsonObject;
    const scene = await syncScene(world, {}, createBox(), {
      destination: () => ({ kind: 'singer', configuration }),
    });
    await scene.session(orders(30));
    assert.deepEqual(countsOf(await scene.runs()), { staged: 30, inserted: 30 });
    assert.equal((await target.rows({ object: 'orders' } as never)).size, 30);
    const sever = await target.sever();
    await scene.session({ o1: { name: 'changed', amount: 1 } });
    const cut = await scene.runs();
    assert.notEqual(cut.status, 'success');
    assert.deepEqual(countsOf(cut), { staged: 1 });
    await sever();
    await scene.runs();
    assert.deepEqual(await scene.status(), ['healthy', null]);
    assert.equal((await target.rows({ object: 'orders' } as never)).get('o1')?.name, 'changed');
  });
});
