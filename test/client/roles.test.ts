import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Capability, capabilities, may, type Role, roleNames, rolesWith } from '../../domain/roles.ts';
import { tributary } from './cli-process.ts';
import { noStore, startTestApi, type TestApi, token } from './support.ts';

interface Declared {
  readonly method: string;
  readonly url: string;
  readonly open: boolean;
  readonly needs: Capability | undefined;
}

const hourMs = 3_600_000;
const reportType = (more: object = {}) => ({
  id: 'sales',
  source: { from: 'records', connection: 'acme-shop', resource: 'orders', dateField: 'id' },
  ...more,
});

describe('the roles of the API', { skip: noStore }, () => {
  let t: TestApi;
  let at = new Date('2026-05-01T10:00:00Z');
  const declared: Declared[] = [];
  before(async () => {
    // No two moments are one: rows of Logs stay in order.
    t = await startTestApi({ now: () => (at = new Date(at.getTime() + 1)) });
    t.api.addHook('onRoute', ({ method, url, config = {} }) => {
      for (const one of [method].flat())
        declared.push({ method: one, url, open: config.open === true, needs: config.needs });
    });
    await t.api.ready();
    for (const id of ['acme', 'globex'])
      assert.equal((await t.send('POST', '/api/companies', { id, name: id })).statusCode, 201);
    await t.started('acme-shop');
    await t.started('globex-shop', { company: 'globex' });
  });
  after(() => t.stop());

  const made = async (name: string, role: Role, more: object = {}): Promise<string> => {
    const answer = await t.send('POST', '/api/tokens', { name, role, ...more });
    assert.equal(answer.statusCode, 201, answer.body);
    return answer.json().secret;
  };
  const as = (secret: string, method: string, url: string, payload?: object, actor?: string) =>
    t.api.inject({
      ...{ method: method as 'GET', url },
      headers: {
        authorization: `Bearer ${secret}`,
        ...(actor === undefined ? {} : { 'x-actor': actor }),
      },
      ...(payload === undefined ? {} : { payload }),
    });
  const logs = async (subject: string) =>
    (await t.get(`/api/logs?subject=${encodeURIComponent(subject)}`)).json().logs;

  test('are declared by every route that is not open', () => {
    assert.ok(declared.length > 150);
    assert.deepEqual(
      declared
        .filter(({ open, needs }) => !open && needs === undefined)
        .map(({ method, url }) => `${method} ${url}`),
      [],
    );
    assert.deepEqual(
      declared.filter(({ method, open, needs }) => method === 'GET' && !open && needs === 'change'),
      [],
      'who looks changes nothing',
    );
  });

  test('are kept at every route, before anything else is looked at', async () => {
    const viewer = await made('looks', 'viewer');
    const refused = declared.filter(
      ({ open, needs, method }) => !open && needs !== undefined && needs !== 'view' && method !== 'HEAD',
    );
    assert.ok(refused.length > 70);
    for (const { method, url, needs } of refused) {
      const answer = await as(viewer, method, url.replace(/:\w+/g, 'x'));
      assert.equal(answer.statusCode, 403, `${method} ${url}`);
      const body = answer.json();
      assert.equal(body.code, 'FORBIDDEN');
      assert.deepEqual([body.role, body.neededRoles], ['viewer', rolesWith(needs as Capability)]);
      assert.match(body.detail, /this token has the role viewer/);
    }
    assert.equal((await as(viewer, 'GET', '/api/connections/acme-shop')).statusCode, 200);
  });

  test('let a data reader read contents and change nothing, and an admin all but the developer’s', async () => {
    const [reader, admin] = [await made('reads', 'data-reader'), await made('runs', 'admin')];
    const records = '/api/connections/acme-shop/records/orders';
    assert.equal((await as(reader, 'GET', records)).statusCode, 200);
    assert.equal((await as(reader, 'POST', '/api/companies', { id: 'x', name: 'x' })).statusCode, 403);
    assert.equal((await as(admin, 'POST', '/api/companies', { id: 'x', name: 'x' })).statusCode, 201);
    assert.equal((await as(admin, 'POST', '/api/tokens', { name: 'y', role: 'developer' })).statusCode, 403);
    for (const capability of Object.keys(capabilities) as Capability[])
      assert.ok(may('developer', capability) && rolesWith(capability).at(-1) === 'developer');
    const { yours, roles } = (await as(reader, 'GET', '/api/roles')).json();
    assert.deepEqual(yours, { token: 'reads', role: 'data-reader', companies: null });
    assert.deepEqual(
      roles.map(({ role }: { role: string }) => role),
      roleNames,
    );
  });

  test('a token is stored as a hash, shown once, used until it is revoked or over', async () => {
    const secret = await made('brief', 'viewer', { expiresAt: '2026-05-01T13:00:00.000Z' });
    const again = await t.send('POST', '/api/tokens', { name: 'brief', role: 'viewer' });
    assert.equal(again.json().faults[0].path, 'body.name');
    const listed = async () =>
      (await t.get('/api/tokens')).json().tokens.find(({ name }: { name: string }) => name === 'brief');
    assert.equal((await listed()).lastUsedAt, null);
    const key = secret.split('.')[1] ?? '';
    const stored = JSON.stringify(await t.stores.db.collection('tokens').find().toArray());
    assert.ok(!stored.includes(key) && !(await t.get('/api/tokens')).body.includes(key));
    assert.ok(!(await t.get('/api/logs')).body.includes(key));

    const look = async (text = secret) => (await as(text, 'GET', '/api/apps')).json();
    await look();
    const first = (await listed()).lastUsedAt;
    at = new Date(at.getTime() + hourMs / 2);
    await look();
    assert.equal((await listed()).lastUsedAt, first, 'written at most once an hour');
    at = new Date(at.getTime() + hourMs / 2);
    await look();
    assert.ok((await listed()).lastUsedAt > first);

    assert.equal((await look(`${secret}x`)).code, 'UNAUTHENTICATED');
    assert.equal((await look(`nobody.${key}`)).code, 'UNAUTHENTICATED');
    at = new Date('2026-05-01T13:00:00.000Z');
    assert.match((await look()).detail, /"brief" expired/);

    const kept = await made('kept', 'viewer');
    const revoked = await as(token, 'DELETE', '/api/tokens/kept', undefined, 'ada');
    assert.deepEqual([revoked.json().state, revoked.json().revokedBy.id], ['revoked', 'ada']);
    assert.match((await look(kept)).detail, /"kept" was revoked/);
    assert.equal((await as(token, 'DELETE', '/api/tokens/kept')).json().revokedBy.id, 'ada');
    assert.equal((await logs('token/kept')).length, 2);
    assert.equal((await as(token, 'DELETE', '/api/tokens/nobody')).statusCode, 404);
  });

  test('only the developer changes Add to Datapoints and Report Type Id; Logs say who tried', async () => {
    const admin = await made('edits', 'admin');
    const tried = await as(admin, 'POST', '/api/report-types', reportType({ reportTypeId: 'GET_SALES' }));
    assert.equal(tried.statusCode, 403);
    assert.equal((await t.get('/api/report-types/sales')).statusCode, 404);
    const created = await as(admin, 'POST', '/api/report-types', reportType(), 'ada');
    assert.equal(created.statusCode, 201, created.body);
    const wrong = await as(admin, 'POST', '/api/report-types/sales', { name: 'New', reportTypeId: 'X' });
    assert.match(wrong.json().detail, /Only the role developer may change reportTypeId; .*role admin/);
    assert.deepEqual([wrong.statusCode, wrong.json().fields], [403, ['reportTypeId']]);
    const type = (await t.get('/api/report-types/sales')).json();
    assert.deepEqual([type.name, type.reportTypeId], ['sales', null], 'nothing of the edit was taken');
    // What stays as it is may be sent along.
    const renamed = await as(admin, 'POST', '/api/report-types/sales', { name: 'New', reportTypeId: null });
    assert.equal(renamed.statusCode, 200, renamed.body);
    assert.equal((await t.send('POST', '/api/report-types/sales', { reportTypeId: 'X' })).statusCode, 200);
    const source = { from: 'app', connection: 'acme-shop', report: 'stock' };
    const moved = await as(admin, 'POST', '/api/report-types/sales', { source });
    assert.deepEqual([moved.statusCode, moved.json().fields], [403, ['reportTypeId']]);

    const rows = await logs('report-type/sales');
    assert.deepEqual(
      rows.map(({ by }: { by: { id: string } }) => by.id),
      ['edits', 'api', 'edits', 'edits', 'edits (ada)', 'edits'],
    );
    assert.match(rows[3].text, /may not change this.*reportTypeId.*Nothing was changed/);
  });

  test('a token of one company sees nothing of another', async () => {
    await t.loading((await t.stores.connections.get('globex-shop')) ?? assert.fail());
    const foreign = await t.send('POST', '/api/report-types', {
      ...reportType({ id: 'theirs' }),
      source: { from: 'records', connection: 'globex-shop', resource: 'orders', dateField: 'id' },
    });
    assert.equal(foreign.statusCode, 201, foreign.body);
    const limit = { companies: ['acme'] };
    const bad = await t.send('POST', '/api/tokens', { name: 'no', role: 'admin', ...limit });
    assert.equal(bad.json().faults[0].path, 'body.companies');
    const secret = await made('acme-reader', 'data-reader', limit);
    const look = (url: string) => as(secret, 'GET', url);

    for (const url of ['/api/connections/acme-shop', '/api/companies/acme', '/api/apps/shop'])
      assert.equal((await look(url)).statusCode, 200, url);
    const hidden = '/api/companies/globex /api/connections/globex-shop /api/sessions/globex-shop.1/why';
    const more = '/api/report-types/theirs /api/reports/theirs/2026-01-01 /api/reports?type=theirs';
    const records = '/api/connections/globex-shop/records/orders /api/receipts/globex-shop/1';
    for (const url of `${hidden} ${more} ${records}`.split(' ')) {
      const [one, none] = [await look(url), await look(url.replace(/globex|theirs/, 'no-such'))];
      assert.deepEqual([one.statusCode, none.statusCode], [404, 404], url);
      const same = (body: string) => body.replaceAll(/globex|theirs|no-such/g, '');
      assert.equal(same(one.body), same(none.body), `${url} does not tell that it is there`);
    }
    const lists = 'connections companies syncs report-types reports failed-reports statistics';
    for (const list of lists.split(' ')) {
      const { body, statusCode } = await look(`/api/${list}`);
      assert.equal(statusCode, 200, list);
      assert.doesNotMatch(body, /globex|theirs/, list);
    }
    assert.equal((await look('/api/connections')).json().connections.length, 1);
    assert.deepEqual((await look('/api/connections?company=globex')).json(), { connections: [] });
    for (const wide of [
      'logs',
      'alerts',
      'attention',
      'automations',
      'destinations',
      'overview',
      'receipts',
    ]) {
      const refused = await look(`/api/${wide}`);
      assert.equal(refused.statusCode, 403, wide);
      assert.match(refused.json().detail, /limited to acme/);
    }
  });

  test('tokens are made, listed and revoked on the command line', async () => {
    const url = await t.api.listen({ host: '127.0.0.1', port: 0 });
    const run = (own: string, ...args: string[]) =>
      tributary([...args, '--json'], { TRIBUTARY_URL: url, TRIBUTARY_TOKEN: own });
    const create = ['token', 'create', 'cli', '--role', 'viewer'];
    const { secret } = JSON.parse((await run(token, ...create, '--expires', '90d')).stdout);
    const refused = await run(secret, 'token', 'list');
    assert.deepEqual([refused.code, JSON.parse(refused.stdout).code], [1, 'FORBIDDEN']);
    assert.equal((await run(token, 'token', 'revoke', 'cli')).code, 0);
    const list = JSON.parse((await run(token, 'token', 'list')).stdout);
    assert.equal(list.find(({ name }: { name: string }) => name === 'cli').state, 'revoked');
  });
});
