import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { readAnswers } from '../../client/cli/connect/answers.ts';
import { createTerminal, type Person, Stopped } from '../../client/cli/connect/person.ts';
import { templateOf } from '../../client/cli/connect/template.ts';
import { walk } from '../../client/cli/connect/walk.ts';
import { type Lifecycles, startLifecycles } from '../lifecycle/scene.ts';
import { type PagedApp, pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { startWorld, type World } from '../support/world.ts';
import { tributary } from './cli-process.ts';
import { setConnectScene } from './connect-scene.ts';
import { noStore } from './support.ts';

/** What a person types at a prompt; null: Ctrl-C. */
type Typed = readonly (readonly [prompt: RegExp, line: string | null])[];

/** Answers each prompt by the script, in its order; other prompts have Enter. */
function scripted(script: Typed): Person & { readonly said: string[]; readonly left: () => Typed } {
  const said: string[] = [];
  let left = script;
  return {
    said,
    left: () => left,
    say: (line) => {
      said.push(line);
    },
    ask: async (prompt, { hidden = false } = {}) => {
      said.push(`${prompt}${hidden ? '(hidden)' : ''}`);
      assert.ok(said.length < 200, `It asks for ever:\n${said.slice(0, 60).join('\n')}`);
      const [next, ...rest] = left;
      if (next === undefined || !next[0].test(prompt)) return '';
      left = rest;
      if (next[1] === null) throw new Stopped();
      return next[1];
    },
  };
}

const nobody = (): Person & { readonly said: string[] } => {
  const said: string[] = [];
  return { said, say: (line) => void said.push(line) };
};

describe('tributary connect, question by question', { skip: noStore, concurrency: 4 }, () => {
  let world: World;
  let lifecycles: Lifecycles;
  let paged: PagedApp<'orders' | 'customers'>;
  let folder: string;
  before(async () => {
    world = await startWorld();
    lifecycles = await startLifecycles(world);
    paged = await startPagedApp({ resources: { orders: pagedRows(20), customers: pagedRows(5) } });
    folder = await mkdtemp(join(tmpdir(), 'tributary-walk-'));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await lifecycles.stop();
    await paged.stop();
    await world.stop();
  });

  /** An app with everything that a wizard may ask for. */
  async function someApp(): Promise<string> {
    const app = `app${randomBytes(4).toString('hex')}`;
    world.definitions.set(app, {
      ...pagedDefinition({ id: app, resources: ['orders', 'customers'], deduplication: true }),
      prerequisites: [
        { id: 'admin', text: 'You are an administrator.', url: 'https://app.example/admins' },
        { id: 'plan', text: 'You have a plan with API access.' },
      ],
      parameters: {
        ...{ type: 'object', required: ['shop'], additionalProperties: false },
        properties: {
          shop: { type: 'string', title: 'Shop', pattern: '^[a-z-]+$', examples: ['acme-store'] },
        },
      },
      finalization: {
        ...{ type: 'object', required: ['currency'] },
        properties: {
          currency: { type: 'string', title: 'Currency', enum: ['EUR', 'USD'] },
          net: { type: 'boolean', title: 'Net amounts', default: true },
        },
      },
    });
    await world.stores.apps.put({ _id: app, baseUrl: paged.url, updatedAt: new Date() });
    return app;
  }
  const configOf = async (id: string) => {
    const { entries } = await lifecycles.api.connectionConfig(id);
    return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
  };

  it('asks everything with its default, asks again what is wrong, and leads to Synced', async () => {
    const { api } = lifecycles;
    const app = await someApp();
    const person = scripted([
      [/^Company id/, 'Not An Id'],
      [/^Company id/, 'walker'],
      [/^Name of the company walker/, 'Walker & Co'],
      [/administrator\. Done\? \[y\/N\]/, 'y'],
      [/^Time zone .*\[/, 'Europe/Atlantis'],
      [/^Time zone .*\[/, 'Europe/Berlin'],
      [/^When sessions start .*\[manual\]/, '0d'],
      [/^When sessions start .*\[manual\]/, '6h'],
      [/^When rows get other fields \(propagate, ignore, pause\)/, '3'],
      [/^Shop \(such as acme-store\)/, 'ACME!'],
      [/^Shop/, 'acme-store'],
      [/^Token/, 'a-wrong-token'],
      [/^Shop .*\[acme-store\]/, ''],
      [/^Token/, 'right-token'],
      [/^Resources to load .*\[orders, customers\]/, '1'],
      [/^History begins at, of orders/, 'soon'],
      [/^History begins at, of orders/, '2020-01-01'],
      [/^Currency \(EUR, USD\)/, 'GBP'],
      [/^Currency/, 'EUR'],
      [/^Start it\? \[Y\/n\]/, ''],
    ]);
    const { connectionId: id, sessionId } = await walk({ api, app, answers: {}, person });
    const text = person.said.join('\n');
    assert.deepEqual(person.left(), [], text);
    assert.equal(id, `${app}-walker`);
    assert.equal((await api.getCompany('walker')).name, 'Walker & Co');
    const { schedule, timeZone, driftPolicy, parameters, properties } = await configOf(id);
    assert.deepEqual(
      [schedule, timeZone, driftPolicy, parameters, properties],
      [
        { kind: 'INTERVAL', every: '6h' },
        'Europe/Berlin',
        'pause',
        { shop: 'acme-store' },
        { currency: 'EUR', net: true },
      ],
    );
    assert.match(text, /https:\/\/app\.example\/admins/);
    assert.match(text, /Not done yet: plan\. .*connection prerequisite/);
    assert.match(text, /It would run next: \w+.*; .*; /);
    assert.match(text, /PROCEDURE_INVALID: .*unauthorized/);
    assert.match(text, /Token: \(hidden\)/);
    assert.doesNotMatch(text, /right-token|a-wrong-token/);
    assert.match(text, /history from +2020-01-01/);
    assert.equal(sessionId, `${id}.1`);
    assert.deepEqual((await world.reaches(id, 19)).resources, ['orders']);
    await assert.rejects(walk({ api, app, answers: { company: 'walker' }, person: nobody() }), {
      code: 'CONNECTION_EXISTS',
    });
  });

  it('goes on where it was interrupted, and asks nothing twice', async () => {
    const { api } = lifecycles;
    const app = await someApp();
    const answers = { company: 'stopper', secret: 'right-token', id: `${app}-mine` };
    const first = scripted([[/^Worker pool/, null]]);
    await assert.rejects(walk({ api, app, answers, person: first }), Stopped);
    assert.equal((await api.connectionStatus(answers.id)).next?.step, 'connector');

    const second = scripted([
      [/^Shop/, 'acme-store'],
      [/^Resources to load/, null],
    ]);
    await assert.rejects(walk({ api, app, answers, person: second }), Stopped);
    assert.doesNotMatch(second.said.join('\n'), /administrator|^Token/m);
    assert.equal((await api.connectionStatus(answers.id)).configurationStatus, 'CONNECTED');

    const third = scripted([
      [/^Currency/, 'USD'],
      [/^Start it/, 'n'],
    ]);
    await assert.rejects(walk({ api, app, answers, person: third }), Stopped);
    assert.doesNotMatch(third.said.join('\n'), /Worker pool|Shop \(|Token/);
    assert.match(third.said.join('\n'), /is being set up; it goes on where it stands/);
    assert.equal((await api.connectionStatus(answers.id)).status, 'CONFIGURING');
  });

  it('asks nothing with a file of answers; what is missing is listed before anything is made', async () => {
    const { api } = lifecycles;
    const app = await someApp();
    const template = templateOf(await api.getApp(app));
    const empty = join(folder, `${app}.yaml`);
    await writeFile(empty, template.join('\n'));
    const blank = await readAnswers(empty);
    const told = await walk({ api, app, answers: blank, person: nobody() }).catch((error: Error) => error);
    assert.ok(told instanceof Error);
    assert.match(told.message, /nothing was made:\n {2}company: /);
    for (const name of ['parameters.shop: Shop', 'credentials.secretFile: Token', 'properties.currency'])
      assert.ok(told.message.includes(name), told.message);
    assert.doesNotMatch(told.message, /timeZone|net|resources/);

    const file = join(folder, 'answers.yaml');
    await writeFile(
      file,
      `company: { id: filer-${app}, name: Filer }
prerequisites: all
connector: { schedule: 0 6 * * 1-5, timeZone: Europe/Berlin, deduplication: false }
parameters: { shop: acme-store }
resources: [{ id: orders, historyStart: 2020-01-01 }, customers]
properties: { currency: EUR }
`,
    );
    const answers = { ...(await readAnswers(file)), secret: 'right-token' };
    const wrong = {
      ...answers,
      parameters: { shop: 'ACME!' },
      resources: ['nosuch'],
      connector: { pol: 'x' },
    };
    await assert.rejects(walk({ api, app, answers: wrong, person: nobody() }), (error: Error) => {
      assert.match(error.message, /parameters\.shop: must match pattern/);
      assert.match(error.message, /resources: there is no "nosuch"; there are orders, customers/);
      assert.match(error.message, /connector\.pol: nobody asks for it; there is pool, timeZone/);
      return true;
    });
    assert.deepEqual((await api.listConnections({ app })).connections, []);

    const { connectionId: id } = await walk({ api, app, answers, person: nobody() });
    const { schedule, deduplication, resources } = await configOf(id);
    assert.deepEqual([schedule, deduplication], [{ kind: 'CRON', cron: '0 6 * * 1-5' }, false]);
    assert.deepEqual(resources, [
      { id: 'orders', enabled: true, historyStart: '2020-01-01T00:00:00.000Z' },
      { id: 'customers', enabled: true },
    ]);
    const { prerequisites } = await api.listPrerequisites(id);
    assert.deepEqual(
      prerequisites.map(({ done }) => done),
      [true, true],
    );
    await world.reaches(id, 19);
  });

  it('an app with OAuth: shows the link, sees a refusal, and goes on with a new link', async (t) => {
    const scene = await setConnectScene(world, t);
    const person = scripted([
      [/^Company id/, 'acme'],
      [/^A new link\?/, 'y'],
    ]);
    let links = 0;
    const { connectionId: id, sessionId } = await walk({
      ...{ api: scene.client, app: scene.appId, answers: {}, person },
      consents: async ({ authorization }) => {
        assert.ok(authorization.kind === 'oauth2');
        links += 1;
        if (links > 1) return void (await scene.consent(authorization.link));
        const callback = new URL(await scene.callbackOf(authorization.link));
        callback.searchParams.delete('code');
        callback.searchParams.set('error', 'access_denied');
        await scene.visit(callback.href);
      },
    });
    assert.equal(links, 2);
    assert.deepEqual([id, sessionId], [scene.id, `${scene.id}.1`]);
    assert.match(person.said.join('\n'), /\.1 {2}7 /);
    assert.deepEqual(
      await world
        .reaches(id, 19)
        .then(({ _id }) => world.path(_id))
        .then((path) => path.slice(0, 4)),
      [6, 7, 6, 9],
    );
  });

  it('the terminal: lines in order, hidden input, Ctrl-C and the end of the input', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    let shown = '';
    output.on('data', (chunk) => {
      shown += chunk;
    });
    const terminal = createTerminal(input, output);
    const [first] = await Promise.all([terminal.ask('One: '), input.write('eins\rzwei\r')]);
    assert.deepEqual([first, await terminal.ask('Two: ')], ['eins', 'zwei']);
    const secret = terminal.ask('Secret: ', { hidden: true });
    input.write('ge\u007fheim\r');
    assert.equal(await secret, 'gheim');
    assert.doesNotMatch(shown, /geheim|gheim|heim/);
    const stopped = terminal.ask('Three: ');
    input.write('\u0003');
    await assert.rejects(stopped, Stopped);
    terminal.rest();
    const ended = terminal.ask('Four: ');
    input.end();
    await assert.rejects(ended, Stopped);
  });

  it('the process: without a terminal it needs --yes; a file that cannot be used is said', async () => {
    const env = { TRIBUTARY_DATA: folder };
    const bad = join(folder, 'bad.yaml');
    await writeFile(bad, 'company: acme\nconector: {}\nparameters: { shop: 7 }\n');
    const [asked, file, both] = await Promise.all([
      tributary(['connect', 'shop', '--company', 'acme'], env),
      tributary(['connect', 'shop', '--yes', '--file', bad], env),
      tributary(['connect', 'shop', '--company', 'acme', '--detach', '--yes'], env),
    ]);
    assert.deepEqual([asked.code, file.code, both.code], [2, 2, 2]);
    assert.match(asked.stderr, /nobody to ask here\. Add --yes/);
    assert.match(file.stderr, /parameters\.shop: must be text: put it in quotes/);
    assert.match(file.stderr, /conector/);
    assert.match(both.stderr, /--detach/);
  });
});
