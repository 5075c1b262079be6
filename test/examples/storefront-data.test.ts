import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import { accounts, type OrderRow } from '../../examples/storefront/orders.ts';
import { openStorefront as start, storefrontDefinition, visit } from '../support/storefront.ts';

const post = (url: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers });

test('four companies have 9,994 order lines, each in one company and once', async () => {
  const storefront = await start();
  const all = new Set<number>();
  for (const { id, name } of accounts) {
    const { rows, totals } = await (await visit(storefront, id)).read();
    assert.deepEqual(totals, [rows.length]);
    assert.ok(rows.every((row) => row.region === name && typeof row.sales === 'number'));
    const order = rows.map((row) => `${row.updated_at} ${String(row.row_id).padStart(6, '0')}`);
    assert.deepEqual(order, [...order].sort());
    for (const { row_id } of rows) all.add(row_id);
    assert.equal(storefront.control.stats()[id].rowsServed, rows.length);
  }
  assert.equal(all.size, 9994);
  assert.equal(
    Object.values(storefront.control.stats()).reduce((sum, { rowsServed }) => sum + rowsServed, 0),
    9994,
  );
  assert.equal(storefront.control.release(), undefined);
});

describe('the orders API', async () => {
  const storefront = await start();
  const south = await visit(storefront, 'south');

  test('a row has the fields of the shop, typed', async () => {
    const { data } = (await (await south.get('/api/orders?limit=1')).json()) as { data: OrderRow[] };
    const [row] = data;
    const schema = storefrontDefinition.resources[0]?.schema as unknown as JsonObject;
    assert.match(row?.updated_at ?? '', /^2014-01-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    assert.deepEqual(
      Object.keys(row ?? {}).sort(),
      Object.keys((schema.properties ?? {}) as JsonObject).sort(),
    );
    assert.equal(row?.region, 'South');
    for (const name of ['row_id', 'sales', 'quantity', 'discount', 'profit'] as const)
      assert.equal(typeof row?.[name], 'number');
  });

  test('updated_since is inclusive, and its total is that of the rest', async () => {
    const { rows } = await south.read();
    const since = rows.at(-700)?.updated_at ?? '';
    const later = await south.read(since);
    assert.deepEqual(
      later.rows,
      rows.filter((row) => row.updated_at >= since),
    );
    assert.deepEqual(later.totals, [later.rows.length]);
    assert.ok(later.rows.some((row) => row.updated_at === since));
  });

  test('without a token it is 401, with a bad parameter 400, elsewhere 404', async () => {
    assert.equal((await fetch(`${storefront.url}/api/orders`)).status, 401);
    for (const query of ['limit=0', 'limit=x', 'limit=1001', 'updated_since=never', 'cursor=nonsense'])
      assert.equal((await south.get(`/api/orders?${query}`)).status, 400, query);
    assert.equal((await south.get('/api/nothing')).status, 404);
    assert.equal((await south.get('/nothing')).status, 404);
  });

  test('GET /api/me names the company', async () => {
    assert.deepEqual(await (await south.get('/api/me')).json(), { account: { id: 'south', name: 'South' } });
  });
});

test('over the rate limit it is 429 with Retry-After, for that token only', async () => {
  const storefront = await start({ requestsPerSecond: 1 });
  const west = await visit(storefront, 'west');
  const east = await visit(storefront, 'east');
  const burst = await Promise.all(Array.from({ length: 20 }, () => west.get('/api/orders?limit=1')));
  const limited = burst.filter((answer) => answer.status === 429);
  assert.equal(limited[0]?.headers.get('retry-after'), '1');
  assert.ok(burst.some((answer) => answer.status === 200));
  assert.equal((await east.get('/api/orders?limit=1')).status, 200);
  assert.equal(storefront.control.stats().west.rateLimited, limited.length);
});

describe('fault switches', async () => {
  const storefront = await start();
  const west = await visit(storefront, 'west');
  const set = async (faults: object) =>
    assert.equal((await post(`${storefront.url}/control/faults`, faults)).status, 200);

  test('server errors, for so many requests', async () => {
    await set({ serverErrors: 2 });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await west.get('/api/orders?limit=1')).status);
    assert.deepEqual(statuses, [500, 500, 200]);
  });

  test('a cut connection', async () => {
    await set({ cutConnections: 1 });
    await assert.rejects(west.read(), { code: 'SOURCE_UNREACHABLE' });
    assert.equal((await west.read()).rows.length, 3203);
  });

  test('HTML instead of JSON', async () => {
    await set({ htmlAnswers: 1 });
    await assert.rejects(west.read(), { code: 'SOURCE_BAD_ANSWER', message: /Maintenance/ });
  });

  test('a slow drip', async () => {
    await set({ dripMs: 80 });
    const began = performance.now();
    await west.get('/api/orders?limit=1');
    assert.ok(performance.now() - began >= 79);
    await set({ dripMs: 0 });
  });

  test('malformed rows: a number of them, or always the same part', async () => {
    const malformed = async () => (await west.read()).rows.filter((row) => row.sales === 'n/a');
    await set({ malformedCount: 7 });
    assert.equal((await malformed()).length, 7);
    await set({ malformedFraction: 0.05 });
    const first = await malformed();
    assert.ok(first.length > 100 && first.length < 220, `${first.length} of 3203`);
    assert.deepEqual(await malformed(), first);
    await set({ malformedFraction: 0 });
    assert.equal((await malformed()).length, 0);
  });

  test('a revoked grant is 401 for that company', async () => {
    const east = await visit(storefront, 'east');
    await set({ revoke: 'east' });
    assert.equal((await east.get('/api/orders')).status, 401);
    assert.equal((await west.get('/api/orders')).status, 200);
  });

  test('a fault that does not exist is 400, and changes nothing', async () => {
    for (const body of [{ explode: 1 }, { serverErrors: -1 }, { revoke: 'north' }])
      assert.equal((await post(`${storefront.url}/control/faults`, body)).status, 400);
    assert.equal((await west.get('/api/orders?limit=1')).status, 200);
  });

  test('statistics say what each company asked for', async () => {
    const { accounts: stats } = (await (await fetch(`${storefront.url}/control/stats`)).json()) as {
      accounts: Record<string, { requests: number; rowsServed: number }>;
    };
    assert.ok((stats.west?.requests ?? 0) > 10 && (stats.west?.rowsServed ?? 0) > 3203);
    assert.equal(stats.central?.requests, 0);
  });
});

test('with a control token, /control answers its bearer only', async () => {
  const storefront = await start({ controlToken: 'control-token' });
  const release = `${storefront.url}/control/release`;
  assert.equal((await post(release)).status, 403);
  assert.equal((await post(release, {}, { authorization: 'Bearer wrong-tokens' })).status, 403);
  assert.equal((await post(release, {}, { authorization: 'Bearer control-token' })).status, 200);
});
