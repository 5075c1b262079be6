import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { pino } from 'pino';
import { createStillHere } from '../../client/watchdog/still-here.ts';
import { localEgress } from '../support/egress.ts';
import { until } from '../support/until.ts';
import { openRelay } from './relay.ts';
import { type Scene, startScene } from './scene.ts';

/** With real engines and stores that are killed: test/chaos/offline.test.ts. */
describe('the watchdog tells once what is gone, and once that it is back', () => {
  let engine: Awaited<ReturnType<typeof openRelay>>;
  let store: Awaited<ReturnType<typeof openRelay>>;
  let on: Scene;
  before(async () => {
    const { TEST_TEMPORAL_ADDRESS: workersEngine = '', TEST_MONGODB_URI: uri = '' } = process.env;
    const [host = '', port] = workersEngine.split(':');
    const at = new URL(uri);
    engine = await openRelay(host, Number(port));
    store = await openRelay(at.hostname, Number(at.port));
    on = await startScene({
      ...{ engine: `127.0.0.1:${engine.port}`, workersEngine },
      storeUri: `mongodb://127.0.0.1:${store.port}/?directConnection=true`,
    });
  });
  after(async () => {
    await on.stop();
    await Promise.all([engine.stop(), store.stop()]);
  });
  beforeEach(() => on.fresh());
  afterEach(() => {
    on.slack.mood = 'well';
  });

  it('the worker, and the watchdog is restarted in the middle', async () => {
    await on.worker.lose();
    await on.told(1);
    await on.leash();
    await on.unleash();
    await on.moreRounds(1);
    assert.equal(on.messages().length, 1);
    await on.worker.bring();
    await on.told(2);
    await on.allWell();
    on.onceEach(/^No worker answers on the queue watched-/);
    const [opened = '', resolved = ''] = on.texts();
    assert.match(opened, /Since \d{4}-.* GMT\.\nWhat helps: restart worker/);
    assert.match(resolved, /^Resolved: Everything answers again: engine, store, worker, API\./);
    assert.equal(on.messages().length, 2);
  });

  it('the workers of one pool, by its name', async () => {
    await on.pool.lose();
    await on.told(1);
    await on.pool.bring();
    await on.told(2);
    await on.allWell();
    on.onceEach(/^No worker answers on the queue pool\/watched-[^,]*$/);
  });

  it('the engine, which takes the worker along', async () => {
    await engine.lose();
    await on.told(1);
    await on.moreRounds(1);
    assert.equal(on.messages().length, 1);
    await engine.bring();
    await on.allWell();
    on.onceEach(/^The engine \(Temporal\) at 127\.0\.0\.1:\d+ does not answer/);
    assert.equal(on.messages().length, 2);
  });

  it('the store, and then the API: a line', async () => {
    await on.api.lose();
    await on.told(1);
    await store.lose();
    await on.told(2);
    assert.match(on.texts()[1] ?? '', /The store \(MongoDB\) at 127\.0\.0\.1:\d+ does not answer/);
    await Promise.all([store.bring(), on.api.bring()]);
    await on.allWell();
    on.onceEach(/^The API at http:\/\/127\.0\.0\.1:\d+ does not answer/);
    assert.equal(on.messages().length, 3);
  });

  it('the API, while Slack takes a message without an answer', async () => {
    on.slack.mood = 'lost';
    await on.api.lose();
    await on.told(1);
    on.slack.mood = 'well';
    await on.moreRounds(4);
    assert.equal(on.messages().length, 1);
    await on.api.bring();
    await on.told(2);
    await on.allWell();
    on.onceEach(/^The API at/);
    assert.equal(on.messages().length, 2);
  });

  it('nothing, when its file cannot be read, and goes on', async () => {
    await on.leash();
    await writeFile(on.stateFile, '{"version":');
    await on.unleash();
    await on.allWell();
    assert.deepEqual(on.texts(), []);
    assert.equal(await readFile(`${on.stateFile}.unreadable`, 'utf8'), '{"version":');
  });
});

it('the address of the dead-man switch is asked at most once a minute, and its failure is only logged', async () => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.statusCode = 500;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let now = 0;
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  const stillHere = createStillHere({
    ...{ url: `http://127.0.0.1:${port}/secret-path`, egress: localEgress, log, now: () => now },
  });
  for (; now <= 120_000; now += 15_000) stillHere();
  await until('the log', async () => (lines.length >= 3 ? { found: true } : { seen: `${lines.length}` }));
  server.close();
  assert.equal(asked, 3);
  assert.match(lines[0] ?? '', /it answers 500/);
  assert.doesNotMatch(lines.join(''), /secret-path/);
});
