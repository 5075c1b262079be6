import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createBox } from '../support/box.ts';
import { startHttpReceiver } from '../support/destinations/http-receiver.ts';
import { countsOf, orders, syncScene } from '../support/sync-scene.ts';
import { startWorld, type World } from '../support/world.ts';
import { type AirtableSyncs, startAirtableSyncs } from './airtable-scene.ts';

/** Each case: the run's state, the row's outcome, and what the next run does. */
describe('bad input of a sync', { concurrency: 4 }, () => {
  let world: World;
  let airtable: AirtableSyncs;
  before(async () => {
    world = await startWorld();
    airtable = await startAirtableSyncs(world);
  });
  after(async () => {
    await airtable?.stop();
    await world?.stop();
  });

  it('the destination is gone in the middle: failed, and the next run sends what is missing', async () => {
    const { base } = airtable;
    const { scene, table } = await airtable.scene();
    await scene.session(orders(150));
    airtable.inTheMiddle(table, () => base.removeTable(table));
    const run = await scene.runs();
    assert.deepEqual([run.status, run.reason], ['failed', 'DESTINATION_GONE']);
    assert.match(run.detail ?? '', /no longer there/);
    assert.deepEqual(countsOf(run), { staged: 150, inserted: 100 });
    assert.equal((await scene.rows.get('o0'))?.status, 'success');
    assert.deepEqual(await scene.status(), ['failed', 'DESTINATION_GONE']);
    // It is made anew, empty: a person asks for everything once more.
    airtable.addTable(table);
    assert.deepEqual(countsOf(await scene.runs()), { staged: 150, inserted: 50, skipped: 100 });
    assert.equal((await scene.runs({ kind: 'resync' })).status, 'success');
    assert.equal(base.rows(table).length, 150);
  });

  it('half of a batch is rejected: the other half is delivered, each row has its words, and heals', async () => {
    const { base } = airtable;
    const { scene, table } = await airtable.scene();
    const odd = Object.keys(orders(20)).filter((_, n) => n % 2 === 1);
    for (const id of [...odd, ...odd]) base.insert(table, { id });
    await scene.session(orders(20));
    const run = await scene.runs();
    assert.deepEqual([run.status, run.reason], ['failed', 'ROWS_REJECTED']);
    assert.deepEqual(countsOf(run), { staged: 20, inserted: 10, rejected: 10 });
    const [good, bad] = await Promise.all(['o0', 'o1'].map((key) => scene.rows.get(key)));
    assert.deepEqual([good?.status, bad?.status], ['success', 'failed']);
    assert.match(bad?.error?.message ?? '', /more than one record/);
    base.table(table).records.splice(0, 10);
    assert.deepEqual(countsOf(await scene.runs()), { staged: 10, inserted: 10, retried: 10 });
    assert.equal(base.rows(table).length, 20);
  });

  it('a field is renamed there: failed and named; the next run goes on once it is called so again', async () => {
    const { base } = airtable;
    const { scene, table } = await airtable.scene();
    await scene.session(orders(120));
    airtable.inTheMiddle(table, () => base.renameField(table, 'amount', 'total'));
    const run = await scene.runs();
    assert.deepEqual([run.status, run.reason], ['failed', 'DESTINATION_GONE']);
    assert.match(run.detail ?? '', /"amount"/);
    assert.equal((await scene.runs()).reason, 'DESTINATION_GONE');
    base.renameField(table, 'total', 'amount');
    const mended = await scene.runs();
    assert.deepEqual([mended.status, base.rows(table).length], ['success', 120]);
  });

  it('the key field has a value twice there: that row alone is rejected, and delivered once it is mended', async () => {
    const { base } = airtable;
    const { scene, table } = await airtable.scene();
    for (let n = 0; n < 2; n++) base.insert(table, { id: 'o1' });
    await scene.session(orders(10));
    const run = await scene.runs();
    assert.deepEqual([run.status, countsOf(run)], ['failed', { staged: 10, inserted: 9, rejected: 1 }]);
    const row = await scene.rows.get('o1');
    assert.deepEqual([row?.status, row?.error?.code], ['failed', 'INVALID_REQUEST_UNKNOWN']);
    const double = base.table(table).records.findIndex((record) => [...record.cells.values()].includes('o1'));
    base.table(table).records.splice(double, 1);
    assert.deepEqual(countsOf(await scene.runs()), { staged: 1, inserted: 1, retried: 1 });
    assert.equal(base.rows(table).length, 10);
  });

  it('the credentials are revoked during the run: failed, no row is lost, new ones go on', async () => {
    const { scene, table } = await airtable.scene();
    const token = airtable.server.token();
    await airtable.useToken(scene, token);
    await scene.session(orders(120));
    airtable.inTheMiddle(table, () => airtable.server.revoke(token));
    const run = await scene.runs();
    assert.deepEqual([run.status, run.reason], ['failed', 'DESTINATION_REFUSED']);
    assert.deepEqual(countsOf(run), { staged: 120, inserted: 100 });
    assert.equal((await scene.runs()).reason, 'DESTINATION_REFUSED');
    await airtable.useToken(scene, airtable.token);
    assert.deepEqual(countsOf(await scene.runs()), { staged: 120, inserted: 20, skipped: 100 });
    assert.equal(airtable.base.rows(table).length, 120);
  });

  it('the mapping names a field that is not there: the destination says so before the first row', async () => {
    const { scene, table } = await airtable.scene();
    await scene.change({ mapping: [{ to: 'nowhere', type: 'text', from: { field: 'name' } }] });
    await scene.session(orders(3));
    const run = await scene.runs();
    assert.deepEqual([run.status, run.reason], ['failed', 'DESTINATION_GONE']);
    assert.match(run.detail ?? '', /"nowhere"/);
    assert.deepEqual(airtable.base.rows(table), []);
    await scene.change({ mapping: [{ to: 'name', type: 'text', from: { field: 'name' } }] });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 3, inserted: 3 });
  });

  it('the mapping reads a field that no record has: null is delivered, nothing is quarantined', async () => {
    const scene = await syncScene(world, {
      mapping: [{ to: 'name', type: 'text', from: { field: 'no.such.field' } }],
    });
    await scene.session(orders(2));
    assert.deepEqual(countsOf(await scene.runs()), { staged: 2, inserted: 2 });
    assert.deepEqual(scene.held().o0, { id: 'o0', name: null });
  });

  it('a template throws: its row is quarantined with the reason, the others are delivered', async () => {
    const scene = await syncScene(world, {
      mapping: [
        { to: 'name', type: 'text', from: { template: '{{ name | upcase }} {{ amount | plus: extra }}' } },
      ],
    });
    await scene.session({ a: { name: 'a', amount: 1, extra: 1 }, b: { name: 'b', amount: 1 } });
    const run = await scene.runs();
    assert.deepEqual([run.status, countsOf(run)], ['success', { staged: 2, inserted: 1, quarantined: 1 }]);
    const row = await scene.rows.get('b');
    assert.deepEqual([row?.status, row?.error?.code], ['quarantined', 'TEMPLATE_FAILED']);
    assert.deepEqual(countsOf(await scene.runs()), {});
    await scene.session({ b: { name: 'b', amount: 1, extra: 2 } });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 1, inserted: 1 });
    assert.equal(scene.held().b?.name, 'B 3');
  });

  it('a template loops without end: its row is quarantined within moments, the others are delivered', async () => {
    const scene = await syncScene(world, {
      mapping: [{ to: 'name', type: 'text', from: { template: '{% for i in (1..amount) %}x{% endfor %}' } }],
    });
    await scene.session({ a: { name: 'a', amount: 3 }, b: { name: 'b', amount: 99_999_999_999 } });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 2, inserted: 1, quarantined: 1 });
    assert.equal((await scene.rows.get('b'))?.error?.code, 'TEMPLATE_FAILED');
    assert.deepEqual(scene.held(), { a: { id: 'a', name: 'xxx' } });
  });

  it('HTTP: an answer is lost: the same rows come again under the same key; a refused row has its code', async (t) => {
    const receiver = await startHttpReceiver();
    t.after(() => receiver.stop());
    const { address, signingSecret } = receiver;
    const scene = await syncScene(world, { object: 'orders' }, createBox(), {
      destination: (id) => ({
        kind: 'http',
        configuration: { address },
        secret: world.secrets.seal({ signingSecret }, `destination/${id}`),
      }),
    });
    await scene.session({ ...orders(3), odd: { name: 'bad', amount: 1 } });
    receiver.loses = 1;
    const run = await scene.runs();
    assert.deepEqual([run.status, countsOf(run)], ['failed', { staged: 4, inserted: 3, rejected: 1 }]);
    const [first, second, ...more] = receiver.requests;
    assert.deepEqual([first?.rows, more], [second?.rows, []]);
    assert.equal(first?.headers['idempotency-key'], second?.headers['idempotency-key']);
    const { error } = (await scene.rows.get('odd')) ?? assert.fail();
    assert.deepEqual(error, { code: 'BAD_NAME', message: 'The name is bad.', requestId: 'req-1' });
    await scene.session({ odd: { name: 'good', amount: 1 } });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 1, inserted: 1, retried: 1 });
    assert.equal(receiver.rowsOf('orders').size, 4);
  });

  it("a row is above the destination's size: rejected before it is sent, delivered once it is smaller", async () => {
    const { scene, table } = await airtable.scene({ name: { type: 'multilineText' } });
    await scene.session({ ...orders(2), large: { name: 'x'.repeat(110_000), amount: 1 } });
    const run = await scene.runs();
    assert.deepEqual([run.status, countsOf(run)], ['failed', { staged: 3, inserted: 2, rejected: 1 }]);
    assert.equal((await scene.rows.get('large'))?.error?.code, 'ROW_TOO_LARGE');
    await scene.session({ large: { name: 'small', amount: 1 } });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 1, inserted: 1, retried: 1 });
    assert.equal(airtable.base.rows(table).length, 3);
  });
});
