import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setScene } from '../session/scene.ts';
import { pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { countsOf, digestOf, loose, mend, odd, pass, refusedBy, setApi } from './scene.ts';

const resource = 'orders';

describe('the quarantine of a connection', { concurrency: 3 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 10, quarantineShare: 0.9 });
  });
  after(() => world.stop());

  /** Two passes: rows that are odd, one of them mended at the app meanwhile, one without a key. */
  async function twoPasses(t: TestContext, isLoose: boolean) {
    const keyless = {
      updated_at: '2024-01-01T00:00:02.000Z',
      amount: 1,
      api_key: 'k-1',
      email: 'a@b.example',
    };
    const rows = { orders: [...pagedRows(20), ...odd(23, 27, 31), keyless] };
    const scene = await setScene(world, t, { rows });
    if (isLoose) mend(world, scene, loose);
    await pass(world, scene);
    const [newer] = pagedRows(1, 23);
    scene.app.rows.orders?.push(
      { ...newer, amount: 99, updated_at: '2024-02-01T00:00:00.000Z' },
      ...odd(50).map((row) => ({ ...row, updated_at: '2024-02-01T00:00:01.000Z' })),
    );
    await pass(world, scene);
    return scene;
  }

  it('preview, replay: equal to a run that was right from the start; counted once; the words go down', async (t) => {
    const [scene, right] = [await twoPasses(t, false), await twoPasses(t, true)];
    const api = await setApi(world, t);
    const room = api.connectionQuarantine;
    const listed = await room.list(scene.id, { limit: 2 });
    assert.deepEqual(
      listed.counts.map(({ reason, rows }) => [reason, rows]),
      [
        // The app gives the last row of a pass again with the next one.
        ['SCHEMA_MISMATCH', 5],
        ['KEY_MISSING', 1],
      ],
    );
    const rest = await room.list(scene.id, { after: listed.next ?? '' });
    assert.equal(listed.rows.length + rest.rows.length, 6);
    assert.equal((await api.getSession(`${scene.id}.1`)).text, 'Synced, 4 rows in quarantine');

    const strict = await room.preview(scene.id, { resource });
    assert.deepEqual([strict.rows, strict.counts.refused], [6, 6]);
    mend(world, scene, loose);
    const asked = scene.app.asked.length;
    const preview = await room.preview(scene.id, { resource, reason: 'SCHEMA_MISMATCH' });
    assert.deepEqual(preview.counts, {
      inserted: 3,
      updated: 0,
      unchanged: 0,
      deleted: 0,
      older: 2,
      refused: 0,
    });
    assert.deepEqual(
      preview.first.map(({ key, outcome }) => [key, outcome]),
      [
        ['r23', 'older'],
        ['r27', 'inserted'],
        ['r31', 'older'],
        ['r31', 'inserted'],
        ['r50', 'inserted'],
      ],
    );
    assert.notEqual(await digestOf(world, scene.id), await digestOf(world, right.id));

    const cursor = await world.stores.cursors.get(scene.id, 1, resource);
    const { sessionId } = await room.replay(scene.id, { resource, reason: 'SCHEMA_MISMATCH' });
    assert.equal(sessionId, `${scene.id}.3`);
    await world.closes(scene.id);
    const session = await api.getSession(`${scene.id}.3`);
    assert.deepEqual([session.text, session.reason, session.openedBy.id], ['Synced', 'SYNCED', 'ada']);
    assert.equal(await digestOf(world, scene.id), await digestOf(world, right.id));
    assert.deepEqual(await countsOf(world, `${scene.id}.3`), { read: 5, inserted: 3, duplicate: 2 });
    assert.equal(scene.app.asked.length, asked, 'the app is not asked');
    assert.deepEqual(await world.stores.cursors.get(scene.id, 1, resource), cursor, 'the cursor stays');
    const change = await world.stores.feed.change(`${scene.id}.3/orders/changes/0`);
    assert.deepEqual(change?.added, ['r27', 'r31', 'r50']);
    assert.equal((await api.getSession(`${scene.id}.1`)).text, 'Synced, 1 row in quarantine');
    const second = await api.getSession(`${scene.id}.2`);
    assert.deepEqual([second.text, second.reason], ['Synced', 'SYNCED']);
    const { lines } = await room.list(scene.id);
    assert.deepEqual(
      lines.map(({ action, reason, rows, by, sessionId: where }) => [action, reason, rows, by.id, where]),
      [['replayed', 'SCHEMA_MISMATCH', 5, 'ada', `${scene.id}.3`]],
    );
    await assert.rejects(
      room.replay(scene.id, { resource, reason: 'SCHEMA_MISMATCH' }),
      refusedBy('NOT_FOUND'),
    );
    // The next pass reads on from the cursor, and changes nothing of what was taken in.
    await pass(world, scene);
    assert.equal(await digestOf(world, scene.id), await digestOf(world, right.id));
  });

  it('shows a row redacted; what is refused again stays, once; discards with who and why', async (t) => {
    const scene = await twoPasses(t, false);
    mend(world, scene, { ...loose, fields: { drop: [], hash: ['email'] } });
    const api = await setApi(world, t);
    const room = api.connectionQuarantine;
    const { rows } = await room.list(scene.id, { reason: 'KEY_MISSING' });
    const [{ id } = { id: '' }] = rows;
    const { payload, place } = await room.show(scene.id, id);
    assert.deepEqual(payload, {
      updated_at: '2024-01-01T00:00:02.000Z',
      amount: 1,
      api_key: '[redacted]',
      email: '[hidden]',
    });
    assert.equal(place?.sessionId, `${scene.id}.1`);

    await room.replay(scene.id, { ids: [id] });
    await world.closes(scene.id);
    assert.equal((await api.getSession(`${scene.id}.3`)).text, 'Synced, 1 row in quarantine');
    assert.deepEqual(await countsOf(world, `${scene.id}.3`), { read: 1, quarantined: 1 });
    assert.equal((await room.show(scene.id, id)).attempts, 2);
    assert.equal((await room.list(scene.id)).total, 6);

    const body = { resource, reason: 'KEY_MISSING' };
    await assert.rejects(room.discard(scene.id, { ...body, why: ' ' }), refusedBy('INVALID_INPUT'));
    assert.deepEqual(await room.discard(scene.id, { ...body, why: 'test rows' }), { rows: 1 });
    for (const number of [1, 3])
      assert.equal(
        (await api.getSession(`${scene.id}.${number}`)).text,
        number === 1 ? 'Synced, 3 rows in quarantine' : 'Synced',
      );
    assert.match((await api.why(`${scene.id}.1`)).sentence, /3 rows/);
    const { lines } = await room.list(scene.id);
    assert.deepEqual([lines[0]?.action, lines[0]?.by.id, lines[0]?.why], ['discarded', 'ada', 'test rows']);
    const owner = { connectionId: scene.id, generation: 1, resources: ['orders'] };
    const told = await world.stores.preview(owner, { keepData: false });
    assert.equal(told.find(({ name }) => name === 'quarantineLines')?.count, 1, 'a receipt counts it');

    await assert.rejects(room.replay(scene.id, { resource, reason: 'NO_SUCH' }), refusedBy('NOT_FOUND'));
    await assert.rejects(room.replay(scene.id, { reason: 'KEY_MISSING' }), refusedBy('INVALID_INPUT'));
    await assert.rejects(room.preview(scene.id, { ids: ['another.1/orders/0/0'] }), refusedBy('NOT_FOUND'));
    await assert.rejects(room.show(scene.id, 'another.1/orders/0/0'), refusedBy('NOT_FOUND'));
  });

  it('comes after the open session; is refused while the connection is paused', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: [...pagedRows(5), ...odd(9)] } });
    await pass(world, scene);
    mend(world, scene, loose);
    const room = (await setApi(world, t)).connectionQuarantine;
    scene.app.faults.hold = true;
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    assert.deepEqual(await room.replay(scene.id, { resource }), { sessionId: null, after: `${scene.id}.2` });
    assert.equal((await room.list(scene.id)).total, 1);
    scene.app.release();
    await world.reaches(scene.id, 19, ({ number }) => number === 3);
    await world.closes(scene.id);
    // The open session read it as well, by the mended definition.
    assert.deepEqual(await countsOf(world, `${scene.id}.3`), { read: 1, unchanged: 1 });
    await world.stores.connections.change(scene.id, () => ({ status: 'PAUSED' }));
    await assert.rejects(room.replay(scene.id, { resource }), refusedBy('CONNECTION_HELD'));
  });

  it('without a cursor, what a later whole read has told is not overwritten', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: [...pagedRows(3), ...odd(7, 8)] } });
    const plain = { cursor: undefined, incremental: undefined } as never as typeof loose;
    mend(world, scene, plain);
    await pass(world, scene);
    scene.app.rows.orders?.splice(3, 2, ...pagedRows(1, 7), ...odd(8));
    await pass(world, scene);
    mend(world, scene, loose);
    const room = (await setApi(world, t)).connectionQuarantine;
    assert.equal((await room.preview(scene.id, { resource })).counts.older, 2);
    await room.replay(scene.id, { resource });
    await world.closes(scene.id);
    assert.deepEqual(await countsOf(world, `${scene.id}.3`), { read: 3, inserted: 1, duplicate: 2 });
    const records = world.stores.records.of(scene.id, 1, resource);
    assert.deepEqual((await records.get('r7'))?.data.amount, 7);
    assert.deepEqual((await records.get('r8'))?.source, [`${scene.id}.2/orders/0`, 4]);
  });
});
