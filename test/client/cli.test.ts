import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { consent } from '../../client/cli/start/consent.ts';
import { type Storefront, startStorefront } from '../../examples/storefront/server.ts';
import { freePort } from '../../platform/setup/ports.ts';
import { type Ended, type Running, startProcess, tributary } from './cli-process.ts';

describe('the command line with worker, API and sample app', () => {
  let folder: string;
  let env: Readonly<Record<string, string>>;
  let shop: Storefront;
  let running: readonly Running[] = [];

  before(async () => {
    const {
      TEST_TEMPORAL_ADDRESS: address,
      TEST_MONGODB_URI: uri,
      TEST_WORKFLOW_BUNDLE: bundle,
    } = process.env;
    assert.ok(address && uri && bundle, 'Run this by "npm test": it starts the engine and the store.');
    folder = await mkdtemp(join(tmpdir(), 'tributary-cli-'));
    const name = `cli${randomBytes(4).toString('hex')}`;
    const port = String(await freePort());
    const token = randomBytes(16).toString('hex');
    shop = await startStorefront({});
    const services = {
      TEMPORAL_ADDRESS: address,
      MONGODB_URI: uri,
      MONGODB_DATABASE: name,
      TRIBUTARY_DATA: folder,
      TRIBUTARY_TASK_QUEUE: name,
      TRIBUTARY_WORKFLOW_BUNDLE: bundle,
      TRIBUTARY_API_PORT: port,
      TRIBUTARY_TOKEN: token,
      TRIBUTARY_EGRESS_ALLOW: '127.0.0.1',
    };
    env = {
      TRIBUTARY_DATA: folder,
      TRIBUTARY_URL: `http://127.0.0.1:${port}`,
      TRIBUTARY_TOKEN: token,
      TRIBUTARY_CLIENT_SECRET: 'storefront-secret',
    };
    running = [
      startProcess('client/cli/main.ts', ['worker'], services),
      startProcess('client/cli/main.ts', ['api'], services),
    ];
    await Promise.all([running[0]?.says('worker runs'), running[1]?.says('API answers')]);
  });
  after(async () => {
    await Promise.all(running.map((service) => service.stop()));
    await shop.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<Ended> => tributary(args, env);
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args, '--json');
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };

  it('shows the redirect address of an app, changes one setting of it, and rotates keys', async () => {
    const set = await run('app', 'set', 'storefront', '--base-url', shop.url, '--client-id', 'tributary');
    assert.equal(set.code, 0, set.stderr);
    assert.match(set.stdout, /redirect address +http:\/\/127\.0\.0\.1:\d+\/api\/oauth\/callback/);
    const changed = await json('app', 'set', 'storefront', '--scopes', 'orders:read,shop:read');
    assert.deepEqual(changed.scopes, ['orders:read', 'shop:read']);
    assert.equal(changed.baseUrl, shop.url);
    assert.deepEqual([changed.setUp, changed.missing], [true, []]);
    assert.equal((await json('app', 'set', 'storefront', '--scopes', '')).ownScopes, null);
    const { TRIBUTARY_CLIENT_SECRET: _, ...withoutSecret } = env;
    const [nothing, empty] = await Promise.all([
      tributary(['app', 'set', 'storefront'], withoutSecret),
      run('app', 'set', 'storefront', '--client-id', ''),
    ]);
    assert.deepEqual([nothing.code, empty.code], [2, 2]);
    assert.match((await run('app', 'list')).stdout, /^xero +Xero +oauth2 +no: clientId, clientSecret /m);
    const rotated = await json('keys', 'rotate');
    assert.deepEqual([rotated.keyId, rotated.rotated, rotated.unreadable], ['local', 0, {}]);
    assert.ok(rotated.current > 0);
  });

  it('connects a company, follows its session and reads its records', async () => {
    await json('app', 'set', 'storefront', '--base-url', shop.url, '--client-id', 'tributary');
    const connected = await json(
      ...['connect', 'storefront', '--company', 'acme', '--name', 'Acme Ltd', '--detach'],
    );
    assert.equal(connected.connection.id, 'storefront-acme');

    const watching = run('session', 'watch', connected.sessionId);
    await consent(connected, 'south');
    const watched = await watching;
    assert.equal(watched.code, 0, watched.stderr);
    assert.match(watched.stdout, /^storefront-acme\.1 {2}19 Synced +1,620 rows read: 1,620 inserted$/m);

    const ledger = await json('session', 'ledger', 'storefront-acme');
    assert.deepEqual([ledger.sum.read, ledger.balanced], [1620, true]);

    const file = join(folder, 'furniture.csv');
    const where = ['--where', 'category=Furniture', '--out', file];
    assert.equal((await run('records', 'storefront-acme', 'orders', ...where)).code, 0);
    const [title, ...rows] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    assert.match(title ?? '', /^key,row_id,/);
    assert.equal(rows.length, 332);

    const records = await json('records', 'storefront-acme', 'orders', '--limit', '3');
    assert.deepEqual(
      records.map(({ data }: { data: { region: string } }) => data.region).join(),
      'South,South,South',
    );
    assert.deepEqual(await json('records', 'storefront-acme', 'orders', '--where', 'category=None'), []);
    const written = await json(
      'records',
      'storefront-acme',
      'orders',
      '--limit',
      '2',
      '--out',
      `${file}.json`,
    );
    assert.deepEqual([written.records, written.format], [2, 'json']);
    assert.equal(JSON.parse(await readFile(`${file}.json`, 'utf8')).length, 2);
    const nowhere = await run('records', 'storefront-acme', 'orders', '--out', join(folder, 'no', 'x.csv'));
    assert.deepEqual([nowhere.code, /cannot be written \(ENOENT\)/.test(nowhere.stderr)], [2, true]);

    const [table, lines] = await Promise.all([
      run('records', 'storefront-acme', 'orders', '--limit', '3'),
      run('records', 'storefront-acme', 'orders', '--limit', '3', '--format', 'jsonl'),
    ]);
    assert.match(table.stdout, /^KEY +ROW_ID /);
    assert.equal(
      lines.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).data.region)
        .join(),
      'South,South,South',
    );

    const refreshed = await run('session', 'start', 'storefront-acme', '--wait');
    assert.equal(refreshed.code, 0, refreshed.stderr);
    assert.match(refreshed.stdout, /1 row read: 1 unchanged/);
    const why = await run('why', 'storefront-acme');
    assert.match(why.stdout, /^storefront-acme\.2: Synced \(19\) since/);

    const [checks, volume, set] = await Promise.all([
      run('checks', 'storefront-acme'),
      json('checks', 'storefront-acme', '--history', 'volume'),
      json('connection', 'settings', 'storefront-acme', '--check', 'orders/freshness=block,atMost=9e3'),
    ]);
    assert.match(checks.stdout, /^RESULT +RESOURCE +CHECK +VALUE +HISTORY +EXPECTED +SEEN\n/);
    assert.match(checks.stdout, /^pass +orders +completeness +100 % +▁▁ /m);
    assert.deepEqual(
      volume.checks[0].history.map(({ value }: { value: number }) => value),
      [0, 1620],
    );
    assert.equal(set.responseCode, 'OK', JSON.stringify(set));
    const { checks: kept } = await json('connection', 'show', 'storefront-acme');
    assert.deepEqual(kept, { orders: { freshness: { severity: 'block', atMost: 9000 } } });
  });

  it('ends 4 for what is not there, 5 for an illegal move, 1 without the right token', async () => {
    const [missing, closed, refused] = await Promise.all([
      run('session', 'show', 'storefront-acme.99'),
      run('session', 'retry', 'storefront-acme.1', '--json'),
      run('company', 'list', '--token', 'somebody-elses-token'),
    ]);
    assert.deepEqual([missing.code, closed.code, refused.code], [4, 5, 1]);
    assert.match(missing.stderr, /^tributary: NOT_FOUND: .* Check the id, or list what there is\.\n$/);
    const problem = JSON.parse(closed.stdout);
    assert.deepEqual([problem.status, problem.code, problem.current.code], [409, 'ILLEGAL_MOVE', 19]);
    assert.match(refused.stderr, /UNAUTHENTICATED.*--token or TRIBUTARY_TOKEN/);
  });

  it('says of a connection that was disconnected how it is connected again', async () => {
    assert.equal(
      (await json('connection', 'disconnect', 'storefront-acme', '--yes')).connectionId,
      'storefront-acme',
    );
    const why = await run('why', 'storefront-acme');
    assert.match(
      why.stdout,
      /^storefront-acme: Disconnected \(26\).*tributary connect storefront --company acme/,
    );
    assert.doesNotMatch(why.stdout, /nobody has to do anything/);
  });

  it('worker and API stop gracefully on SIGTERM', async () => {
    const [worker, api] = await Promise.all(running.map((service) => service.stop()));
    running = [];
    assert.deepEqual([worker?.code, api?.code], [0, 0]);
    assert.match(worker?.stdout ?? '', /worker stopped/);
    assert.match(worker?.stdout ?? '', /"workflowId":"session\/storefront-acme"/);
    assert.match(api?.stdout ?? '', /API stopped/);
  });
});
