import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allocate,
  at,
  connectionDoc,
  load,
  loadingSession,
  newId,
  openTestStores,
  person,
  step,
  write,
} from './support.ts';

const stores = await openTestStores();
const { connections, sessions } = stores;

test('a run that asks twice gets one session, another run the next number', async () => {
  const connection = await connections.create(connectionDoc(newId()));
  const first = await allocate(stores, connection, 'run-1');
  assert.deepEqual(await allocate(stores, connection, 'run-1'), first);
  assert.equal(first._id, `${connection._id}.1`);
  assert.equal((await allocate(stores, connection, 'run-2')).number, 2);
  assert.equal((await allocate(stores, connection, 'run-1')).number, 1);
  assert.equal((await connections.get(connection._id))?.latestSession, 2);
});

test('a number whose run died before the connection knew of it is not given away', async () => {
  const connection = await connections.create(connectionDoc(newId()));
  await allocate(stores, connection, 'run-1');
  await connections.change(connection._id, () => ({ latestSession: 0 }));
  assert.equal((await allocate(stores, connection, 'run-2')).number, 2);
  await connections.change(connection._id, () => ({ latestSession: 1 }));
  assert.equal((await allocate(stores, connection, 'run-2')).number, 2);
  assert.equal((await connections.get(connection._id))?.latestSession, 2);
});

test('several steps are one write; the timeline has them all', async () => {
  const { sessionId } = await loadingSession(stores);
  const steps = [step(2, 2, 12, 'loaded', 'LOADED'), step(3, 12, 13, 'structure', 'STRUCTURING')];
  const after = await sessions.writeStatus(write(sessionId, steps));
  assert.deepEqual(await sessions.get(sessionId), after);
  assert.equal(after.status, 13);
  assert.equal(after.seq, 3);
  const timeline = await sessions.timeline(sessionId);
  assert.deepEqual(
    timeline.map((one) => [one.seq, one.from, one.to]),
    [
      [1, null, 2],
      [2, 2, 12],
      [3, 12, 13],
    ],
  );
  assert.ok(timeline[0]?.at instanceof Date);
});

test('a status write may be repeated, at once and after a later one', async () => {
  const { sessionId } = await loadingSession(stores);
  const loaded = write(sessionId, [step(2, 2, 12, 'loaded', 'LOADED')]);
  await sessions.writeStatus({ ...loaded, detail: 'first' });
  await sessions.writeStatus({ ...loaded, detail: 'first' });
  await sessions.writeStatus(write(sessionId, [step(3, 12, 13, 'structure', 'STRUCTURING')]));
  const late = await sessions.writeStatus({ ...loaded, detail: 'late' });
  assert.equal(late.status, 13);
  assert.equal(late.detail, null);
});

test('a write cut off between timeline and status is finished by its repeat', async () => {
  const { sessionId, connection } = await loadingSession(stores);
  const loaded = step(2, 2, 12, 'loaded', 'LOADED');
  await stores.db.collection<{ _id: string }>('timeline').insertOne({
    ...loaded,
    _id: `${sessionId}/2`,
    sessionId,
    connectionId: connection._id,
    at: new Date(loaded.at),
  } as never);
  assert.equal((await sessions.timeline(sessionId)).length, 1);
  assert.equal((await sessions.writeStatus(write(sessionId, [loaded]))).seq, 2);
  assert.equal((await sessions.timeline(sessionId)).length, 2);
});

test('a later run can write the number of which a dead run wrote only the timeline', async () => {
  const { sessionId, connection } = await loadingSession(stores);
  const loaded = step(2, 2, 12, 'loaded', 'LOADED');
  await stores.db.collection<{ _id: string }>('timeline').insertOne({
    ...loaded,
    _id: `${sessionId}/2`,
    sessionId,
    connectionId: connection._id,
    at: new Date(loaded.at),
  } as never);
  const failed = write(sessionId, [step(2, 2, 11, 'loadingFailed', 'SOURCE_UNREACHABLE')]);
  await assert.rejects(sessions.writeStatus(failed), { code: 'STORE_CONFLICT' });
  await sessions.adopt(sessionId, 'run-later');
  assert.equal((await sessions.writeStatus(failed)).status, 11);
});

test('no status is written that the table does not allow', async () => {
  const { sessionId } = await loadingSession(stores);
  const refused = { code: 'ILLEGAL_MOVE' };
  await assert.rejects(sessions.writeStatus(write(sessionId, [step(2, 2, 19, 'loaded', 'SYNCED')])), refused);
  await assert.rejects(
    sessions.writeStatus(write(sessionId, [step(2, 12, 13, 'structure', 'STRUCTURING')])),
    refused,
  );
  const gap = [step(2, 2, 12, 'loaded', 'LOADED'), step(4, 12, 13, 'structure', 'STRUCTURING')];
  await assert.rejects(sessions.writeStatus(write(sessionId, gap)), refused);
  assert.equal((await sessions.get(sessionId))?.seq, 1);
});

