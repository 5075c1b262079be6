import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { airtable } from '../../../destinations/airtable/index.ts';
import { createEgress } from '../../../platform/egress.ts';
import { openDelivery, put, remove, testContext } from '../scene.ts';
import { airtableScene } from './scene.ts';

const { scene, server, base } = await airtableScene();
after(() => scene.close());

const amounts = [{ name: 'amount', type: 'number' }] as const;
const signal = AbortSignal.timeout(60_000);
const options = { signal, idempotencyKey: 'one' };
const opened = async () => {
  const target = await scene.target(amounts);
  return { target, delivery: await openDelivery(scene, target, signal) };
};
const settingsWith = (more: object, token = server.token()) => ({
  ...airtable.parse({ base: base.id, endpointUrl: server.url, ...more }, { token }),
  context: scene.context,
  signal,
});

test('a key that several records have is found beforehand, and its row alone is rejected', async () => {
  const { target, delivery } = await opened();
  for (const id of ['twice', 'twice', 'once']) base.insert(target.object, { id });
  const { problems, notes } = await airtable.plan(settingsWith({}), target);
  assert.deepEqual(problems, []);
  assert.match(notes?.join(' ') ?? '', /"twice" \(2 times\)/);
  const rows = ['once', 'twice', 'new'].map((id, amount) => put('update', id, { amount: amount + 1 }));
  const outcomes = await delivery.write(rows, options);
  const rejected = outcomes.filter(({ outcome }) => outcome === 'rejected');
  assert.deepEqual(
    rejected.map(({ key }) => key),
    ['twice'],
  );
  assert.equal(rejected[0]?.outcome === 'rejected' && rejected[0].code, 'INVALID_REQUEST_UNKNOWN');
  assert.deepEqual(
    base.rows(target.object).map(({ amount }) => amount),
    [undefined, undefined, 1, 3],
  );
  const [deletion] = await delivery.write([remove('twice')], options);
  assert.equal(deletion?.outcome === 'rejected' && deletion.code, 'KEY_NOT_UNIQUE');
});

test('one guilty row among a hundred is found by few requests, and the others arrive', async () => {
  const { target, delivery } = await opened();
  const rows = Array.from({ length: 100 }, (_, n) =>
    put('insert', `k${n}`, { amount: n === 37 ? 'much' : n }),
  );
  const before = server.seen.length;
  const outcomes = await delivery.write(rows, options);
  const rejected = outcomes.filter(({ outcome }) => outcome === 'rejected');
  assert.deepEqual(
    rejected.map(({ key }) => key),
    ['k37'],
  );
  assert.equal((await scene.rows(target)).size, 99);
  // Ten requests, and two more for each time that ten rows are halved.
  const asked = server.seen.length - before;
  assert.ok(asked <= 18, `It took ${asked} requests.`);
});

test('rows are deleted by keys with every sign that a formula knows, and no other row is', async () => {
  const { target, delivery } = await opened();
  const keys = ['a"b', "it's", 'back\\slash', 'two\nlines', 'tab\t', '")=1,TRUE(', '{id}', 'keep'];
  await delivery.write(
    keys.map((key) => put('insert', key, { amount: 1 })),
    options,
  );
  const outcomes = await delivery.write(
    [...keys.filter((key) => key !== 'keep'), 'never'].map((key) => remove(key)),
    options,
  );
  assert.ok(outcomes.every(({ outcome }) => outcome === 'delivered'));
  assert.deepEqual([...(await scene.rows(target)).keys()], ['keep']);
});

test('a field that was renamed, and a table that is gone, are named', async () => {
  const { target, delivery } = await opened();
  base.renameField(target.object, 'amount', 'total');
  const row = put('insert', 'a', { amount: 1 });
  await assert.rejects(delivery.write([row], options), { code: 'DESTINATION_GONE', message: /"amount"/ });
  await assert.rejects(openDelivery(scene, target, signal), {
    code: 'DESTINATION_GONE',
    message: /"amount"/,
  });
  const { target: other, delivery: second } = await opened();
  base.removeTable(other.object);
  await assert.rejects(second.write([row], options), { code: 'DESTINATION_GONE', message: /table/ });
});

