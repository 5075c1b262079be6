import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { askedSince, askedUntil } from '../../connectors/rest/since.ts';
import type { Incremental } from '../../connectors/schema.ts';
import { readAll, serve } from '../support/reading.ts';
import { restDefinition } from '../support/rest-definition.ts';

const resourceWith = (incremental: Partial<Incremental>) => {
  const [resource] = restDefinition({ incremental: { param: 'since', ...incremental } }).resources;
  assert.ok(resource);
  return resource;
};

describe('what an incremental read asks for', () => {
  const cases: readonly [string, Partial<Incremental>, string][] = [
    ['2024-03-01T10:00:00Z', {}, '2024-03-01T10:00:00Z'],
    ['opaque', { inclusive: false, lookback: '1d' }, 'opaque'],
    ['41', { inclusive: false }, '40'],
    ['9007199254740993', { inclusive: false }, '9007199254740992'],
    ['1700000000', { lookback: '1m' }, '1699999940'],
    ['1700000000000', { lookback: '1m', inclusive: false }, '1699999939999'],
    ['2024-03-01', { inclusive: false }, '2024-02-29'],
    ['2024-03-01', { lookback: '2h' }, '2024-02-29'],
    ['2024-03-01T10:00:00Z', { inclusive: false }, '2024-03-01T09:59:59Z'],
    ['2024-03-01T10:00:00.000Z', { inclusive: false }, '2024-03-01T09:59:59.999Z'],
    ['2024-03-01T10:00:00+02:00', { lookback: '1h' }, '2024-03-01T07:00:00Z'],
    ['2024-03-01 10:00:00', { lookback: '1h' }, '2024-03-01 09:00:00'],
    ['2024-03-01T10:00:00', { inclusive: false }, '2024-03-01T09:59:59'],
    ['2024-03-01T10:00:00+02:00', { format: 'iso' }, '2024-03-01T08:00:00.000Z'],
    ['2024-03-01T10:00:00.123456Z', { format: 'iso', inclusive: false }, '2024-03-01T10:00:00.122Z'],
    ['1709287200', { format: 'iso' }, '2024-03-01T10:00:00.000Z'],
    ['1709287200000', { format: 'iso' }, '2024-03-01T10:00:00.000Z'],
    ['2024-03-01T23:30:00Z', { format: 'date' }, '2024-03-01'],
    ['2024-03-01T23:30:00Z', { format: 'date', inclusive: false, lookback: '3d' }, '2024-02-26'],
    ['2024-03-01T10:00:00.900Z', { format: 'epochSeconds' }, '1709287200'],
    ['2024-03-01T10:00:00.900Z', { format: 'epochSeconds', inclusive: false }, '1709287199'],
    ['2024-03-01T10:00:00.900Z', { format: 'epochMilliseconds', lookback: '1s' }, '1709287199900'],
    ['2024-03-01', { format: 'epochMilliseconds', inclusive: false }, '1709251199999'],
  ];
  for (const [since, incremental, expected] of cases)
    test(`${since} with ${JSON.stringify(incremental)} is ${expected}`, () => {
      assert.equal(askedSince(resourceWith(incremental), since), expected);
    });

  test('a cursor that is no time where a time is wanted is DEFINITION_INVALID', () => {
    for (const since of ['n/a', '', '2024-13-45T00:00:00Z', '99999999999999999999'])
      assert.throws(() => askedSince(resourceWith({ format: 'iso' }), since), { code: 'DEFINITION_INVALID' });
  });

  test('the end of a range is rounded up, and never moved', () => {
    const until = '2024-03-01T10:00:00.100Z';
    const asked = (format: Incremental['format']) =>
      askedUntil(resourceWith({ format, lookback: '1d' }), until);
    assert.equal(asked('asIs'), until);
    assert.equal(asked('iso'), until);
    assert.equal(asked('date'), '2024-03-02');
    assert.equal(asked('epochSeconds'), '1709287201');
    assert.equal(asked('epochMilliseconds'), '1709287200100');
  });
});

