import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { DeliveryTarget, TargetField } from '../../destinations/contract.ts';
import { http } from '../../destinations/http/index.ts';
import { type ErrorCode, TributaryError } from '../../domain/errors.ts';
import { createEgress } from '../../platform/egress.ts';
import { type HttpReceiver, type Reply, startHttpReceiver } from '../support/destinations/http-receiver.ts';
import { destinationContract } from './contract.ts';
import { deliver, openDelivery, put, remove, type Scene, testContext } from './scene.ts';

let made = 0;
const newTarget = (fields: readonly TargetField[] = [{ name: 'name', type: 'text' }]): DeliveryTarget => ({
  syncId: `sync${++made}`,
  object: `rows${made}`,
  keyField: 'id',
  fields: [{ name: 'id', type: 'text' }, ...fields],
});

function sceneOf(receiver: HttpReceiver): Scene {
  const settings = {
    configuration: { address: receiver.address },
    secret: { signingSecret: receiver.signingSecret },
  };
  const wrongSecret = { signingSecret: `whsec_${Buffer.alloc(32, 8).toString('base64')}` };
  return {
    driver: http,
    settings,
    context: testContext,
    target: async (fields) => newTarget(fields),
    rows: async ({ object }) => receiver.rowsOf(object),
    rejecting: async () => ({
      target: newTarget(),
      bad: { name: 'bad', amount: 1 },
      code: /^(BAD_NAME|422)$/,
      message: /bad/,
    }),
    sever: receiver.sever,
    stall: receiver.stall,
    unparsable: {
      configuration: { address: 'ftp://u@example.com/?x=1', timeoutMs: 1 },
      secret: { signingSecret: 'whsec_c2hvcnQ=', headers: { 'webhook-id': 'x', a: 'b\nc' } },
      says: [/configuration\.address/, /timeoutMs/, /signingSecret/, /webhook-id/, /secret\.headers\.a/],
    },
    wrong: [
      { ...settings, secret: wrongSecret, says: [/401.*signature is not right/] },
      { ...settings, configuration: { address: 'http://127.0.0.1:1/' }, says: [/cannot be reached/] },
    ],
    missing: null,
    close: receiver.stop,
  };
}

destinationContract('http with results row by row', async () => sceneOf(await startHttpReceiver()));

