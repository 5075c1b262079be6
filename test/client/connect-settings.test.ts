import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createGrantWarnings } from '../../client/grant-warnings.ts';
import { definitionSchema } from '../../connectors/definition.ts';
import { createLog } from '../../platform/log.ts';
import { noStore, publicUrl, setUpShop, shop, startTestApi, type TestApi } from './support.ts';

const parameters = {
  type: 'object',
  required: ['shop', 'realmId'],
  properties: {
    shop: { type: 'string', title: 'Name of the shop', pattern: '^[a-z]+$' },
    region: { type: 'string', enum: ['eu', 'us'] },
    realmId: { type: 'string' },
    folder: { type: 'string' },
  },
};
const withCursor = { ...shop.resources[0], cursor: 'at', incremental: { param: 'since' } };
const place = definitionSchema.parse({
  ...shop,
  id: 'place',
  auth: { ...shop.auth, callbackParameters: ['realmId'] },
  parameters,
  resources: [
    {
      ...withCursor,
      schema: {
        type: 'object',
        properties: { id: { type: 'string' }, at: { type: 'string' }, email: { type: 'string' } },
      },
      mapping: undefined,
    },
    { ...shop.resources[1], enabled: true, schema: 'infer', mapping: undefined },
  ],
});

describe('what connect may say', { skip: noStore }, () => {
  let t: TestApi;
  before(async () => {
    t = await startTestApi({ definitions: [place] });
    await setUpShop(t);
    await t.send('PUT', '/api/apps/place', {
      baseUrl: 'http://127.0.0.1:9',
      clientId: 'tributary',
      clientSecret: 'very-secret',
    });
  });
  after(() => t.stop());

  const connect = async (more: object, app = 'place', company = 'acme') => {
    const answer = await t.send('POST', '/api/connections', { company: { id: company }, app, ...more });
    return { status: answer.statusCode, body: answer.json() };
  };
  const faultsOf = async (more: object, app?: string) => {
    const { status, body } = await connect(more, app);
    assert.equal(status, 400, JSON.stringify(body));
    return Object.fromEntries(
      (body.faults as { path: string; message: string }[]).map(({ path, message }) => [path, message]),
    );
  };

  test('parameters are checked by the definition; what the callback brings is not asked for', async () => {
    assert.deepEqual(await faultsOf({}), { 'body.parameters.shop': 'is missing: Name of the shop' });
    const wrong = await faultsOf({ parameters: { shop: 'A', region: 'moon', realmId: '1', more: 'x' } });
    assert.match(String(wrong['body.parameters.shop']), /pattern/);
    assert.equal(wrong['body.parameters.region'], 'must be one of eu, us');
    assert.match(String(wrong['body.parameters.realmId']), /by itself when it is authorized/);
    assert.match(String(wrong['body.parameters.more']), /is not known; place takes shop, region, folder/);
    for (const folder of ['.', '..', 'a\r\nb', 'a\u0000'])
      assert.deepEqual(await faultsOf({ parameters: { shop: 'acme', folder } }), {
        'body.parameters.folder': 'must not be . or .. or have control characters',
      });
    assert.deepEqual(await faultsOf({ parameters: { shop: 5 } }), {
      'body.parameters.shop': 'must be text',
    });
    assert.match(
      String((await faultsOf({ parameters: { x: 'y' } }, 'shop'))['body.parameters.x']),
      /takes no parameters/,
    );
  });

  test('resources say where they begin and which fields are stored; faults are named', async () => {
    const given = { parameters: { shop: 'acme' } };
    const faults = await faultsOf({
      ...given,
      resources: [
        { id: 'orders', historyStart: '2024-01-01', fields: { drop: ['id', 'at', 'nothing'], hash: ['at'] } },
        { id: 'returns', historyStart: '2024-01-01' },
        'orders',
      ],
    });
    assert.deepEqual(Object.keys(faults).sort(), [
      'body.resources.0.fields.drop.0',
      'body.resources.0.fields.drop.1',
      'body.resources.0.fields.drop.2',
      'body.resources.0.fields.hash.0',
      'body.resources.1.historyStart',
      'body.resources.2',
    ]);
    assert.match(String(faults['body.resources.0.fields.drop.0']), /key of orders and cannot be dropped/);
    assert.match(
      String(faults['body.resources.0.fields.drop.2']),
      /no field "nothing"; it has id, at, email/,
    );
    assert.deepEqual(Object.keys(await faultsOf({ ...given, historyStart: 'yesterday' })), [
      'body.historyStart',
    ]);

    const made = await connect({
      ...given,
      driftPolicy: 'pause',
      historyStart: '2024-01-01',
      resources: [{ id: 'orders', fields: { hash: ['email'] } }, 'returns'],
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const { connection } = made.body;
    assert.deepEqual(
      [connection.parameters, connection.driftPolicy, connection.grant],
      [{ shop: 'acme' }, 'pause', null],
    );
    assert.deepEqual(connection.resources, [
      {
        ...{ id: 'orders', enabled: true, historyStart: '2024-01-01T00:00:00.000Z' },
        fields: { hash: ['email'] },
      },
      { id: 'returns', enabled: true },
    ]);
  });

  test('a link for another company or app of that id is refused, and a span has limits', async () => {
    await t.started('taken', { company: 'somebody' });
    const link = (more: object) =>
      t.send('POST', '/api/connect-links', { company: { id: 'acme' }, app: 'shop', ...more });
    assert.equal((await link({ id: 'taken' })).json().code, 'CONNECTION_EXISTS');
    assert.equal((await link({ validFor: '91d' })).json().faults[0].path, 'body.validFor');
    const { link: address, reauthorizes } = (await link({ validFor: '12h' })).json();
    assert.ok(String(address).startsWith(`${publicUrl}/connect/`));
    assert.equal(reauthorizes, false);
  });

  test('the end of a grant is shown, and warned of once at each of two times', async () => {
    const day = 86_400_000;
    const connection = await t.started('ending');
    const endsAt = new Date(Date.now() + 6.5 * day);
    const secret = t.secrets.seal('x', 'grant/ending/1');
    const grant = { connectionId: 'ending', generation: 1, account: 'a1', secret, expiresAt: null, endsAt };
    await t.stores.grants.save(grant);
    const shown = (await t.get('/api/connections/ending')).json();
    assert.deepEqual(shown.grant, { endsAt: endsAt.toISOString(), daysLeft: 6 });

    let now = new Date();
    const { stores, secrets } = t;
    const warnings = createGrantWarnings({
      ...{ stores, secrets, publicUrl: () => publicUrl, now: () => now },
      log: createLog({ name: 'test', level: 'silent' }),
    });
    const listed = async () => {
      const { events } = (await t.get('/api/connections/ending/events')).json();
      return events.map(({ type, data }: { type: string; data: { daysLeft: number } }) => [
        type,
        data.daysLeft,
      ]);
    };
    await Promise.all([warnings.round(), warnings.round()]);
    await warnings.round();
    assert.deepEqual(await listed(), [['GrantExpiring', 6]]);
    now = new Date(endsAt.getTime() - day / 2);
    await warnings.round();
    await warnings.round();
    assert.deepEqual(await listed(), [
      ['GrantExpiring', 0],
      ['GrantExpiring', 6],
    ]);
    const { events } = (await t.get('/api/connections/ending/events')).json();
    assert.match(events[0].data.reauthorizeUrl, /\/connect\//);
    // Another end is another warning.
    await t.stores.grants.save({ ...grant, endsAt: new Date(now.getTime() + 3 * day) });
    await warnings.round();
    assert.equal((await listed()).length, 3);
    assert.equal((await t.stores.connections.get(connection._id))?.seq, 0);
  });
});