test('a token that is revoked meanwhile, a quota that is used up and a lock-out each end the write', async () => {
  const target = await scene.target(amounts);
  const token = server.token();
  const lockOuts: [string, number][] = [];
  const context = {
    ...testContext,
    turn: async (name: string) => ({ lockOut: async (ms: number) => void lockOuts.push([name, ms]) }),
  };
  const delivery = await airtable.open({ ...settingsWith({}, token), context }, target, 's.1');
  const write = () => delivery.write([put('insert', 'a', { amount: 1 })], options);
  server.revoke(token);
  await assert.rejects(write(), { code: 'DESTINATION_REFUSED' });

  const quota = await openDelivery(scene, target, signal);
  server.setQuotaUsedUp(true);
  await assert.rejects(quota.write([put('insert', 'a', {})], options), { code: 'DESTINATION_QUOTA' });
  server.setQuotaUsedUp(false);

  const limited = await airtable.open({ ...settingsWith({}), context }, target, 's.1');
  server.answerNext({ status: 429, body: { errors: [{ error: 'RATE_LIMIT_REACHED', message: 'Wait.' }] } });
  await assert.rejects(limited.write([put('insert', 'a', {})], options), (error: unknown) => {
    const { code, details } = error as { code: string; details: Record<string, unknown> };
    assert.deepEqual([code, details.retryAfterMs], ['DESTINATION_RATE_LIMITED', 30_000]);
    return true;
  });
  assert.deepEqual(lockOuts, [[`airtable/${base.id}`, 30_000]]);
});

test('what was delivered before an outage is told, and the outage by the next call', async () => {
  const { target, delivery } = await opened();
  const rows = Array.from({ length: 60 }, (_, n) => put('insert', `${n}`, { amount: n }));
  for (let n = 0; n < 4; n++) server.answerNext(null);
  server.answerNext({ status: 503, body: 'upstream' });
  const outcomes = await delivery.write(rows, options);
  assert.ok(outcomes.length > 0 && outcomes.length < rows.length);
  await assert.rejects(delivery.finish(options), { code: 'DESTINATION_UNREACHABLE' });
  const again = await openDelivery(scene, target, signal);
  assert.equal((await again.write(rows, options)).length, 60);
  assert.equal((await scene.rows(target)).size, 60);
});

test('types that do not fit are told at set-up; with typecast Airtable turns them', async () => {
  base.addTable('Typed', [
    { name: 'id', type: 'singleLineText' },
    { name: 'amount', type: 'singleLineText' },
    { name: 'sum', type: 'formula' },
  ]);
  const fields = [
    { name: 'id', type: 'text' },
    { name: 'amount', type: 'number' },
  ] as const;
  const target = { syncId: 's', object: 'Typed', keyField: 'id', fields };
  const { problems } = await airtable.plan(settingsWith({}), target);
  assert.match(problems.join(' '), /"amount" is a singleLineText field.*takes no number.*allow typecast/);
  const computed = { ...target, fields: [...fields, { name: 'sum', type: 'number' } as const] };
  assert.match((await airtable.plan(settingsWith({ typecast: true }), computed)).problems.join(' '), /"sum"/);
  const delivery = await airtable.open(settingsWith({ typecast: true }), target, 's.1');
  await delivery.write([put('insert', 'a', { amount: 1.5 })], options);
  assert.deepEqual(base.rows('Typed'), [{ id: 'a', amount: '1.5' }]);
});

test('the address of a user is asked through the egress guard', async () => {
  const guarded = createEgress();
  const context = { ...testContext, egress: guarded };
  const target = await scene.target(amounts);
  const before = server.seen.length;
  await assert.rejects(airtable.open({ ...settingsWith({}), context }, target, 's.1'), {
    code: 'ADDRESS_REFUSED',
  });
  assert.equal(server.seen.length, before);
  await guarded.close();
});

test('a token that may not make tables says so; the answer of a proxy is not taken for one of Airtable', async () => {
  const fields = [{ name: 'id', type: 'text' }] as const;
  const target = { syncId: 's', object: 'Not there', keyField: 'id', fields };
  const reader = server.token({ scopes: ['schema.bases:read'] });
  await assert.rejects(airtable.prepare(settingsWith({}, reader), target), { code: 'DESTINATION_REFUSED' });
  server.answerNext({ status: 200, body: '<html>' });
  await assert.rejects(airtable.plan(settingsWith({}), target), { code: 'DESTINATION_BAD_ANSWER' });
  const { delivery } = await opened();
  server.answerNext({ status: 200, body: { records: [] } });
  await assert.rejects(delivery.write([put('insert', 'a', {})], options), { code: 'DESTINATION_BAD_ANSWER' });
});
