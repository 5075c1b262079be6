import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { emptyLedger } from '../../domain/ledger.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { noStore, startTestApi, type TestApi } from './support.ts';

describe('sessions', { skip: noStore }, () => {
  let t: TestApi;
  before(async () => {
    t = await startTestApi();
  });
  after(() => t.stop());

  const close = async (connection: ConnectionDoc, sessionId: string) => {
    await t.move(sessionId, 'loadingFailed', 11, 'SOURCE_UNREACHABLE');
    await t.stores.sessions.close(sessionId, 'window', new Date());
    return connection;
  };

  test('a start of a pass answers with the session; while it is open a second one names it', async () => {
    await t.started('starts');
    const url = '/api/connections/starts/sessions';
    const first = await t.send('POST', url, { scope: { resources: ['orders'] } }, { 'x-actor': 'ada' });
    assert.deepEqual([first.statusCode, first.json().sessionId], [202, 'starts.1']);
    assert.deepEqual(t.asked.starts.at(-1)?.start, {
      ...{ kind: 'load', by: { kind: 'person', id: 'ada' }, scope: { resources: ['orders'] } },
    });
    const second = await t.send('POST', url);
    assert.deepEqual(
      [second.statusCode, second.json().code, second.json().sessionId],
      [409, 'SESSION_OPEN', 'starts.1'],
    );
    const unknown = await t.send('POST', url, { scope: { resources: ['returns'] } });
    assert.deepEqual([unknown.statusCode, unknown.json().faults[0].path], [400, 'body.scope.resources.0']);
  });

  test('a connection that is not ready says why', async () => {
    await t.started('unready', { status: 'CONFIGURING', configurationStatus: 'CONFIGURED' });
    await t.started('ungranted', { authorized: false });
    await t.started('pausing', { status: 'PAUSED' });
    const start = async (id: string) => (await t.send('POST', `/api/connections/${id}/sessions`)).json();
    assert.deepEqual(
      [(await start('unready')).code, (await start('unready')).reason],
      ['CONNECTION_NOT_READY', 'CONNECTION_NOT_STARTED'],
    );
    assert.equal((await start('ungranted')).reason, 'NOT_AUTHORIZED');
    assert.equal((await start('pausing')).code, 'CONNECTION_HELD');
  });

  test('sessions are paged, newest first', async () => {
    const connection = await t.started('paged');
    for (let n = 1; n <= 5; n++) await close(connection, await t.loading(connection));
    const ids = async (query: string) => {
      const { sessions, next } = (await t.get(`/api/connections/paged/sessions${query}`)).json();
      return [sessions.map((one: { number: number }) => one.number), next];
    };
    assert.deepEqual(await ids('?limit=2'), [[5, 4], 4]);
    assert.deepEqual(await ids('?limit=2&before=4'), [[3, 2], 2]);
    assert.deepEqual(await ids('?limit=2&before=2'), [[1], null]);
    assert.equal((await t.get('/api/connections/paged/sessions?limit=0')).statusCode, 400);
  });

  test('a loading session shows rows, rate and expected end; why names the resources', async () => {
    const connection = await t.started('loads');
    const sessionId = await t.loading(connection);
    const startedAt = new Date(Date.now() - 10_000);
    await t.stores.loading.begin({ sessionId, resource: 'orders', at: startedAt });
    await t.stores.loading.advance(sessionId, 'orders', {
      ...{ batches: 1, rows: 100, bytes: 1000, next: 'p2', cursor: null, total: 300, done: false },
      at: new Date(startedAt.getTime() + 5_000),
    });
    const session = (await t.get(`/api/sessions/${sessionId}`)).json();
    const { rows, rowsPerSecond, total, expectedEnd, done } = session.resources[0].loading;
    assert.deepEqual(
      [session.code, session.name, session.kind, rows, rowsPerSecond, total, done],
      [2, 'Loading', 'working', 100, 20, 300, false],
    );
    const left = Date.parse(expectedEnd) - Date.now();
    assert.ok(left > 5_000 && left < 11_000, String(left));
    assert.equal(session.resources[0].structuring, null);
    assert.deepEqual(session.allowed, ['cancel', 'disconnect']);
    assert.deepEqual(
      session.substages.map((one: { status: string }) => one.status),
      Array(5).fill('notStarted'),
    );
    const { sentence } = (await t.get(`/api/sessions/${sessionId}/why`)).json();
    assert.match(sentence, /^Loading \(2\) since .*orders from Shop/);
  });

  test('a closed session says that only a retry helps, and its timeline tells how it came', async () => {
    const connection = await t.started('closed');
    const sessionId = await t.loading(connection);
    await close(connection, sessionId);
    const why = (await t.get(`/api/sessions/${sessionId}/why`)).json();
    assert.deepEqual(why.allowed, ['retry']);
    assert.match(why.sentence, /retry/);
    const { entries } = (await t.get(`/api/sessions/${sessionId}/timeline`)).json();
    assert.deepEqual(
      entries.map(({ from, to, event, reason, by }: Record<string, unknown>) => [
        from,
        to,
        event,
        reason,
        (by as { id: string }).id,
      ]),
      [
        [null, 2, 'load', 'LOADING', 'ada'],
        [2, 11, 'loadingFailed', 'SOURCE_UNREACHABLE', 'ada'],
      ],
    );
  });

  test('the ledger is shown by resource and added up, with whether it balances; quarantine is counted in words', async () => {
    const connection = await t.started('counted');
    const sessionId = await t.loading(connection);
    const run = await t.stores.structuring.beginRun({
      sessionId,
      connectionId: 'counted',
      resource: 'orders',
      recordsBefore: 0,
      definition: 'd1',
      at: new Date(),
    });
    const ledger = { ...emptyLedger, read: 3, inserted: 2, quarantined: 1, recordsAfter: 2 };
    await t.stores.structuring.progress(run._id, {
      ledger,
      mergedBatches: 1,
      nulls: {},
      newest: null,
      bytes: 3,
    });
    const shown = (await t.get(`/api/sessions/${sessionId}/ledger`)).json();
    assert.deepEqual([shown.balanced, shown.sum, shown.resources[0].balanced], [true, ledger, true]);
    assert.equal((await t.get(`/api/sessions/${sessionId}`)).json().text, 'Loading, 1 row in quarantine');
  });

  test('quarantine is paged over the rows of one session only', async () => {
    const connection = await t.started('rejects');
    const [first, second] = [await t.loading(connection), ''];
    await close(connection, first);
    const sessionId = (await t.loading(connection)) || second;
    const row = (_id: string) => ({
      ...{
        _id,
        sessionId: _id.split('/')[0] ?? '',
        key: null,
        reason: 'KEY_MISSING' as const,
        message: 'no key',
      },
      ...{ payload: { $odd: 'as it came' }, at: new Date() },
    });
    const place = (id: string, n: number) => `${id}/orders/0/${n}`;
    const rows = [
      place(first, 0),
      place(sessionId, 0),
      place(sessionId, 1),
      place(sessionId, 2),
      place(`${sessionId}9`, 0),
    ];
    await t.stores.quarantine.of('rejects', 1, 'orders').putMany(rows.map(row));
    const page = async (query: string) =>
      (await t.get(`/api/sessions/${sessionId}/quarantine${query}`)).json();
    const one = await page('?limit=2');
    assert.deepEqual(
      one.rows.map(({ id }: { id: string }) => id),
      [place(sessionId, 0), place(sessionId, 1)],
    );
    assert.deepEqual(one.rows[0].payload, { $odd: 'as it came' });
    const two = await page(`?limit=2&resource=orders&after=${encodeURIComponent(one.next)}`);
    assert.deepEqual([two.rows.map(({ id }: { id: string }) => id), two.next], [[place(sessionId, 2)], null]);
    assert.equal((await t.get(`/api/sessions/${sessionId}/quarantine?after=elsewhere`)).statusCode, 400);
    assert.equal((await t.get(`/api/sessions/${sessionId}/quarantine?resource=nothing`)).statusCode, 404);
  });

  test('checks of a session', async () => {
    const connection = await t.started('checked');
    const sessionId = await t.loading(connection);
    const check = {
      resource: 'orders',
      check: 'volume',
      method: 'm',
      severity: 'warn' as const,
      value: 3,
      expected: '4',
      sentence: 's',
    };
    await t.stores.checks.putMany([
      { _id: `${sessionId}/orders/volume`, sessionId, connectionId: 'checked', ...check, at: new Date() },
    ]);
    const { checks } = (await t.get(`/api/sessions/${sessionId}/checks`)).json();
    assert.equal(checks.length, 1);
    assert.deepEqual([checks[0].check, checks[0].severity, checks[0].unit], ['volume', 'warn', 'rows']);
    const all = (await t.get('/api/connections/checked/checks')).json().checks;
    assert.deepEqual([all.length, all[0].latest.sessionId, all[0].history.length], [1, sessionId, 1]);
    assert.deepEqual((await t.get('/api/connections/checked/checks?check=drift')).json().checks, []);
    for (const wrong of ['resource=nothing', 'check=astrology', 'limit=0'])
      assert.ok((await t.get(`/api/connections/checked/checks?${wrong}`)).statusCode >= 400, wrong);
  });

  test('calls carry note, actor and idempotency key; a refusal names current status and allowed calls', async () => {
    const connection = await t.started('called');
    const sessionId = await t.loading(connection);
    const answer = await t.send(
      'POST',
      `/api/sessions/${sessionId}/retry`,
      { note: 'why' },
      { 'idempotency-key': 'k', 'x-actor': 'ada' },
    );
    assert.deepEqual([answer.statusCode, answer.json().code], [409, 'ILLEGAL_MOVE']);
    assert.deepEqual(
      [answer.json().current, answer.json().allowed],
      [{ code: 2, name: 'Loading' }, ['cancel', 'disconnect']],
    );
    assert.deepEqual(t.asked.calls.at(-1), {
      sessionId,
      call: 'retry',
      updateId: 'k',
      by: { kind: 'person', id: 'ada' },
    });
    assert.equal(
      (await t.send('POST', `/api/sessions/${sessionId}/skip`, { substage: 'nothing' })).json().faults[0]
        .path,
      'body.substage',
    );
  });

  test('the state machines are the ones of the service', async () => {
    const { machines, sessionStatuses, reasons } = (await t.get('/api/state-machines')).json();
    assert.equal(Object.keys(machines).length, 10);
    assert.deepEqual(
      sessionStatuses.find((one: { code: number }) => one.code === 19),
      { code: 19, name: 'Synced', kind: 'final' },
    );
    assert.ok(reasons.length > 20);
  });
});
