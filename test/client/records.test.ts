import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import type { RecordDoc } from '../../stores/model.ts';
import { noStore, startTestApi, type TestApi } from './support.ts';

describe('records', { skip: noStore }, () => {
  let t: TestApi;
  before(async () => {
    t = await startTestApi();
  });
  after(() => t.stop());

  const record = (_id: string, data: JsonObject, more: Partial<RecordDoc> = {}): RecordDoc => ({
    ...{
      _id,
      data,
      fingerprint: `f-${_id}`,
      cursor: null,
      createdIn: 'c.1',
      changedIn: 'c.1',
      countedAt: [0, 0],
    },
    ...{ source: ['c.1/orders/0', 0], versions: [], updatedAt: new Date('2026-01-01T00:00:00Z') },
    ...more,
  });
  const recordsOf = (id: string) => t.stores.records.of(id, 1, 'orders');

  test('records are paged in key order and filtered by typed fields', async () => {
    await t.started('recorded');
    const keys = ['a/1', 'b 2', 'c', 'digest2'];
    await recordsOf('recorded').putMany(
      keys.map((key, index) =>
        record(key, { id: key, amount: index % 2, paid: index > 1 ? true : null, note: { by: 'x' } }),
      ),
    );
    const list = async (query: string) => {
      const { records, total, next } = (
        await t.get(`/api/connections/recorded/records/orders${query}`)
      ).json();
      return [records.map(({ key }: { key: string }) => key), total, next];
    };
    assert.deepEqual(await list('?limit=2'), [['a/1', 'b 2'], 4, 'b 2']);
    assert.deepEqual(await list('?limit=2&after=b%202'), [['c', 'digest2'], 4, null]);
    assert.deepEqual(await list('?where.amount=1'), [['b 2', 'digest2'], null, null]);
    assert.deepEqual(await list('?where.paid=null&where.note.by=x'), [['a/1', 'b 2'], null, null]);
    assert.deepEqual(await list('?where.paid=true&where.amount=0'), [['c'], null, null]);
    const wrong = await t.get('/api/connections/recorded/records/orders?amount=1&where.$x=1');
    assert.deepEqual([wrong.statusCode, wrong.json().faults[0].path], [400, 'querystring.amount']);
    for (const name of ['where.$x', 'where.a.$gt', 'where.a..b']) {
      const refused = await t.get(`/api/connections/recorded/records/orders?${name}=1`);
      assert.deepEqual([refused.statusCode, refused.json().faults[0].path], [400, `querystring.${name}`]);
    }
    assert.equal((await t.get('/api/connections/recorded/records/nothing')).statusCode, 404);
    const digest = (await t.get('/api/connections/recorded/records/orders/digest')).json();
    assert.deepEqual([digest.count, digest.digest], [4, await recordsOf('recorded').digest()]);
  });

  test('one record has its raw row while its batch is kept, and its versions', async () => {
    const connection = await t.started('detailed');
    const sessionId = await t.loading(connection);
    const rows = [{ id: 'x' }, { id: 'a/1', $raw: true }];
    await t.stores.loading.appendBatch({
      ...{
        sessionId,
        resource: 'orders',
        number: 0,
        attempt: 1,
        rows,
        bytes: 9,
        next: null,
        cursor: null,
        total: null,
        last: true,
      },
    });
    const key = `${'k'.repeat(500)}/ä`;
    const versions = [{ session: sessionId, source: ['gone.1/orders/0', 3] as const, fingerprint: 'f0' }];
    await recordsOf('detailed').putMany([
      record(key, { id: key }, { source: [`${sessionId}/orders/0`, 1], versions }),
      record('old', { id: 'old' }, { source: ['gone.1/orders/0', 0] }),
    ]);
    const url = '/api/connections/detailed/records/orders';
    const shown = (await t.get(`${url}/${encodeURIComponent(key)}`)).json();
    assert.deepEqual(shown.raw, rows[1]);
    assert.deepEqual(shown.versions, [
      { session: sessionId, source: { batch: 'gone.1/orders/0', index: 3 }, fingerprint: 'f0' },
    ]);
    assert.equal((await t.get(`${url}/old`)).json().raw, null);
    assert.equal((await t.get(`${url}/nothing`)).statusCode, 404);
  });

  test('the change feed is read in order, in any page size, and goes on with what is sealed later', async () => {
    const connection = await t.started('fed');
    const change = (id: string, n: number, added: string[], updated: string[], deleted: string[]) =>
      t.stores.feed.putChange({ _id: `${id}/orders/changes/${n}`, added, updated, deleted });
    const seal = (number: number, parts: [session: string, changes: number][]) =>
      t.stores.feed.seal({
        ...{ _id: `fed.${number}`, connectionId: 'fed', number, sealedAt: new Date() },
        parts: parts.map(([sessionId, changes]) => ({ sessionId, resource: 'orders', changes })),
      });
    await change('fed.1', 0, ['a', 'b'], [], []);
    await change('fed.1', 1, ['c'], ['a'], []);
    await seal(1, [['fed.1', 2]]);
    // Session 2 never was sealed: its changes become visible with session 3.
    await change('fed.2', 0, [], ['b'], []);
    await change('fed.3', 0, ['d'], [], ['c']);
    await change('fed.3', 1, [], [], []);
    await seal(3, [
      ['fed.2', 1],
      ['fed.3', 2],
    ]);
    await recordsOf('fed').putMany(['a', 'b', 'd'].map((key) => record(key, { id: key })));

    const expected = [
      '1 added a',
      '1 added b',
      '1 added c',
      '1 updated a',
      '3 updated b',
      '3 added d',
      '3 deleted c',
    ];
    const read = async (cursor: string | null, limit: number) => {
      const query = cursor === null ? '' : `&cursor=${cursor}`;
      const answer = (
        await t.get(`/api/connections/${connection._id}/changes?limit=${limit}${query}`)
      ).json();
      const items = answer.items.map(
        ({ session, kind, key }: Record<string, string>) => `${session?.split('.')[1]} ${kind} ${key}`,
      );
      return { ...answer, items };
    };
    for (const limit of [1, 2, 3, 100]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      for (let more = true; more; ) {
        const page: { items: string[]; cursor: string; more: boolean } = await read(cursor, limit);
        assert.ok(page.items.length <= limit);
        seen.push(...page.items);
        ({ cursor, more } = page);
      }
      assert.deepEqual(seen, expected);
    }
    const all = (await t.get('/api/connections/fed/changes')).json();
    assert.equal(all.items[0].record.data.id, 'a');
    assert.equal(all.items[2].record, undefined);
    const end = await read(null, 100);
    assert.deepEqual((await read(end.cursor, 100)).items, []);
    await change('fed.4', 0, ['e'], [], []);
    await seal(4, [['fed.4', 1]]);
    assert.deepEqual((await read(end.cursor, 100)).items, ['4 added e']);
    await t.started('fed-elsewhere');
    const ahead = Buffer.from(JSON.stringify(['fed', 99, 0, 0, 0])).toString('base64url');
    for (const [id, cursor] of [
      ['fed', 'nonsense'],
      ['fed', ahead],
      ['fed-elsewhere', end.cursor],
    ]) {
      const refused = await t.get(`/api/connections/${id}/changes?cursor=${cursor}`);
      assert.deepEqual([refused.statusCode, refused.json().faults?.[0].path], [400, 'querystring.cursor']);
    }
  });
});
