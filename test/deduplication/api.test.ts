import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { TributaryError } from '../../domain/errors.ts';
import { tributary } from '../client/cli-process.ts';
import { token } from '../client/support.ts';
import { type ServedApi, serveApi } from '../companies/scene.ts';
import { setScene } from '../session/scene.ts';
import { pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';

describe('merges through the API', () => {
  let world: World;
  let api: ServedApi;
  before(async () => {
    world = await startWorld();
    api = await serveApi(world);
  });
  after(async () => {
    await api.stop();
    await world.stop();
  });

  /** @returns what is printed */
  async function dedup(...args: string[]): Promise<string> {
    const env = { TRIBUTARY_URL: api.url, TRIBUTARY_TOKEN: token };
    const { code, stdout, stderr } = await tributary(['dedup', ...args], env);
    assert.equal(code, 0, stderr);
    return stdout;
  }

  it('are told, undone by a session that asks the app for nothing, and done again when that is withdrawn', async (t) => {
    const twins = pagedRows(6).map((row, index) => ({ ...row, email: `m${index % 3}@example.com` }));
    const scene = await setScene(world, t, { deduplication: true, rows: { orders: twins } });
    const { client } = api;
    const keys = async () => (await client.listRecords(scene.id, 'orders')).records.map(({ key }) => key);
    await scene.load();
    await world.reaches(scene.id, 19);
    await world.closes(scene.id);
    const merged = await keys();
    const [group] = (await client.merges(scene.id)).groups;
    assert.ok(group);
    const [gone = ''] = group.keys.filter((key) => key !== group.survivor);
    const { resources } = await client.sessionDeduplication(`${scene.id}.1`);
    assert.deepEqual([resources[0]?.merged, resources[0]?.list.length], [3, 3]);
    assert.equal((await client.merge(scene.id, { key: gone })).records.length, 2);
    await assert.rejects(
      client.getRecord(scene.id, 'orders', gone),
      ({ code, message, details }: TributaryError) =>
        code === 'NOT_FOUND' &&
        isDeepStrictEqual(details.mergedInto, { connection: scene.id, key: group.survivor }) &&
        message.endsWith(`it is one with "${group.survivor}".`),
    );
    assert.match(
      await dedup('list', scene.id),
      new RegExp(`${group.survivor} +${gone} +email +${scene.id}\\.1`),
    );
    assert.match(
      await dedup('show', scene.id, gone),
      new RegExp(`${gone} are one by email\n.*readers see`, 's'),
    );
    assert.match(await dedup('session', `${scene.id}.1`), /orders: 3 records were merged away in 3 groups/);
    assert.match(await dedup('suggestions', scene.id), /There are none/);
    const page = await fetch(`${api.url}/api/sessions/${scene.id}.1/report`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.match(await page.text(), /One record from several[\s\S]*6 records were compared, 3 merged away/);

    const asked = scene.app.asked.length;
    const undone = await dedup('undo', scene.id, gone, '--why', 'two people');
    assert.match(undone, new RegExp(`1 pair is decided\\.\nSession ${scene.id}\\.2 acts on it`));
    await world.reaches(scene.id, 19, ({ number }) => number === 2);
    await world.closes(scene.id);
    assert.equal(scene.app.asked.length, asked);
    assert.deepEqual(await keys(), [...merged, gone].sort());
    const changes = await client.changes(scene.id);
    assert.ok(
      changes.items.some(
        ({ session, key, kind }) => session === `${scene.id}.2` && key === gone && kind === 'added',
      ),
    );
    await assert.rejects(client.undoMerge(scene.id, { key: gone }), { code: 'NOT_FOUND' });

    const [pair] = (await client.mergeSuggestions(scene.id, { state: 'decided' })).pairs;
    assert.equal(pair?.decision?.why, 'two people');
    const decided = await dedup('suggestions', scene.id, '--decided');
    assert.match(decided, new RegExp(`${pair?.id} .* different +.* two people`));
    for (const answer of ['accept', 'dismiss']) {
      const env = { TRIBUTARY_URL: api.url, TRIBUTARY_TOKEN: token };
      const { code } = await tributary(['dedup', answer, scene.id, '0'.repeat(24)], env);
      assert.equal(code, 4, 'there is no such pair');
    }
    assert.match(await dedup('withdraw', scene.id, pair?.id ?? ''), /1 pair is decided/);
    await world.reaches(scene.id, 19, ({ number }) => number === 3);
    assert.deepEqual(await keys(), merged);
  });

  it('of two connections of one company are made when its setting says so, undone, made again, and end with one', async (t) => {
    const rows = (from: number) =>
      pagedRows(4, from).map((row, index) => ({ ...row, email: `p${index}@example.com` }));
    const app = await startPagedApp({ resources: { orders: rows(1) } });
    t.after(() => app.stop());
    const definition = pagedDefinition({ deduplication: true, id: 'compared' });
    const install = (id: string) => world.started({ definition, baseUrl: app.url, id, company: 'twice' });
    const [one, two] = [await install('twice-one'), await install('twice-two')];
    const { client } = api;
    const keys = async (id: string) => (await client.listRecords(id, 'orders')).records.map(({ key }) => key);
    /** Waits for what the follow-up sessions are for. */
    const comes = (what: string, is: () => Promise<boolean>) =>
      until(what, async () => ((await is()) ? { found: true } : { seen: 'not yet' }), 20_000);
    const seen = (id: string, count: number) =>
      comes(`${count} records in ${id}`, async () => (await keys(id)).length === count);
    const port = world.sessions();
    for (const [connection, from] of [
      [one, 1],
      [two, 101],
    ] as const) {
      app.rows.orders = rows(from);
      await port.startSession(connection, { kind: 'load', by: tester });
      await world.closes(connection._id);
    }
    assert.deepEqual([(await keys(one._id)).length, (await keys(two._id)).length], [4, 4]);
    const asked = app.asked.length;

    const env = { TRIBUTARY_URL: api.url, TRIBUTARY_TOKEN: token };
    const set = ['company', 'settings', 'twice', '--deduplicate-across-connections', 'on'];
    const { code, stdout, stderr } = await tributary(set, env);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /twice: connections are compared with each other\nSessions of twice-one, twice-two do/,
    );
    assert.equal((await client.getCompany('twice')).deduplicateAcrossConnections, true);
    const [line] = await world.stores.logs.list({ subject: 'company/twice', limit: 1 });
    assert.match(line?.text ?? '', /switched deduplication across the connections of twice on/);
    await seen(two._id, 0);
    const [gone = ''] = pagedRows(4, 101).map(({ id }) => String(id));
    const [stays = ''] = await keys(one._id);
    const into = { connection: one._id, key: stays };
    await assert.rejects(client.getRecord(two._id, 'orders', gone), ({ details }: TributaryError) =>
      isDeepStrictEqual(details.mergedInto, into),
    );
    assert.match(await dedup('list', two._id), new RegExp(`twice-one/${stays} +${gone} +email`));
    const shown = await client.merge(two._id, { key: gone });
    assert.deepEqual([shown.mergedInto, shown.records.length], [into, 2]);
    await comes('the record that stays names the other', async () => {
      const { groups } = await client.merges(one._id);
      return (
        groups.length === 4 && isDeepStrictEqual(groups[0]?.others, [{ connection: two._id, key: gone }])
      );
    });

    assert.match(await dedup('undo', two._id, gone, '--why', 'two people'), /1 pair is decided/);
    await seen(two._id, 1);
    await comes(
      'the record that stays is told',
      async () => (await client.merges(one._id)).groups.length === 3,
    );
    const [pair] = (await client.mergeSuggestions(one._id, { state: 'decided' })).pairs;
    assert.deepEqual(pair?.records, [into, { connection: two._id, key: gone }]);
    await dedup('withdraw', one._id, pair?.id ?? '');
    await seen(two._id, 0);
    assert.equal(app.asked.length, asked, 'the app was asked for nothing');

    await port.disconnect(one, { by: tester, keepData: false });
    await seen(two._id, 4);
    await comes('nothing is one any more', async () => (await client.merges(two._id)).groups.length === 0);
    const verified = await client.verifyReceipt(one._id, 1);
    assert.deepEqual(verified.deviations, []);
  });
});
