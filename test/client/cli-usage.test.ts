import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../platform/setup/ports.ts';
import { tributary, tributaryAlone } from './cli-process.ts';

describe('the command line without an API', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-cli-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const run = (...args: string[]) => tributary(args, { TRIBUTARY_DATA: join(folder, 'data') });
  const runAlone = (...args: string[]) => tributaryAlone(args, { TRIBUTARY_DATA: join(folder, 'data') });

  it('shows every verb, the exit codes and examples', async () => {
    const { code, stdout } = await runAlone('--help');
    assert.equal(code, 0);
    const verbs =
      'start doctor setup worker api app company connect connection session why records record changes demo';
    for (const verb of verbs.split(' ')) assert.match(stdout, new RegExp(`^  ${verb} `, 'm'));
    assert.match(stdout, /Examples:\n {2}\$ tributary/);
    assert.match(stdout, /3 the API cannot be reached/);
  });

  it('has examples in the help of a verb', async () => {
    const { code, stdout } = await run('session', 'retry', '--help');
    assert.equal(code, 0);
    assert.match(stdout, /Examples:\n {2}\$ tributary session retry storefront-west\.3/);
    assert.match(stdout, /--json/);
  });

  it('ends 2 for a wrong command line', async () => {
    const [unknown, missing, value] = await Promise.all([
      runAlone('session', 'bogus'),
      run('connect', 'storefront'),
      run('session', 'list', 'x', '--limit', 'few'),
    ]);
    assert.deepEqual([unknown.code, missing.code, value.code], [2, 2, 2]);
    assert.match(missing.stderr, /--company/);
    assert.match(value.stderr, /^tributary: USAGE: "few" is not a whole number above 0\.\n$/);
  });

  it('tells a wrong command line as a problem with --json', async () => {
    for (const args of [
      ['bogus'],
      ['why'],
      ['session', 'retry'],
      ['connect', 'shop'],
      ['records', 'a', 'b', '--format', 'xml'],
    ]) {
      const { code, stdout, stderr } = await run(...args, '--json');
      assert.deepEqual([code, stderr, JSON.parse(stdout).code], [2, '', 'USAGE'], args.join(' '));
    }
  });

  it('asks for the secret of an app before anything is sent', async () => {
    const { code, stderr } = await run('connection', 'credentials', 'x');
    assert.equal(code, 2);
    assert.match(stderr, /--secret-file or TRIBUTARY_APP_SECRET/);
  });

  it('takes only an http address of the API', async () => {
    const { code, stderr } = await run('why', 'x', '--url', 'nowhere');
    assert.equal(code, 2);
    assert.match(stderr, /"nowhere" is no address such as http/);
  });

  it('says at once that the data folder cannot be written', async () => {
    await writeFile(join(folder, 'a-file'), '');
    for (const data of [join(folder, 'a-file', 'data'), join(folder, 'a-file')]) {
      const { code, stderr } = await tributaryAlone(['start', '--once'], { TRIBUTARY_DATA: data });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^tributary: SETTINGS_INVALID: TRIBUTARY_DATA: the folder .* cannot be written \(E\w+\)/,
      );
    }
  });

  it('says at once that the port of the API is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const env = { TRIBUTARY_DATA: join(folder, 'ported'), TRIBUTARY_API_PORT: `${port}` };
    const { code, stderr } = await tributaryAlone(['start', '--once'], env);
    taken.close();
    assert.equal(code, 1);
    assert.match(stderr, /^tributary: SETTINGS_INVALID: TRIBUTARY_API_PORT: port \d+ .*EADDRINUSE/);
  });

  it('lists at once what a single process lacks', async () => {
    const { code, stderr } = await runAlone('api');
    assert.equal(code, 1);
    assert.match(stderr, /TEMPORAL_ADDRESS and MONGODB_URI and TRIBUTARY_TOKEN must be set/);
  });

  it('ends 3 in one line when nothing answers, with --json as a problem', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const [text, json] = await Promise.all([
      run('why', 'x', '--url', url),
      runAlone('why', 'x', '--url', url, '--json'),
    ]);
    assert.deepEqual([text.code, json.code], [3, 3]);
    assert.match(
      text.stderr,
      /^tributary: API_UNREACHABLE: Nothing answers at .*ECONNREFUSED.*npm start.*\n$/,
    );
    assert.equal(text.stdout, '');
    assert.equal(JSON.parse(json.stdout).code, 'API_UNREACHABLE');
    const { stdout } = await run('records', 'x', 'orders', '--url', url, '--json');
    assert.equal(JSON.parse(stdout).code, 'API_UNREACHABLE');
  });

  it('demo reset deletes what is ours, and nothing when something else is there', async () => {
    const data = await mkdtemp(join(folder, 'reset-'));
    const reset = () => tributary(['demo', 'reset'], { TRIBUTARY_DATA: data });
    await writeFile(join(data, 'api.json'), '{}');
    await writeFile(join(data, 'thesis.txt'), 'ten years');
    const refused = await reset();
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /thesis\.txt/);
    assert.deepEqual(await readdir(data), ['api.json', 'thesis.txt']);
    await rm(join(data, 'thesis.txt'));
    assert.equal((await reset()).code, 0);
    assert.deepEqual(await readdir(data), []);
  });
});
