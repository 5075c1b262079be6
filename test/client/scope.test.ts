import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { scopeFaults } from '../../client/api/scope.ts';
import { pagedCredentials, pagedDefinition, startPagedApp } from '../support/paged-app.ts';
import { noStore, startTestApi, type TestApi } from './support.ts';

describe('what a person may ask to be read', { skip: noStore }, () => {
  let t: TestApi;
  before(async () => {
    t = await startTestApi();
  });
  after(() => t.stop());

  const connection = {
    resources: [
      { id: 'orders', enabled: true },
      { id: 'returns', enabled: false },
    ],
  };
  const range = { from: '2024-01-01', to: '2024-02-01' };
  const faultsOf = (scope: Parameters<typeof scopeFaults>[0]) =>
    scopeFaults(scope, connection, pagedDefinition()).map(({ path, message }) => `${path}: ${message}`);

  test('faults are named where they are', () => {
    assert.deepEqual(faultsOf({ resources: ['orders'], range }), []);
    assert.deepEqual(faultsOf({ full: true, allowRemovals: true }), []);
    assert.match(faultsOf({ resources: ['none'] })[0] ?? '', /resources\.0: "none" is not a resource/);
    assert.match(faultsOf({ resources: ['returns'] })[0] ?? '', /"returns" is not enabled/);
    assert.match(faultsOf({ range })[0] ?? '', /exactly one resource/);
    assert.match(faultsOf({ resources: ['orders'], full: true, range })[0] ?? '', /does not go with full/);
    const turned = { from: range.to, to: range.from };
    assert.match(faultsOf({ resources: ['orders'], range: turned })[0] ?? '', /before `to`/);
    assert.match(faultsOf({ allowRemovals: true })[0] ?? '', /only with full/);
  });

  test('the API refuses them, and passes on what is right', async () => {
    await t.started('scoped');
    const url = '/api/connections/scoped/sessions';
    const refused = await t.send('POST', url, { scope: { resources: ['orders'], range } });
    assert.deepEqual([refused.statusCode, refused.json().faults[0].path], [400, 'body.scope.range']);
    const noTime = await t.send('POST', url, { scope: { range: { from: 'May', to: '2024-02-01' } } });
    assert.equal(noTime.statusCode, 400);
    const scope = { resources: ['orders'], full: true };
    assert.equal((await t.send('POST', url, { scope })).statusCode, 202);
    const start = t.asked.starts.at(-1)?.start;
    assert.deepEqual(start?.kind === 'load' ? start.scope : null, scope);
  });

  test('one page is read and judged, and nothing is stored', async (context) => {
    const rows = [
      { id: 'a', amt: 1, note: 'private' },
      { id: 'b', amt: 'much', note: 'private' },
      { amt: 3 },
    ];
    const app = await startPagedApp({ resources: { orders: rows }, auth: 'basic', pageSize: 3 });
    context.after(() => app.stop());
    await t.stores.apps.put({ _id: 'bank', baseUrl: app.url, updatedAt: new Date() });
    const resources = [{ id: 'orders', enabled: true, fields: { drop: ['note'] } }];
    await t.started('tested', { app: 'bank', resources });
    const secret = { kind: 'submitted', credentials: pagedCredentials.basic };
    await t.stores.grants.save({
      ...{ connectionId: 'tested', generation: 1, account: 'a', expiresAt: null, endsAt: null },
      secret: t.secrets.seal(secret, 'grant/tested/1'),
    });
    const url = '/api/connections/tested/resources/orders/test';
    const page = (await t.send('POST', url)).json();
    assert.deepEqual(
      page.rows.map((one: { fits: boolean; reason: string | null }) => [one.fits, one.reason]),
      [
        [true, null],
        [false, 'SCHEMA_MISMATCH'],
        [false, 'KEY_MISSING'],
      ],
    );
    assert.deepEqual([page.count, page.unfit, page.more, page.drift.class], [3, 2, false, 'none']);
    assert.equal(JSON.stringify(page).includes('private'), false);
    assert.equal(await t.stores.records.of('tested', 1, 'orders').count(), 0);
    assert.equal((await t.send('POST', '/api/connections/tested/resources/none/test')).statusCode, 404);
    app.faults.revoked = true;
    assert.equal((await t.send('POST', url)).json().code, 'GRANT_REVOKED');
  });

  test('the last requests of a session are shown with the rows that did not fit', async () => {
    const sessionId = await t.loading(await t.started('looked-at'));
    const exchange = {
      ...{ at: new Date(), method: 'GET', url: 'http://app/orders', status: 200, durationMs: 5, bytes: 9 },
      ...{ headers: [['content-type', 'application/json']] as const, rows: 2, page: null, excerpt: null },
      error: null,
    };
    await t.stores.exchanges.put({
      _id: `${sessionId}/orders`,
      connectionId: 'looked-at',
      exchanges: [
        { ...exchange, firstRow: [0, 8] },
        { ...exchange, status: 500, error: 'SOURCE_SERVER_ERROR', firstRow: null },
        { ...exchange, firstRow: [1, 2] },
      ],
      updatedAt: new Date(),
    });
    const unfit = {
      sessionId,
      key: null,
      reason: 'KEY_MISSING',
      message: 'no key',
      payload: {},
      at: new Date(),
    } as const;
    await t.stores.quarantine.of('looked-at', 1, 'orders').putMany(
      ['0/7', '0/9', '1/1', '1/2', '10/0'].map((place) => ({
        _id: `${sessionId}/orders/${place}`,
        ...unfit,
      })),
    );
    const { exchanges } = (await t.get(`/api/sessions/${sessionId}/exchanges`)).json();
    assert.deepEqual(
      exchanges.map((one: { quarantined: { place: string }[] }) =>
        one.quarantined.map(({ place }) => place.split('/').slice(2).join('/')),
      ),
      [['0/9', '1/1'], [], ['1/2', '10/0']],
    );
    assert.deepEqual(exchanges[0].headers, { 'content-type': 'application/json' });
  });
});
