import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadDefinition, loadDefinitions, parseDefinition } from '../../connectors/definition.ts';

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

describe('a fault names line, path and what was expected', () => {
  const faults: [what: string, from: string, to: string, path: string, expected: RegExp][] = [
    ['a wrong kind', 'kind: oauth2', 'kind: magic', 'auth.kind', /one of oauth2, basic, bearer, apiKey/],
    ['a wrong type', 'name: Storefront', 'name: 3', 'name', /string, received number/],
    ['a path without slash', 'path: /api/orders', 'path: api', 'resources.0.path', /starts with \//],
    ['a page size of nothing', 'size: 500', 'size: 0', 'resources.0.pagination.size', />=1/],
    ['an unknown word', 'scopes: [', 'skopes: [', 'auth.skopes', /not part of the format/],
    ['a key that is no field', 'key: [row_id]', 'key: [nope]', 'resources.0.key.0', /field of the schema/],
    [
      'a cursor that is no field',
      'cursor: updated_at',
      'cursor: nope',
      'resources.0.cursor',
      /field of the schema/,
    ],
    [
      'a schema that is none',
      'row_id: { type: integer }',
      'row_id: { type: int }',
      'resources.0.schema.properties.row_id.type',
      /JSON Schema/,
    ],
    [
      'a schema with a reference to nothing',
      'row_id: { type: integer }',
      "row_id: { $ref: '#/nowhere' }",
      'resources.0.schema',
      /nowhere/,
    ],
    [
      'an address that is none',
      'tokenUrl: "{baseUrl}/oauth/token"',
      'tokenUrl: ftp://x',
      'auth.tokenUrl',
      /http/,
    ],
    [
      'a webhook without aggregator',
      'rateLimit:',
      'webhooks: { expect: all }\nrateLimit:',
      'webhook',
      /aggregator/,
    ],
    ['a double word', 'name: Storefront', 'name: Storefront\nname: Again', '', /YAML/],
    [
      'deduplication of an unknown resource',
      'rateLimit:',
      'deduplication: [{ resource: people, match: [[email]] }]\nrateLimit:',
      'deduplication.0.resource',
      /one of orders/,
    ],
    [
      'deduplication by an unknown field',
      'rateLimit:',
      'deduplication: [{ resource: orders, match: [[email]] }]\nrateLimit:',
      'deduplication.0.match.0.0',
      /one of row_id/,
    ],
    [
      'two fields with one name',
      '    key: [row_id]',
      '    mapping:\n      order_id: sales\n    key: [row_id]',
      'resources.0.mapping.order_id',
      /"sales" is taken/,
    ],
  ];
  for (const [what, from, to, path, expected] of faults)
    test(what, () => {
      const text = good.replace(from, to);
      assert.throws(
        () => parseDefinition(text, 'app.yaml'),
        (error: {
          code: string;
          message: string;
          details: { faults: { line: number; path: string; expected: string }[] };
        }) => {
          assert.equal(error.code, 'DEFINITION_INVALID');
          const fault = error.details.faults.find((found) => found.path === path);
          assert.match(fault?.expected ?? '', expected);
          if (path !== '') {
            const word = to.split('\n').find((line) => !good.includes(`${line}\n`)) ?? to;
            const own = places[path] ?? word;
            assert.equal(fault?.line, lineOf(text, own));
          }
          assert.ok(error.message.includes(`app.yaml:${fault?.line}: `));
          return true;
        },
      );
    });

  test('something missing is shown where it should stand', () => {
    assert.throws(() => parseDefinition(good.replace(/^id: storefront\n/m, ''), 'app.yaml'), {
      message: /^app\.yaml:\d+: id: expected string, but it is missing$/,
    });
  });

  test('all faults are listed', () => {
    const text = good.replace('kind: oauth2', 'kind: magic').replace('name: Storefront', 'name: 3');
    assert.throws(() => parseDefinition(text, 'app.yaml'), { message: /name: .*\n.*auth\.kind: / });
  });

  test('what is no YAML, empty, or no mapping', () => {
    for (const text of ['', '[]', 'a: [', '- x', 'just text'])
      assert.throws(() => parseDefinition(text, 'app.yaml'), { code: 'DEFINITION_INVALID' }, text);
  });
});

test('a folder with faulty and double definitions lists them all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'definitions-'));
  after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a.yaml'), good);
  await writeFile(join(folder, 'b.yaml'), good);
  await writeFile(join(folder, 'c.yaml'), good.replace('name: Storefront', 'name: 3'));
  await writeFile(join(folder, 'notes.txt'), 'no definition');
  assert.throws(() => loadDefinitions(folder), {
    code: 'DEFINITION_INVALID',
    message: /b\.yaml: id: .*\nc\.yaml:4: name: /,
  });
  assert.throws(() => loadDefinition(join(folder, 'none.yaml')), {
    code: 'DEFINITION_INVALID',
    message: /none\.yaml/,
  });
});
