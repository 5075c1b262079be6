import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { poolQueueOf } from '../../domain/ping.ts';
import { tributary } from '../client/cli-process.ts';
import { noStore, startTestApi, type TestApi, token } from '../client/support.ts';
import { workerOn } from './scene.ts';

describe('what runs, on the command line', { skip: noStore }, () => {
  const engine = process.env.TEST_TEMPORAL_ADDRESS ?? '';
  const queue = `status-${Date.now().toString(36)}`;
  const pool = workerOn(engine, poolQueueOf(queue));
  const worker = workerOn(engine, queue);
  let folder: string;
  let api: TestApi;
  let url: string;
  before(async () => {
    [folder, api] = await Promise.all([mkdtemp(join(tmpdir(), 'tributary-status-')), startTestApi()]);
    url = await api.api.listen({ host: '127.0.0.1', port: 0 });
    await worker.bring();
  });
  after(async () => {
    await Promise.all([api?.stop(), worker.stop(), pool.stop()]);
    await rm(folder, { recursive: true, force: true });
  });
  /** A queue without a worker is waited for as long as that. */
  const run = (timeoutSecs: number, ...args: string[]) =>
    tributary(args, {
      TRIBUTARY_WATCHDOG_TIMEOUT_SECS: `${timeoutSecs}`,
      ...{ TRIBUTARY_DATA: folder, TRIBUTARY_URL: url, TRIBUTARY_TOKEN: token, TEMPORAL_ADDRESS: engine },
      ...{ MONGODB_URI: process.env.TEST_MONGODB_URI ?? '', MONGODB_DATABASE: api.stores.db.databaseName },
      ...{ TRIBUTARY_TASK_QUEUE: queue, TRIBUTARY_POOLS: queue, TRIBUTARY_SUPERVISOR: 'systemd' },
    });

  it('says which part is gone, names the first fault, and ends 0 when all is well', async () => {
    const gone = await run(4, 'service', 'status', '--json');
    assert.equal(gone.code, 1, gone.stderr);
    const { supervisor, parts } = JSON.parse(gone.stdout);
    assert.equal(supervisor, 'systemd');
    const states = Object.fromEntries(
      parts.map((one: { part: string; state: string }) => [one.part, one.state]),
    );
    const well = { engine: 'well', store: 'well', api: 'well', overview: 'unchecked' };
    assert.deepEqual(states, { ...well, worker: 'gone' });

    const found = await run(4, 'diagnose');
    assert.equal(found.code, 1, found.stderr);
    assert.match(
      found.stdout,
      new RegExp(`First fault: worker\\. No worker answers on the queue pool/${queue}:`),
    );
    assert.match(found.stdout, /What to do: {2}sudo systemctl restart tributary-worker/);

    await pool.bring();
    const healthy = await run(10, 'service', 'status');
    assert.equal(healthy.code, 0, healthy.stdout + healthy.stderr);
    assert.match(healthy.stdout, /^worker +.*well +A worker answers on the queues /m);
  });
});
