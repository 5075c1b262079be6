import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyLedger } from '../../domain/ledger.ts';
import { at, loadingSession, openTestStores, times } from './support.ts';

const stores = await openTestStores();
const { loading, structuring } = stores;

const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);
const batch = (sessionId: string, number: number, rows: readonly unknown[] = [{ id: number }]) => ({
  sessionId,
  resource: 'orders',
  number,
  attempt: 1,
  rows: rows as never,
  bytes: 10,
  next: { page: number + 1 },
  cursor: `2026-0${number + 1}`,
  total: 100,
  last: false,
});
const place = (batches: number, done = false) => ({
  batches,
  rows: batches * 5,
  bytes: batches * 10,
  next: done ? null : { page: batches },
  cursor: '2026-01',
  total: 100,
  done,
  at: later(batches),
});

test('a checkpoint begins empty and only goes forward', async () => {
  const { sessionId } = await loadingSession(stores);
  assert.equal(await loading.checkpoint(sessionId, 'orders'), null);
  const fresh = await loading.begin({ sessionId, resource: 'orders', at });
  assert.equal(fresh.batches, 0);
  assert.equal(fresh.next, null);
  const two = await loading.advance(sessionId, 'orders', place(2));
  assert.deepEqual(two.lastBatchAt, later(2));
  assert.deepEqual(await loading.advance(sessionId, 'orders', place(1)), two);
  assert.deepEqual(await loading.advance(sessionId, 'orders', place(2)), two);
  const done = await loading.advance(sessionId, 'orders', { ...place(2, true), at: later(9) });
  assert.equal(done.done, true);
  assert.deepEqual(done.lastBatchAt, later(2));
  assert.equal((await loading.advance(sessionId, 'orders', place(2))).done, true);
  assert.deepEqual(await loading.checkpoint(sessionId, 'orders'), done);
  assert.deepEqual(await loading.checkpoints(sessionId, ['none', 'orders']), [done]);
  await assert.rejects(loading.advance(sessionId, 'none', place(1)), { code: 'NOT_FOUND' });
});

test('beginning again gives the checkpoint where it stands', async () => {
  const { sessionId } = await loadingSession(stores);
  const begin = () => loading.begin({ sessionId, resource: 'orders', at });
  assert.equal((await begin()).batches, 0);
  const after = await loading.advance(sessionId, 'orders', place(1));
  assert.deepEqual(await begin(), after);
});

test('a batch is written once; a later attempt gets what is stored', async () => {
  const { sessionId } = await loadingSession(stores);
  const first = await loading.appendBatch(batch(sessionId, 0));
  const again = await loading.appendBatch({
    ...batch(sessionId, 0, [1, 2, 3]),
    attempt: 2,
    next: null,
    last: true,
  });
  assert.deepEqual(again, first);
  assert.equal(again.rowCount, 1);
  assert.deepEqual(await loading.batchSummary(sessionId, 'orders', 0), first);
  assert.deepEqual(await loading.readBatch(sessionId, 'orders', 0), { ...first, rows: [{ id: 0 }] });
  assert.equal(await loading.readBatch(sessionId, 'orders', 1), null);
  assert.equal(await loading.batchSummary(sessionId, 'orders', 1), null);
});

test('rows come back as they came, whatever names, depth and numbers they have', async () => {
  const { sessionId } = await loadingSession(stores);
  const deep = times(300, (n) => n).reduce<unknown>((inner) => ({ inner }), 1);
  const text =
    '{"$set":1,"a.b":{"":2},"__proto__":3,"nul\\u0000":"\\ud800","big":12345678901234567890,"z":-1.5e-7,"list":[null,[]]}';
  const rows = [JSON.parse(text), deep, 'text', null, 7];
  await loading.appendBatch(batch(sessionId, 0, rows));
  assert.deepEqual((await loading.readBatch(sessionId, 'orders', 0))?.rows, rows);
});

test('every batch of a resource is dropped, those beyond the checkpoint too, and no other', async () => {
  const { sessionId } = await loadingSession(stores);
  for (let number = 0; number < 9; number++) await loading.appendBatch(batch(sessionId, number));
  await loading.appendBatch({ ...batch(sessionId, 0), resource: 'orders-more' });
  assert.equal(await loading.dropBatches(sessionId, 'orders'), 9);
  assert.equal(await loading.dropBatches(sessionId, 'orders'), 0);
  assert.equal(await loading.batchSummary(sessionId, 'orders', 8), null);
  assert.notEqual(await loading.batchSummary(sessionId, 'orders-more', 0), null);
  await loading.begin({ sessionId, resource: 'orders', at });
  await loading.dropCheckpoint(sessionId, 'orders');
  await loading.dropCheckpoint(sessionId, 'orders');
  assert.equal(await loading.checkpoint(sessionId, 'orders'), null);
});

test('an ingestion run keeps its first recordsBefore, goes forward only, and opens again after a failure', async () => {
  const { sessionId, connection } = await loadingSession(stores);
  const begin = (recordsBefore: number) =>
    structuring.beginRun({
      sessionId,
      connectionId: connection._id,
      resource: 'orders',
      recordsBefore,
      definition: 'd1',
      at,
    });
  const fresh = await begin(7);
  assert.equal(fresh.ledger.recordsBefore, 7);
  assert.deepEqual(await begin(9), fresh);
  const ledger = { ...emptyLedger, recordsBefore: 7, read: 5, inserted: 5, recordsAfter: 12 };
  const progress = (mergedBatches: number) =>
    structuring.progress(fresh._id, { ledger, mergedBatches, nulls: { 'a.b': 2 }, newest: '2026', bytes: 4 });
  const merged = await progress(2);
  assert.deepEqual(merged.nulls, { 'a.b': 2 });
  assert.equal((await progress(1)).mergedBatches, 2);
  const failed = await structuring.endRun(fresh._id, 'FAILED', 'MERGE_FAILED', later(5));
  assert.deepEqual(await structuring.endRun(fresh._id, 'FAILED', 'MERGE_FAILED', later(6)), failed);
  const reopened = await begin(99);
  assert.deepEqual([reopened.status, reopened.reason, reopened.mergedBatches], ['IN_PROGRESS', null, 2]);
  assert.deepEqual(reopened.ledger, ledger);
  const completed = await structuring.endRun(fresh._id, 'COMPLETED', null, later(7));
  assert.deepEqual(await begin(0), completed);
  assert.deepEqual(await structuring.get(fresh._id), completed);
  assert.deepEqual(await structuring.many(sessionId, ['none', 'orders']), [completed]);
});