describe('http', () => {
  let receiver: HttpReceiver;
  let scene: Scene;
  before(async () => {
    receiver = await startHttpReceiver();
    scene = sceneOf(receiver);
  });
  afterEach(() => {
    receiver.answer = () => undefined;
    receiver.results = true;
    receiver.requests.length = 0;
  });
  after(() => receiver.stop());

  test('a batch has the documented form and the headers of Standard Webhooks', async () => {
    const target = newTarget();
    await deliver(scene, target, [[put('insert', 'a', { name: 'A' }), remove('b')]]);
    const [received] = receiver.requests;
    assert.ok(received);
    const { path, headers, syncId, batch, rows } = received;
    assert.deepEqual(rows, [
      { key: 'a', action: 'insert', fields: { id: 'a', name: 'A' } },
      { key: 'b', action: 'delete', fields: { id: 'b' } },
    ]);
    assert.equal(path, `/in/${target.object}`);
    assert.equal(syncId, target.syncId);
    assert.equal(headers['webhook-id'], batch);
    assert.equal(headers['idempotency-key'], batch);
  });

  test('the same rows of the same run have the same id, another run has another', async () => {
    const target = newTarget();
    const rows = [put('insert', 'a', { name: 'A' })];
    for (const run of ['s.1', 's.1', 's.2']) await deliver(scene, target, [rows], run);
    const ids = receiver.requests.map(({ batch }) => batch);
    assert.equal(ids[0], ids[1]);
    assert.notEqual(ids[0], ids[2]);
  });

  const answers: readonly (readonly [what: string, reply: Reply, code: ErrorCode, retryAfterMs?: number])[] =
    [
      [
        '429 with a wait',
        { status: 429, headers: { 'retry-after': '7' } },
        'DESTINATION_RATE_LIMITED',
        7_000,
      ],
      ['401', { status: 401, body: 'no' }, 'DESTINATION_REFUSED'],
      ['410', { status: 410 }, 'DESTINATION_GONE'],
      ['503', { status: 503, body: 'later' }, 'DESTINATION_UNREACHABLE'],
      ['a redirect', { status: 307, headers: { location: '/other' } }, 'DESTINATION_BAD_ANSWER'],
      [
        'a page for people',
        { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } },
        'DESTINATION_BAD_ANSWER',
      ],
      [
        'broken JSON',
        { status: 200, body: '{"results":', headers: { 'content-type': 'application/json' } },
        'DESTINATION_BAD_ANSWER',
      ],
      ['results of another form', { status: 200, body: '{"results":[{"id":1}]}' }, 'DESTINATION_BAD_ANSWER'],
    ];
  for (const [what, reply, code, retryAfterMs] of answers)
    test(`${what} is ${code}`, async () => {
      receiver.answer = () => reply;
      await assert.rejects(deliver(scene, newTarget(), [[put('insert', 'a', {})]]), (error: unknown) => {
        assert.ok(error instanceof TributaryError);
        assert.equal(error.code, code);
        assert.equal(error.details.retryAfterMs, retryAfterMs);
        return true;
      });
    });

  test('what was confirmed before a failure is told, the failure by the next call', async () => {
    const target = newTarget();
    const configuration = { address: receiver.address, rowsPerRequest: 1 };
    const delivery = await openDelivery({ ...scene, settings: { ...scene.settings, configuration } }, target);
    receiver.answer = ({ rows }) => (rows[0]?.key === 'b' ? { status: 500 } : undefined);
    const options = { signal: AbortSignal.timeout(5_000), idempotencyKey: 'one' };
    const rows = ['a', 'b', 'c'].map((key) => put('insert', key, { name: key }));
    const outcomes = await delivery.write(rows, options);
    assert.deepEqual(
      outcomes.map(({ key }) => key),
      ['a'],
    );
    await assert.rejects(delivery.finish(options), { code: 'DESTINATION_UNREACHABLE' });
  });

  test('a row that the results leave out is not confirmed', async () => {
    receiver.answer = () => ({ status: 200, body: '{"results":[{"key":"a","status":"ok"}]}' });
    const delivery = await openDelivery(scene, newTarget());
    const options = { signal: AbortSignal.timeout(5_000), idempotencyKey: 'one' };
    const outcomes = await delivery.write([put('insert', 'a', {}), put('insert', 'b', {})], options);
    assert.deepEqual(outcomes, [{ key: 'a', outcome: 'delivered', requestId: outcomes[0]?.requestId ?? '' }]);
    await assert.rejects(delivery.finish(options), { code: 'DESTINATION_BAD_ANSWER' });
  });

  test('without results a request counts as a whole, and a rejected row is told from the good ones', async () => {
    receiver.results = false;
    const target = newTarget();
    const [first, last] = [put('insert', 'a', { name: 'A' }), put('insert', 'z', { name: 'Z' })];
    const outcomes = await deliver(scene, target, [[first, put('insert', 'b', { name: 'bad' }), last]]);
    assert.deepEqual(outcomes.map(({ key, outcome }) => [key, outcome]).sort(), [
      ['a', 'delivered'],
      ['b', 'rejected'],
      ['z', 'delivered'],
    ]);
    const there = await scene.rows(target);
    assert.deepEqual([...there.keys()].sort(), ['a', 'z']);
    await deliver(scene, target, [[put('update', 'a', { name: 'A2' }), remove('z')]]);
    assert.deepEqual(await scene.rows(target), new Map([['a', { id: 'a', name: 'A2' }]]));
  });

  test('private addresses and paths that lead elsewhere are refused', async () => {
    const egress = createEgress();
    const guarded = { ...scene, context: { ...testContext, egress } };
    await assert.rejects(deliver(guarded, newTarget(), [[put('insert', 'a', {})]]), {
      code: 'ADDRESS_REFUSED',
    });
    await egress.close();
    for (const object of ['../admin', 'a/%2e%2e/b', 'a?x=1', 'a#b'])
      await assert.rejects(deliver(scene, { ...newTarget(), object }, []), { code: 'INVALID_INPUT' });
  });
});
