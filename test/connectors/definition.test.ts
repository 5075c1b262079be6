import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadDefinition, loadDefinitions, parseDefinition } from '../../connectors/definition.ts';
import { faultsOf } from './definition-support.ts';

const connectors = fileURLToPath(new URL('../../connectors', import.meta.url));
const good = readFileSync(join(connectors, 'storefront.yaml'), 'utf8');
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

test('the definitions of the project load, by app id, with their defaults', () => {
  const storefront = loadDefinitions(connectors).get('storefront');
  assert.equal(storefront?.aggregator, false);
  assert.equal(storefront?.resources[0]?.onError, 'stop');
  assert.equal(storefront?.resources[0]?.enabled, true);
});

/** Where a fault is shown that does not stand in the changed line itself. */
const places: Record<string, string> = {
  'resources.0.mapping.order_id': 'order_id: sales',
  'resources.0.schema': '    schema:',
};

describe('a fault names line, path, what was expected and an example', () => {
  const faults: [what: string, from: string, to: string, path: string, expected: RegExp, example: RegExp][] =
    [
      [
        'a wrong kind',
        'kind: oauth2',
        'kind: magic',
        'auth.kind',
        /one of oauth2, clientCredentials, basic, bearer, apiKey/,
        /^kind: /,
      ],
      ['a wrong type', 'name: Storefront', 'name: 3', 'name', /string, received number/, /^name: Shop$/],
      [
        'a path without slash',
        'path: /api/orders',
        'path: api',
        'resources.0.path',
        /starts with \//,
        /^path: \/v1\/orders$/,
      ],
      ['a page size of nothing', 'size: 500', 'size: 0', 'resources.0.pagination.size', />=1/, /^size: 100$/],
      [
        'an unknown word',
        'scopes: [',
        'skopes: [',
        'auth.skopes',
        /not part of the format \(did you mean "scopes"\?\)/,
        /^scopes: \[ orders\.read \]$/,
      ],
      [
        'a word of another style',
        'rateLimit:',
        'rate_limit:',
        'rate_limit',
        /did you mean "rateLimit"/,
        /^rateLimit: \{ requestsPerSecond: 5 \}$/,
      ],
      [
        'a word that means nothing',
        'requestsPerSecond: 40',
        'colour: red',
        'rateLimit.colour',
        /known here: requestsPerSecond, concurrent, sessions, usageHeader/,
        /^requestsPerSecond: 5$/,
      ],
      [
        'a key that is no field',
        'key: [row_id]',
        'key: [nope]',
        'resources.0.key.0',
        /field of the schema/,
        /^- row_id$/,
      ],
      [
        'a cursor that is no field',
        'cursor: updated_at',
        'cursor: nope',
        'resources.0.cursor',
        /field of the schema/,
        /^cursor: row_id$/,
      ],
      [
        'a schema that is none',
        'row_id: { type: integer }',
        'row_id: { type: int }',
        'resources.0.schema.properties.row_id.type',
        /JSON Schema/,
        /^type: integer$/,
      ],
      [
        'a schema with a reference to nothing',
        'row_id: { type: integer }',
        "row_id: { $ref: '#/nowhere' }",
        'resources.0.schema',
        /nowhere/,
        /^schema: \{ type: object/,
      ],
      [
        'an address that is none',
        'tokenUrl: "{baseUrl}/oauth/token"',
        'tokenUrl: ftp://x',
        'auth.tokenUrl',
        /http/,
        /^tokenUrl: https:/,
      ],
      [
        'two fields with one name',
        '    key: [row_id]',
        '    mapping:\n      order_id: sales\n    key: [row_id]',
        'resources.0.mapping.order_id',
        /"sales" is taken/,
        /^order_id: orders_sales$/,
      ],
    ];
  for (const [what, from, to, path, expected, example] of faults)
    test(what, () => {
      const text = good.replace(from, to);
      const { message, faults: found } = faultsOf(text);
      const fault = found.find((one) => one.path === path);
      assert.match(fault?.expected ?? '', expected);
      assert.match(fault?.example ?? '', example);
      const word = to.split('\n').find((line) => !good.includes(`${line}\n`)) ?? to;
      assert.equal(fault?.line, lineOf(text, places[path] ?? word));
      assert.ok(
        message.includes(
          `app.yaml:${fault?.line}: ${path}: expected ${fault?.expected}, for example \`${fault?.example}\``,
        ),
        message,
      );
    });

  test('something missing is shown where it should stand', () => {
    assert.throws(() => parseDefinition(good.replace(/^id: storefront\n/m, ''), 'app.yaml'), {
      message: /^app\.yaml:\d+: id: expected string, but it is missing, for example `id: shop`$/,
    });
  });

  test('a word that is none of a few', () => {
    const { expected, example } = faultsOf(good.replace('tried: live', 'tried: maybe')).faults[0] ?? {};
    assert.deepEqual([expected, example], ['one of live, standIn, no', 'tried: live']);
  });

  test('all faults are listed', () => {
    const text = good.replace('kind: oauth2', 'kind: magic').replace('name: Storefront', 'name: 3');
    assert.throws(() => parseDefinition(text, 'app.yaml'), { message: /name: .*\n.*auth\.kind: / });
  });

  test('two unknown words are two faults, each in its line', () => {
    const text = good.replace('name: Storefront', 'nam: Storefront\ncolour: red');
    const lines = faultsOf(text).faults.map(({ path, line }) => [path, line]);
    assert.deepEqual(lines.filter(([path]) => path === 'nam' || path === 'colour').length, 2);
    assert.deepEqual(
      lines.find(([path]) => path === 'colour'),
      ['colour', lineOf(text, 'colour')],
    );
  });

  test('a place that is neither or almost one of two', () => {
    const withType = (type: string) => good.replace('rateLimit:', `webhooks: { type: ${type} }\nrateLimit:`);
    assert.match(faultsOf(withType('type')).faults[0]?.expected ?? '', /^\{ header \} or \{ pointer \}$/);
    const [fault] = faultsOf(withType('{ pointer: id }')).faults;
    assert.equal(fault?.path, 'webhooks.type.pointer');
    assert.match(fault?.expected ?? '', /JSON pointer/);
  });
});

describe('a text that cannot be read as a definition', () => {
  const texts: [what: string, text: string, line: number, expected: RegExp][] = [
    ['an empty file', '', 1, /the file is empty/],
    ['only a comment', '# later\n', 1, /the file is empty/],
    ['a list', '- version: 1\n', 1, /a mapping of keys to values, not a list/],
    ['just text', 'just text', 1, /not a text/],
    ['an open bracket', 'version: 1\na: [', 2, /brackets to be closed|YAML/],
    ['tabs', 'version: 1\nauth:\n\tkind: bearer\n', 3, /spaces to indent with, not tabs/],
    ['a key twice', 'version: 1\nname: A\nname: B\n', 3, /each key once/],
    ['wrong indent', 'auth:\n  kind: bearer\n name: A\n', 3, /same column/],
    ['several documents', 'version: 1\n---\nversion: 1\n', 2, /one document/],
    ['a tag', 'version: 1\nname: !shell rm\n', 2, /no tag/],
    ['an alias of nothing', 'version: 1\nname: *other\n', 1, /aliases/],
    ['an alias of itself', 'version: &a [*a]\n', 1, /aliases/],
    [
      'aliases that blow up',
      `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefgh'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[i]}`).join(', ')}]`).join('\n')}\n`,
      1,
      /aliases/,
    ],
    ['endless brackets', `version: 1\na: ${'['.repeat(50_000)}`, 2, /levels/],
    ['endless dashes', `${'- '.repeat(50_000)}a`, 1, /levels/],
    ['a zero character', 'version: 1\nname: a\0b\n', 2, /zero/],
    ['over 1 MB', `version: 1\n# ${'x'.repeat(1024 * 1024)}\n`, 1, /1 MB/],
  ];
  for (const [what, text, line, expected] of texts)
    test(what, () => {
      const { faults } = faultsOf(text);
      assert.match(faults[0]?.expected ?? '', expected);
      assert.equal(faults[0]?.line, line);
      assert.ok(faults.every(({ example }) => example.length > 0));
    });

  test('merge keys are no part of the format, aliases of a few values are', () => {
    const aliased = good.replace('scopes: [orders.read]', 'scopes: &scopes [orders.read]');
    assert.equal(parseDefinition(aliased, 'app.yaml').id, 'storefront');
    const merged = good.replace('auth:\n', 'auth:\n  <<: { kind: basic }\n');
    assert.equal(faultsOf(merged).faults[0]?.path, 'auth.<<');
  });

  test('JSON is YAML, with tabs and a byte order mark too', () => {
    const definition = parseDefinition(good, 'app.yaml');
    const json = `\ufeff${JSON.stringify({ ...definition }, null, '\t')}`;
    assert.deepEqual(parseDefinition(json, 'app.json'), definition);
  });
});

test('files that are no definition', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'definitions-'));
  after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'latin.yaml'), Buffer.from('name: Caf\xe9\n', 'latin1'));
  await writeFile(join(folder, 'large.yaml'), 'x'.repeat(1024 * 1024 + 1));
  await mkdir(join(folder, 'folder.yaml'));
  const cases = { latin: /UTF-8/, large: /1 MB/, folder: /expected a file/, none: /there is no such file/ };
  for (const [name, message] of Object.entries(cases))
    assert.throws(() => loadDefinition(join(folder, `${name}.yaml`)), {
      code: 'DEFINITION_INVALID',
      message,
    });
});

test('a folder with faulty and double definitions lists them all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'definitions-'));
  after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a.yaml'), good);
  await writeFile(join(folder, 'b.yaml'), good);
  await writeFile(join(folder, 'c.yaml'), good.replace('name: Storefront', 'name: 3'));
  await writeFile(join(folder, 'notes.txt'), 'no definition');
  await writeFile(join(folder, 'definition.schema.json'), '{}');
  assert.throws(() => loadDefinitions(folder), {
    code: 'DEFINITION_INVALID',
    message: /b\.yaml: id: .*\nc\.yaml:5: name: /,
  });
});
