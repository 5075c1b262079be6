import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { refusedBy } from '../../client/lifecycle-answers.ts';
import { guardConnection, resultOf } from '../../domain/lifecycle.ts';
import { noStore, setUpShop, startTestApi, type TestApi } from './support.ts';

describe('what lifecycle calls are given', { skip: noStore }, () => {
  let t: TestApi;
  before(async () => {
    t = await startTestApi();
    await setUpShop(t);
    t.port.procedure = async (connection, { name, validate }) => {
      const guarded = guardConnection(name, connection);
      const answer = guarded.responseCode === 'OK' ? ((await validate?.()) ?? guarded) : guarded;
      if (answer.responseCode !== 'OK') refusedBy(answer, connection);
      return { pending: false, result: resultOf('OK', '', connection) };
    };
    await t.started('runs');
    await t.started('stands', { status: 'PAUSED' });
    await t.started('ready', { status: 'CONFIGURING', configurationStatus: 'CONNECTED' });
    await t.started('fresh', { status: 'CONFIGURING', configurationStatus: 'INSTALLED', authorized: false });
    await t.started('broken', { status: 'ERROR' });
    await t.started('gone', { ownCode: 26 });
  });
  after(() => t.stop());

  const configuration = (given: object) => ({ resource: 'orders', configuration: { id: 'a', ...given } });

  test('a plan refuses arguments of another form, with their path', async () => {
    const bad: readonly [string, string, unknown, RegExp][] = [
      ['runs', 'updateResource', configuration({}), /arguments\.configuration\.schedule: is missing/],
      ['runs', 'updateResource', configuration({ schedule: { kind: 'NONE' } }), /must be one of GLOBAL/],
      ['runs', 'updateResource', configuration({ schedule: { kind: 'INTERVAL', every: '0d' } }), /"0d"/],
      ['runs', 'updateResource', { resource: 'orders', historyStart: 'soon' }, /must be a date/],
      ['runs', 'updateResource', { resource: 'orders' }, /names nothing that changes/],
      ['runs', 'updateResource', { resource: 'orders', wrong: 1 }, /arguments\.wrong: is not known here/],
      ['stands', 'updateConnectionConfiguration', {}, /neither parameters nor credentials/],
      ['stands', 'updatePool', {}, /arguments\.pool: is missing/],
      ['ready', 'finalizeConfiguration', { resources: 5 }, /arguments\.resources: must be a list/],
      ['ready', 'finalizeConfiguration', { properties: [] }, /arguments\.properties: must be an object/],
      ['runs', 'disconnect', { keepData: 'yes' }, /arguments\.keepData: must be true or false/],
      ['runs', 'pause', { all: true }, /arguments\.all: is not known here/],
    ];
    for (const [id, procedure, given, expected] of bad) {
      const answer = await t.send('POST', `/api/connections/${id}/plan`, { procedure, arguments: given });
      const { code, detail } = answer.json();
      assert.deepEqual([answer.statusCode, code], [400, 'INVALID_INPUT'], `${procedure}: ${answer.body}`);
      assert.match(detail, expected);
    }
  });

  test('a plan says of what the definition does not know what the call says', async () => {
    const calls: readonly [string, string, object, string, object][] = [
      ['ready', 'finalizeConfiguration', { resources: ['nosuch'] }, 'finalize', { resources: ['nosuch'] }],
      ['ready', 'finalizeConfiguration', { properties: { a: 1 } }, 'finalize', { properties: { a: 1 } }],
      [
        ...(['runs', 'updateResource', { resource: 'orders', fields: { drop: ['id'] } }] as const),
        ...(['resources/orders', { fields: { drop: ['id'] } }] as const),
      ],
    ];
    for (const [id, procedure, given, path, body] of calls) {
      const plan = await t.send('POST', `/api/connections/${id}/plan`, { procedure, arguments: given });
      const call = await t.send('POST', `/api/connections/${id}/${path}`, body);
      const { allowed, token, responseCode, message } = plan.json();
      assert.deepEqual([allowed, token, responseCode], [false, null, 'INVALID_INPUT'], plan.body);
      assert.equal(message, call.json().detail);
      assert.ok([400, 422].includes(call.statusCode));
    }
  });

  test('properties are an object, and the sink is the connection’s own', async () => {
    for (const properties of [[], 5, '', true]) {
      const answer = await t.send('POST', '/api/connections/ready/finalize', { properties });
      assert.equal(answer.json().detail, 'body.properties: must be an object');
    }
    assert.equal(
      (await t.send('POST', '/api/connections/fresh/connector', { sink: 'fresh' })).statusCode,
      200,
    );
    const { code, responseCode, detail } = (
      await t.send('POST', '/api/connections/fresh/connector', { sink: 'shared' })
    ).json();
    assert.deepEqual([code, responseCode], ['PROCEDURE_INVALID', 'INVALID_INPUT']);
    assert.match(detail, /^body\.sink: must be fresh/);
  });

  test('who may not authorize now is told where the connection stands', async () => {
    for (const [id, expected, current] of [
      ['broken', 'INVALID_CONNECTOR_STATUS', 'ERROR'],
      ['gone', 'INVALID_CONNECTOR_STATUS', 'DISCONNECTED'],
      ['fresh', 'INVALID_CONNECTOR_CONFIGURATION_STATUS', 'INSTALLED'],
    ] as const) {
      const answer = (await t.send('POST', `/api/connections/${id}/authorize`)).json();
      assert.deepEqual([answer.code, answer.responseCode], ['PROCEDURE_REFUSED', expected]);
      assert.match(answer.detail, new RegExp(`^Expected .* current is ${current}\\.$`));
    }
    assert.equal(t.asked.starts.length, 0);
  });
});
