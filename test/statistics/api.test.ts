import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Statistics } from '../../client/api/schemas/statistics.ts';
import { createTributaryClient } from '../../client/tributary-client.ts';
import { tributary } from '../client/cli-process.ts';
import { noStore, startTestApi, type TestApi, token } from '../client/support.ts';
import { ingestion } from './rows.ts';

const at = (time: string) => new Date(`2026-03-01T${time}:00.000Z`);
const sentence = '9000 rows were read, more than usual.';

describe('statistics over the API', { skip: noStore }, () => {
  let t: TestApi;
  let url: string;
  before(async () => {
    t = await startTestApi();
    url = await t.api.listen({ host: '127.0.0.1', port: 0 });
    await t.started('east');
    await t.started('west', { company: 'globex' });
    const odd = { of: 'rows', value: 9_000, usual: 600, low: 500, high: 700, sentence } as const;
    await t.stores.statistics.put([
      ingestion({ connectionId: 'east', session: 1, resource: 'orders', startedAt: at('09:10') }),
      ingestion({ connectionId: 'east', session: 1, resource: 'returns', startedAt: at('09:59') }),
      ingestion({
        ...{ connectionId: 'east', session: 2, resource: 'orders', startedAt: at('11:00') },
        ...{ rows: 9_000, anomalies: [odd], comparedWith: 8 },
      }),
    ]);
    await t.stores.statistics.put([
      ingestion({
        ...{ connectionId: 'west', session: 1, resource: 'orders', startedAt: at('09:30') },
        ...{ status: 'FAILED', reason: 'SOURCE_REFUSED', blockedBy: ['returns'], rows: 0 },
      }),
    ]);
  });
  after(() => t.stop());

  const read = async (path: string): Promise<Statistics> => {
    const answer = await t.get(path);
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json();
  };
  const day = 'from=2026-03-01&to=2026-03-02';
  const fault = async (path: string) => {
    const answer = await t.get(path);
    assert.equal(answer.statusCode, 400, answer.body);
    assert.equal(answer.json().code, 'INVALID_INPUT');
    return answer.json().faults;
  };

  test('sums the hours in which runs started', async () => {
    const answer = await read(`/api/connections/east/statistics?${day}`);
    assert.equal(answer.by, 'hour');
    assert.deepEqual(answer.by === 'hour' && answer.hours.map(({ hour, runs, rows }) => [hour, runs, rows]), [
      ['2026-03-01T09:00:00.000Z', 2, 1_200],
      ['2026-03-01T11:00:00.000Z', 1, 9_000],
    ]);
    assert.deepEqual(answer.sum, {
      ...{ runs: 3, inProgress: 0, completed: 3, failed: 0, canceled: 0, notFound: 0, unusual: 1 },
      ...{ rows: 10_200, bytes: 1_020_000, durationMs: 180_000, rowsPerSecond: 56.67 },
    });
  });

  test('takes in whole hours, and says which', async () => {
    const range = 'from=2026-03-01T09:30:00Z&to=2026-03-01T12:30:00%2B01:00';
    const answer = await read(`/api/connections/east/statistics?${range}`);
    assert.deepEqual(
      [answer.from, answer.to, answer.sum.runs],
      ['2026-03-01T09:00:00.000Z', '2026-03-01T12:00:00.000Z', 3],
    );
  });

  test('by resource, and run by run with what is unusual', async () => {
    const sums = await read(`/api/connections/east/statistics?${day}&by=resource`);
    assert.deepEqual(
      sums.by === 'resource' && sums.resources.map(({ resource, runs, rows }) => [resource, runs, rows]),
      [
        ['orders', 2, 9_600],
        ['returns', 1, 600],
      ],
    );
    const runs = await read(`/api/connections/east/statistics?${day}&by=run&limit=2`);
    assert.ok(runs.by === 'run');
    assert.deepEqual(
      runs.runs.map(({ id, anomalies }) => [id, anomalies.map((one) => one.sentence)]),
      [
        ['east.2/orders', [sentence]],
        ['east.1/returns', []],
      ],
    );
    assert.equal(runs.left, 1);
  });

  test('over all connections, of one company, of one app', async () => {
    assert.equal((await read(`/api/statistics?${day}`)).sum.runs, 4);
    assert.equal((await read(`/api/statistics?${day}&company=globex`)).sum.failed, 1);
    assert.equal((await read(`/api/statistics?${day}&app=bank`)).sum.runs, 0);
    const parts = await read(`/api/statistics?${day}&by=resource`);
    assert.deepEqual(
      parts.by === 'resource' && parts.resources.map((one) => `${one.connectionId} ${one.resource}`),
      ['east orders', 'east returns', 'west orders'],
    );
    const [run] = await read(`/api/statistics?${day}&company=globex&by=run`).then((answer) =>
      answer.by === 'run' ? answer.runs : [],
    );
    assert.deepEqual([run?.reason, run?.blockedBy], ['SOURCE_REFUSED', ['returns']]);
  });

  test('the last seven days unless asked otherwise', async () => {
    const answer = await read('/api/connections/east/statistics');
    assert.equal(answer.sum.runs, 0);
    const days = (Date.parse(answer.to) - Date.parse(answer.from)) / 86_400_000;
    assert.ok(days >= 7 && days < 7.1, String(days));
  });

  test('names what is wrong with a range', async () => {
    const path = '/api/connections/east/statistics';
    const date = 'must be a date or a time such as 2026-01-31 or 2026-01-31T09:00:00Z';
    assert.deepEqual(await fault(`${path}?from=yesterday`), [{ path: 'querystring.from', message: date }]);
    assert.deepEqual(await fault(`${path}?to=2026-02-30`), [{ path: 'querystring.to', message: date }]);
    const order = [{ path: 'querystring.from', message: 'must be before to' }];
    assert.deepEqual(await fault(`${path}?from=2026-03-02&to=2026-03-01`), order);
    assert.deepEqual(await fault(`${path}?from=2026-03-02&to=2026-03-02`), order);
    assert.deepEqual(await fault(`${path}?from=2999-01-01`), [
      { path: 'querystring.from', message: 'must not lie in the future' },
    ]);
    assert.deepEqual(await fault('/api/statistics?from=2020-01-01&to=2026-01-01'), [
      { path: 'querystring.from', message: 'must be at most 366 days before to' },
    ]);
    assert.deepEqual(await fault(`${path}?by=week`), [
      { path: 'querystring.by', message: 'must be one of hour, resource, run' },
    ]);
    assert.equal((await fault(`${path}?since=now`))[0].path, 'querystring.since');
    assert.equal((await t.get('/api/connections/nobody/statistics')).statusCode, 404);
  });

  test('the typed client asks for both', async () => {
    const api = createTributaryClient({ url, token });
    const range = { from: '2026-03-01', to: '2026-03-02' };
    assert.equal((await api.statistics('east', range)).sum.rows, 10_200);
    assert.equal((await api.allStatistics({ ...range, company: 'globex' })).sum.failed, 1);
  });

  test('a connection says in one word how its ingestion stands', async () => {
    const view = async (id: string) => (await t.get(`/api/connections/${id}`)).json();
    const fresh = await t.started('fresh');
    assert.deepEqual((await view('fresh')).ingestion, { state: 'NOT_SYNCING', at: null });
    const sessionId = await t.loading(fresh);
    assert.deepEqual((await view('fresh')).ingestion, { state: 'SYNCING_DATA', at: null });
    await t.stores.connections.change('fresh', () => ({ status: 'PAUSED' }));
    assert.deepEqual((await view('fresh')).ingestion, { state: 'PAUSED', at: null });
    await t.stores.connections.change('fresh', () => ({ status: 'STARTED' }));
    await t.move(sessionId, 'loaded', 12, 'LOADED');
    await t.move(sessionId, 'structure', 13, 'STRUCTURING');
    await t.move(sessionId, 'structured', 15, 'STRUCTURED');
    await t.move(sessionId, 'process', 16, 'PROCESSING');
    await t.move(sessionId, 'processed', 18, 'PROCESSED');
    await t.move(sessionId, 'sync', 19, 'SYNCED');
    await t.stores.sessions.close(sessionId, 'synced', new Date());
    await t.stores.connections.change('fresh', () => ({ sealedSession: 1 }));
    const synced = await view('fresh');
    assert.deepEqual(synced.ingestion, { state: 'LAST_SYNCED', at: synced.since });
    assert.equal(synced.label, 'Up to date');
    await t.move(await t.loading(fresh), 'loadingFailed', 11, 'SOURCE_REFUSED');
    const failed = await view('fresh');
    assert.deepEqual(failed.ingestion, synced.ingestion, 'what is there is as old as before');
    assert.equal(failed.label, 'Needs you');
    await t.stores.connections.change('fresh', () => ({ ownCode: 26, status: 'DISCONNECTED' }));
    assert.deepEqual((await view('fresh')).ingestion, { state: 'NOT_SYNCING', at: null });
  });

  describe('tributary connection stats', () => {
    const run = (...args: string[]) =>
      tributary(['connection', 'stats', ...args], { TRIBUTARY_URL: url, TRIBUTARY_TOKEN: token });
    const range = ['--from', '2026-03-01', '--to', '2026-03-02'];

    test('prints a table with units for people', async () => {
      const { code, stdout, stderr } = await run('east', ...range);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^RESOURCE +RUNS +COMPLETED/);
      assert.match(stdout, /^orders +2 +2 +0 +0 +1 +9,600 +960 kB +2 min +80$/m);
      assert.match(stdout, /3 runs, 10,200 rows, 1 MB, 3 min\n1 unusual: --by run says why\n$/);
    });

    test('prints runs with what is unusual, and CSV with plain numbers', async () => {
      const runs = await run('east', ...range, '--by', 'run', '--limit', '1');
      assert.match(runs.stdout, new RegExp(`east.2 +orders +changes +COMPLETED +9,000 .*${sentence}`));
      assert.match(runs.stdout, /\(2 older ones are not shown\)/);
      const csv = await run('east', ...range, '--by', 'hour', '--csv');
      assert.deepEqual(csv.stdout.trim().split('\n'), [
        'hour,runs,completed,failed,canceled,notFound,inProgress,unusual,rows,bytes,durationMs,rowsPerSecond',
        '2026-03-01T09:00:00.000Z,2,2,0,0,0,0,0,1200,120000,120000,10',
        '2026-03-01T11:00:00.000Z,1,1,0,0,0,0,1,9000,900000,60000,150',
      ]);
    });

    test('says what is wrong', async () => {
      const bad = await run('east', '--from', 'yesterday');
      assert.notEqual(bad.code, 0);
      assert.match(bad.stderr, /must be a date or a time such as/);
      const both = await run('east', '--csv', '--json');
      assert.equal(both.code, 2);
      const json = await run('east', ...range, '--json');
      assert.equal(JSON.parse(json.stdout).sum.runs, 3);
    });
  });
});