describe('parameters', () => {
  async function askedFor(
    definition: ReturnType<typeof restDefinition>,
    reading: {
      readonly since?: string;
      readonly until?: string;
      readonly parameters?: Record<string, string>;
    },
  ): Promise<{ path: string; query: Record<string, string>; headers: Record<string, unknown> }> {
    const seen: { url: URL; headers: Record<string, unknown> }[] = [];
    const { url } = await serve((request, response) => {
      seen.push({ url: new URL(request.url ?? '', 'http://app'), headers: request.headers });
      response.end('{"data":[]}');
    });
    const { parameters = {}, ...wanted } = reading;
    await readAll(url, { definition, ...wanted, options: { app: { baseUrl: url, parameters } } });
    const [first] = seen;
    assert.ok(first);
    return {
      path: first.url.pathname,
      query: Object.fromEntries(first.url.searchParams),
      headers: first.headers,
    };
  }

  const ranged = restDefinition({
    params: { status: 'any', limit: 5 },
    incremental: { param: 'updated', value: 'gte:{since}', untilParam: 'until', untilValue: 'lt:{until}' },
  });

  test('of a full read, an incremental one and a range', async () => {
    const plain = { status: 'any', limit: '5' };
    assert.deepEqual((await askedFor(ranged, {})).query, plain);
    assert.deepEqual((await askedFor(ranged, { since: '2024-01-01' })).query, {
      ...plain,
      updated: 'gte:2024-01-01',
    });
    assert.deepEqual((await askedFor(ranged, { since: '2024-01-01', until: '2024-02-01' })).query, {
      ...plain,
      updated: 'gte:2024-01-01',
      until: 'lt:2024-02-01',
    });
  });

  test('that hold a query of a full read are replaced in an incremental one', async () => {
    const query = 'select * from orders start {offset}';
    const since = "select * from orders where at >= '{since}' start {offset}";
    const definition = restDefinition({
      params: { query },
      incremental: { param: 'query', value: since },
      pagination: { kind: 'offset', first: 1 },
    });
    assert.equal((await askedFor(definition, {})).query.query, 'select * from orders start 1');
    assert.equal(
      (await askedFor(definition, { since: '2024-01-01' })).query.query,
      "select * from orders where at >= '2024-01-01' start 1",
    );
  });

  test('with a placeholder that has no value are left out', async () => {
    const definition = restDefinition({
      params: { from: '{since}', between: '{since}..{until}', kept: '{other}', page: '{page}' },
      incremental: { param: 'updated' },
    });
    assert.deepEqual((await askedFor(definition, {})).query, { kept: '{other}' });
    assert.deepEqual((await askedFor(definition, { since: '7' })).query, {
      kept: '{other}',
      from: '7',
      updated: '7',
    });
  });

  test('of the connection stand in path, query and headers, encoded', async () => {
    const definition = restDefinition(
      { path: '/shops/{connection.shop}/orders', params: { shop: '{connection.shop}' } },
      { headers: { 'X-Shop': 'shop {connection.shop}' } },
    );
    const shop = 'a/b ?&=ü{since}';
    const { path, query, headers } = await askedFor(definition, { parameters: { shop } });
    assert.equal(path, `/shops/${encodeURIComponent(shop)}/orders`);
    assert.equal(query.shop, shop);
    assert.equal(Buffer.from(String(headers['x-shop']), 'latin1').toString('latin1'), `shop ${shop}`);
  });

  test('of the connection that are missing, or climb out of the path, are INVALID_INPUT', async () => {
    const definition = restDefinition({ path: '/shops/{connection.shop}/orders' });
    const code = 'INVALID_INPUT';
    await assert.rejects(askedFor(definition, {}), { code, message: /"shop"/ });
    await assert.rejects(askedFor(definition, { parameters: { shop: '..' } }), { code });
    const headed = restDefinition({}, { headers: { 'X-Shop': '{connection.shop}' } });
    await assert.rejects(askedFor(headed, { parameters: { shop: 'a\r\nb: c' } }), { code });
  });

  test('of an address that is the connection’s own', async () => {
    const hosts: (string | undefined)[] = [];
    const { url } = await serve((request, response) => {
      hosts.push(request.url);
      response.end('{"data":[]}');
    });
    const port = new URL(url).port;
    const definition = restDefinition({}, { baseUrl: 'http://{connection.host}:{connection.port}/api/' });
    const app = { baseUrl: null, parameters: { host: '127.0.0.1', port } };
    await readAll('', { definition, options: { app } });
    assert.deepEqual(hosts, ['/api/orders']);
  });
});
