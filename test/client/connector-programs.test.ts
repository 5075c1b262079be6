import assert from 'node:assert/strict';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseDefinition } from '../../connectors/definition.ts';
import type { JsonObject } from '../../domain/json.ts';
import { catalogOf, streamOf } from '../connectors/airbyte/scene.ts';
import { type Script, scriptedProgram, standIn } from '../connectors/program/scene.ts';
import { catalog } from '../connectors/singer/scene.ts';
import { tributary } from './cli-process.ts';

// Published programs are asked in test/session/real-programs.ts.
describe('tributary connector add-singer and add-airbyte', () => {
  let folder: string;
  let config: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-programs-'));
    config = join(folder, 'config.json');
    await writeFile(config, JSON.stringify({ password: 'never-to-be-seen', shop: 'a' }));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** What it says to a program that does so, and whether a definition was written. */
  async function add(
    kind: 'singer' | 'airbyte',
    script: Script,
    args: readonly string[] = ['--config', config],
  ) {
    const own = await mkdtemp(join(folder, 'program-'));
    const command = await scriptedProgram(own, script);
    const file = join(own, 'written.yaml');
    const said = ['connector', `add-${kind}`, 'shop', '--file', file, ...args];
    const ended = await tributary(said, {
      TRIBUTARY_DATA: join(folder, 'data'),
      TRIBUTARY_SOURCE_PROGRAMS: `shop=${command.join(' ')}`,
    });
    const isWritten = await access(file).then(
      () => true,
      () => false,
    );
    const shown = ended.stdout + ended.stderr;
    assert.doesNotMatch(shown, /never-to-be-seen/);
    return { ...ended, shown, file, isWritten };
  }

  const spec = (properties: JsonObject, required: readonly string[] = []): JsonObject => ({
    type: 'SPEC',
    spec: { connectionSpecification: { type: 'object', required: [...required], properties } },
  });
  const discover = [catalogOf(streamOf())];

  it('a tap: what it says of itself becomes the form, what it finds the resources', async () => {
    const settings = { properties: { shop: { type: 'string' }, password: { type: 'string', secret: true } } };
    const made = await add('singer', {
      about: [JSON.stringify({ settings }, null, 1)],
      discover: [JSON.stringify(catalog, null, 1)],
    });
    assert.equal(made.code, 0, made.shown);
    assert.match(made.stdout, /^orders +orders +id +- +everything$/m);
    // It is on the allow list already.
    assert.doesNotMatch(made.stdout, /TRIBUTARY_SOURCE_PROGRAMS/);
    const { auth, kind, program, resources } = parseDefinition(
      await readFile(made.file, 'utf8'),
      'shop.yaml',
    );
    assert.deepEqual([kind, program?.executable], ['singer', 'shop']);
    assert.deepEqual(
      resources.map(({ id, key }) => [id, key]),
      [
        ['orders', ['id']],
        ['customers', ['id']],
      ],
    );
    assert.match(JSON.stringify(auth), /"password":\{"type":"string","secret":true,"writeOnly":true\}/);
  });

  it('what it shows to do next can be done as it stands', async () => {
    const lines = join(folder, 'rows.jsonl');
    await writeFile(lines, '{"id":1,"updated_at":"2024-01-01"}\n');
    const given = join(folder, 'table.json');
    await writeFile(given, JSON.stringify({ file: lines }));
    const file = join(folder, 'table.yaml');
    const env = { TRIBUTARY_DATA: join(folder, 'data') };
    const args = ['connector', 'add-singer', standIn('taps/table.mjs'), '--config', given, '--file', file];
    const made = await tributary(args, { ...env, TRIBUTARY_SOURCE_PROGRAMS: 'tap-other=/bin/true' });
    assert.equal(made.code, 0, made.stderr);
    const [, list = ''] = /^ {2}export TRIBUTARY_SOURCE_PROGRAMS=(\S+)/m.exec(made.stdout) ?? [];
    assert.match(list, /^tap-other=\/bin\/true,table=/);
    const [, next = ''] = /^ {2}tributary (connector test .*)$/m.exec(made.stdout) ?? [];
    const tested = await tributary(next.split(' '), { ...env, TRIBUTARY_SOURCE_PROGRAMS: list });
    assert.equal(tested.code, 0, tested.stdout + tested.stderr);
    assert.match(tested.stdout, /^orders +1 +1 +0 /m);
  });

  it('a tap that says nothing of itself: the form is made of the example, without its values', async () => {
    const made = await add('singer', { discover: [catalog], codes: { about: 2 }, words: 'no such option\n' });
    assert.equal(made.code, 0, made.shown);
    const text = await readFile(made.file, 'utf8');
    assert.doesNotMatch(text, /never-to-be-seen/);
    assert.match(
      JSON.stringify(parseDefinition(text, 'shop.yaml').auth),
      /"password":\{[^}]*"writeOnly":true/,
    );
  });

  it('a source: its specification becomes the form; formats are left out of its rows', async () => {
    const json_schema = { properties: { id: {}, updated_at: { type: 'string', format: 'date-time' } } };
    const made = await add('airbyte', {
      spec: [spec({ password: { type: 'string', airbyte_secret: true } })],
      discover: [catalogOf(streamOf({ json_schema, namespace: 'public' }))],
    });
    assert.equal(made.code, 0, made.shown);
    assert.match(made.stdout, /^public\.orders +public-orders +id +updated_at +what is new$/m);
    const [resource] = parseDefinition(await readFile(made.file, 'utf8'), 'shop.yaml').resources;
    assert.deepEqual([resource?.stream, resource?.incremental?.bookmark], ['public.orders', true]);
    assert.doesNotMatch(JSON.stringify(resource?.schema), /date-time/);
  });

  it('a source that must be configured first says what with', async () => {
    const made = await add('airbyte', { spec: [spec({ shop: {} }, ['shop'])], discover }, []);
    assert.deepEqual([made.code, made.isWritten], [2, false]);
    assert.match(made.stderr, /give one with --config. It must say shop/);
  });

  const words = 'the password never-to-be-seen is wrong\n';
  const faults: readonly (readonly [string, 'singer' | 'airbyte', Script, RegExp])[] = [
    ['a source without a specification', 'airbyte', { discover }, /gave no SPEC when asked for "spec"/],
    [
      'a specification that cannot be read',
      ...([
        'airbyte',
        { spec: ['{"type":"SPEC",'], discover },
        /gave no SPEC.*it said: \{"type":"SPEC"/,
      ] as const),
    ],
    ['a tap that prints garbage', 'singer', { discover: ['all is well'] }, /something that is no catalog/],
    ['a tap that prints nothing', 'singer', {}, /printed nothing when asked/],
    [
      'a tap without streams',
      'singer',
      { discover: [{ streams: [] }] },
      /no streams with this configuration/,
    ],
    [
      'a source that prints garbage',
      ...(['airbyte', { spec: [spec({})], discover: ['all is well'] }, /no CATALOG.*all is well/] as const),
    ],
    [
      'a tap that fails',
      ...([
        'singer',
        { words, codes: { discover: 1 } },
        /ended with code 1.*password \[redacted\] is/,
      ] as const),
    ],
    [
      'a source that fails',
      'airbyte',
      { spec: [spec({ password: { airbyte_secret: true } })], words, codes: { discover: 1 } },
      /ended with code 1.*password \[redacted\] is/,
    ],
    ['a tap that hangs', 'singer', { ends: { discover: 'hangs' } }, /said nothing for 1 s/],
    ['a source that hangs', 'airbyte', { ends: { spec: 'hangs' } }, /said nothing for 1 s/],
  ];
  for (const [what, kind, script, says] of faults)
    it(`${what}: it says so, and writes nothing`, async () => {
      const made = await add(kind, script, ['--config', config, '--quiet-secs', '1']);
      assert.notEqual(made.code, 0);
      assert.equal(made.isWritten, false);
      assert.match(made.stderr, says);
    });

  it('a program that is not there, a configuration that cannot be read, an odd number: ends 2', async () => {
    const env = { TRIBUTARY_DATA: join(folder, 'data') };
    const [absent, unread, odd] = await Promise.all([
      tributary(['connector', 'add-singer', 'tap-nowhere'], env),
      add('singer', { discover: [catalog] }, ['--config', join(folder, 'nothing.json')]),
      add('singer', { discover: [catalog] }, ['--config', config, '--quiet-secs', 'soon']),
    ]);
    assert.deepEqual([absent.code, unread.code, odd.code], [2, 2, 2]);
    assert.match(absent.stderr, /There is no program "tap-nowhere"/);
    assert.match(unread.stderr, /nothing\.json cannot be read/);
  });
});