test('a write that leaves numbers out, or takes one with other content, is a conflict', async () => {
  const { sessionId } = await loadingSession(stores);
  const conflict = { code: 'STORE_CONFLICT' };
  await assert.rejects(
    sessions.writeStatus(write(sessionId, [step(5, 12, 13, 'structure', 'STRUCTURING')])),
    conflict,
  );
  await sessions.writeStatus(write(sessionId, [step(2, 2, 12, 'loaded', 'LOADED')]));
  await assert.rejects(
    sessions.writeStatus(write(sessionId, [step(2, 2, 11, 'cancel', 'CANCELED')])),
    conflict,
  );
  await assert.rejects(sessions.writeStatus(write('none.1', [load])), { code: 'NOT_FOUND' });
});

test('webhookPending stays as it is unless it is named', async () => {
  const { sessionId } = await loadingSession(stores);
  const failed = write(sessionId, [step(2, 2, 11, 'cancel', 'CANCELED')]);
  await sessions.writeStatus({ ...failed, webhookPending: true, failedResources: ['orders'], until: at });
  const retried = await sessions.writeStatus(
    write(sessionId, [step(3, 11, 25, 'retry', 'WAITING_FOR_WEBHOOK')]),
  );
  assert.equal(retried.webhookPending, true);
  assert.deepEqual(retried.failedResources, []);
});

test('a closed session can be continued after its window, not when it is closed for good', async () => {
  const { sessionId } = await loadingSession(stores);
  await sessions.close(sessionId, 'window', at);
  const open = await sessions.adopt(sessionId, 'run-9');
  assert.equal(open.closedAt, null);
  assert.equal(open.runIds.at(-1), 'run-9');
  assert.deepEqual((await sessions.adopt(sessionId, 'run-9')).runIds, open.runIds);
  const closed = await sessions.close(sessionId, 'canceled', at);
  assert.deepEqual(await sessions.close(sessionId, 'canceled', new Date()), closed);
  assert.equal((await sessions.close(sessionId, 'window', at)).closedBy, 'canceled');
  await assert.rejects(sessions.adopt(sessionId, 'run-10'), { code: 'ILLEGAL_MOVE' });
  await assert.rejects(sessions.adopt('none.1', 'run'), { code: 'NOT_FOUND' });
});

test('held, until and substages are set one by one', async () => {
  const { sessionId } = await loadingSession(stores);
  await sessions.setHeld(sessionId, 'CONNECTION_PAUSED');
  await sessions.setUntil(sessionId, at);
  await sessions.setSubstage(sessionId, 'monitoring', { status: 'done', counts: { checks: 3 }, endedAt: at });
  await sessions.setSubstage(sessionId, 'forecasting', { status: 'skipped', reason: 'NOT_BUILT' });
  const doc = await sessions.get(sessionId);
  assert.equal(doc?.held, 'CONNECTION_PAUSED');
  assert.deepEqual(doc?.until, at);
  assert.deepEqual(doc?.substages.monitoring, { status: 'done', counts: { checks: 3 }, endedAt: at });
  assert.equal(doc?.substages.forecasting?.reason, 'NOT_BUILT');
  assert.equal(doc?.seq, 1);
  await assert.rejects(sessions.setHeld('none.1', null), { code: 'NOT_FOUND' });
});

test('sessions are listed newest first, page by page', async () => {
  const connection = await connections.create(connectionDoc(newId()));
  for (let n = 1; n <= 5; n++) await allocate(stores, connection, `run-${n}`);
  const numbers = async (limit: number, before?: number) =>
    (
      await sessions.list({
        connectionId: connection._id,
        limit,
        ...(before === undefined ? {} : { before }),
      })
    ).map((doc) => doc.number);
  assert.deepEqual(await numbers(2), [5, 4]);
  assert.deepEqual(await numbers(10, 4), [3, 2, 1]);
  assert.deepEqual(await numbers(10, 1), []);
  assert.deepEqual(await numbers(1, 99), [5]);
  assert.deepEqual(await sessions.list({ connectionId: 'none', limit: 5 }), []);
  const ids = [`${connection._id}.4`, 'none.1', `${connection._id}.2`];
  assert.deepEqual(
    (await sessions.getMany(ids)).map((doc) => doc.number),
    [4, 2],
  );
  assert.deepEqual((await sessions.get(`${connection._id}.4`))?.openedBy, person);
});
