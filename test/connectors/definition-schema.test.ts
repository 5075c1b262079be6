import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { parseDefinition } from '../../connectors/definition.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { writeConnectorTables, writeDefinitionSchema } from '../../tools/docs.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const schema = JSON.parse(read('connectors/definition.schema.json')) as JsonObject;
const files = readdirSync(join(root, 'connectors')).filter((name) => name.endsWith('.yaml'));

function validator(): ValidateFunction {
  return new Ajv({ strict: false, logger: false, validateFormats: false, allErrors: true }).compile(schema);
}

describe('the published JSON Schema', () => {
  test('is current', async () => {
    assert.ok(await writeDefinitionSchema(true), 'run: npm run docs');
  });

  test('takes every definition of the project, and each names it in its first line', () => {
    const validate = validator();
    assert.ok(files.length > 0);
    for (const file of files) {
      const text = read(join('connectors', file));
      assert.ok(validate(parse(text)), `${file}: ${JSON.stringify(validate.errors)}`);
      assert.match(text, /^# yaml-language-server: \$schema=\.\/definition\.schema\.json\n/, file);
    }
  });

  const faulty: [what: string, from: string, to: string][] = [
    ['an unknown word', 'scopes: [', 'skopes: ['],
    ['a wrong kind', 'kind: oauth2', 'kind: magic'],
    ['a path without slash', 'path: /api/orders', 'path: api'],
    ['a schema that is none', 'row_id: { type: integer }', 'row_id: { type: int }'],
    ['rows without a key', 'key: [row_id]', ''],
  ];
  for (const [what, from, to] of faulty)
    test(`refuses ${what}`, () => {
      const text = read('connectors/storefront.yaml').replace(from, to);
      assert.equal(validator()(parse(text)), false);
    });

  test('says of every key what it means, and its examples fit', () => {
    const ajv = new Ajv({ strict: false, logger: false, validateFormats: false });
    const silent: string[] = [];
    const look = (node: JsonValue | undefined, path: string): void => {
      if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
      const one = node as JsonObject;
      for (const example of Array.isArray(one.examples) ? one.examples : []) {
        assert.ok(ajv.validate(one, example), `${path}: ${JSON.stringify(example)}`);
      }
      for (const [name, inner] of Object.entries((one.properties ?? {}) as JsonObject)) {
        const said = (inner as JsonObject).description;
        const plain = ['kind', 'header', 'pointer', 'field', 'code', 'id', 'name', 'at', 'equals'].includes(
          name,
        );
        const parts = /\.(parts|tokenHeader)\./.test(`${path}.${name}`) || path.endsWith('test');
        if (said === undefined && !plain && !parts) silent.push(`${path}.${name}`);
        look(inner as JsonValue, `${path}.${name}`);
      }
      look(one.items as JsonValue, `${path}[]`);
      for (const option of [one.oneOf, one.anyOf].flat() as JsonValue[]) look(option, path);
    };
    look(schema, '');
    assert.deepEqual(silent, []);
  });
});

describe('docs/connectors.md', () => {
  const page = read('docs/connectors.md');

  test('has the keys and the apps as they are', async () => {
    assert.ok(await writeConnectorTables(true), 'run: npm run docs');
  });

  test('names every key of the format', () => {
    const names = new Set<string>();
    const look = (node: JsonValue | undefined): void => {
      if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
      for (const [name, inner] of Object.entries(((node as JsonObject).properties ?? {}) as JsonObject)) {
        names.add(name);
        look(inner as JsonValue);
      }
      const { items, oneOf, anyOf } = node as JsonObject;
      for (const inner of [items, oneOf, anyOf].flat() as JsonValue[]) look(inner);
    };
    look(schema);
    assert.ok(names.size > 80);
    const cells = [...page.matchAll(/`([\w.[\]]+)`/g)].flatMap(([, text = '']) => text.split(/[.[\]]+/));
    const inBraces = [...page.matchAll(/\{ ?([^{}`]*)\}/g)].flatMap(
      ([, text = '']) => text.match(/\w+/g) ?? [],
    );
    assert.deepEqual(
      [...names].filter((name) => !cells.includes(name) && !inBraces.includes(name)),
      [],
    );
  });

  test('shows definitions and parts of them that have no fault', () => {
    const blocks = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text);
    const [first = '', ...others] = blocks;
    assert.equal(parseDefinition(first, 'docs').id, 'tickets');
    const base = parse(first) as { resources: JsonObject[] };
    for (const block of others) {
      // Alternatives stand one below the other.
      const parts = block.startsWith('pagination:') ? block.split('\n').filter(Boolean) : [block];
      for (const part of parts) {
        const shown = parse(part) as JsonObject;
        const orders = { ...base.resources[0], id: 'orders' } as JsonObject;
        const definition =
          'webhooks' in shown || 'reports' in shown
            ? { ...base, ...shown, resources: [orders] }
            : { ...base, resources: [{ ...orders, ...shown }] };
        assert.equal(parseDefinition(JSON.stringify(definition), part).version, 1);
      }
    }
  });
});
