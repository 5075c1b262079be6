import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type FoundStream,
  programDefinition,
  schemaByExample,
} from '../../../client/cli/connector/program-definition.ts';
import { configurationSchema } from '../../../connectors/configuration.ts';
import { parseDefinition } from '../../../connectors/definition.ts';
import type { JsonObject } from '../../../domain/json.ts';

const orders: FoundStream = {
  id: 'orders',
  schema: {
    type: 'object',
    properties: { id: { type: 'integer' }, meta: {}, updated_at: { type: 'string' } },
  },
  key: ['id'],
  cursor: 'updated_at',
  incremental: true,
};

/** The definition that is written of these streams, as whoever reads the file has it. */
function written(
  streams: readonly FoundStream[],
  configuration: JsonObject = { type: 'object', properties: {} },
) {
  const input = { id: 'shop', kind: 'airbyte', executable: 'source-shop', schemaPath: './a.json' } as const;
  const { text, streams: told } = programDefinition({ ...input, configuration, streams });
  return { definition: parseDefinition(text, 'shop.yaml'), told, text };
}

/** One resource, and what is said of it. */
function resourceOf(more: Partial<FoundStream>) {
  const { definition, told, text } = written([{ ...orders, ...more }]);
  const [resource] = definition.resources;
  return { resource: resource ?? assert.fail('there is none'), notes: told[0]?.notes.join('; ') ?? '', text };
}

test('a stream with key, cursor and place is a resource that is read from there on', () => {
  const { resource, notes } = resourceOf({});
  const { id, stream, key, cursor, incremental, deletes, schema } = resource;
  assert.deepEqual([id, stream, key, cursor], ['orders', undefined, ['id'], 'updated_at']);
  assert.deepEqual([incremental?.bookmark, deletes, notes], [true, undefined, '']);
  assert.deepEqual(schema, orders.schema);
});

test('a key further down and one of several fields are taken over', () => {
  assert.deepEqual(resourceOf({ key: ['/meta/a~1b', 'id'] }).resource.key, ['/meta/a~1b', 'id']);
});

test('a stream without a key, or with one that its rows have not, is known by what is in its rows', () => {
  for (const key of [[], ['number'], ['/details/id']]) {
    const { resource, notes, text } = resourceOf({ key });
    assert.deepEqual([resource.key, resource.contentField], [['_row'], '_row']);
    assert.match(notes, /it names no key: .*SHA-256/);
    assert.match(text, /^ {2}# orders: it names no key/m);
    assert.ok('_row' in ((resource.schema as JsonObject).properties as JsonObject));
  }
});

test('a stream without a place is read whole, and that is said; a cursor that its rows have not is none', () => {
  const { resource, notes } = resourceOf({ incremental: false, cursor: 'changed' });
  assert.equal(resource.incremental, undefined);
  assert.equal(resource.cursor, undefined);
  assert.match(notes, /it keeps no place: all rows are read each time/);
});

test('the mark of a deleted row makes a tombstone, of taps and of sources', () => {
  for (const field of ['_sdc_deleted_at', '_ab_cdc_deleted_at']) {
    const schema = { properties: { id: {}, updated_at: {}, [field]: {} } };
    assert.deepEqual(resourceOf({ schema }).resource.deletes, { kind: 'tombstone', field });
  }
});

test('a schema that says no fields or cannot be used is learned from the rows', () => {
  for (const schema of [
    {},
    { type: 'object', properties: {} },
    { properties: { id: { type: 'nonsense' } } },
    { properties: { id: { $ref: '#/nowhere' } } },
  ]) {
    const { resource, notes } = resourceOf({ schema: schema as JsonObject, cursor: null });
    assert.equal(resource.schema, 'infer');
    assert.match(notes, /it is learned from the rows/);
  }
});

test('a newer dialect is read as ours: the part that programs use is the same', () => {
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  const { resource } = resourceOf({ schema: { $schema, ...orders.schema } });
  assert.deepEqual(resource.schema, orders.schema);
  const { definition } = written([orders], {
    $schema,
    type: 'object',
    properties: { shop: { type: 'string' } },
  });
  assert.equal(configurationSchema(definition)?.$schema, undefined);
});

test('a part of a form that cannot be checked is taken as it is given; secrets stay secrets', () => {
  const broken = { type: 'string', title: 'Key', airbyte_secret: true, pattern: '(?i)[' };
  const { definition } = written([orders], {
    type: 'object',
    properties: { key: broken, shop: { maxLength: 9 } },
  });
  const { properties } = configurationSchema(definition) as { properties: JsonObject };
  assert.deepEqual(properties.key, { type: 'string', title: 'Key', airbyte_secret: true });
  assert.deepEqual(properties.shop, { maxLength: 9 });
});

test('a name that every object knows is no field of a schema that does not list it', () => {
  for (const name of ['valueOf', 'constructor', '__proto__']) {
    const { resource } = resourceOf({ key: [name], cursor: name });
    assert.deepEqual([resource.contentField, resource.cursor], ['_row', undefined], name);
  }
});

test('schemas that are too long for a file are learned from the rows', () => {
  const properties = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, n) => [`field_${n}`, { description: 'x'.repeat(300) }]),
  );
  const wide = { ...orders, key: ['field_1'], cursor: null, schema: { properties } };
  const { definition, told } = written([wide, { ...wide, id: 'second' }]);
  assert.deepEqual(
    definition.resources.map(({ schema }) => schema),
    ['infer', 'infer'],
  );
  assert.match(told[1]?.notes.join() ?? '', /too long for a file/);
});

test('an example of a configuration says its types and its secrets, and none of its values', () => {
  const example = {
    ...{ user: 'value-1', password: 'value-2', pages: 3, rate: 0.5, isLive: true, shops: ['value-3'] },
    ...{ nested: { api_key: 'value-4' }, nothing: null },
  };
  const schema = schemaByExample(example);
  assert.doesNotMatch(JSON.stringify(schema), /value-/);
  const { properties } = schema as unknown as { properties: Record<string, JsonObject> };
  assert.deepEqual(
    Object.entries(properties).map(([name, { type, writeOnly = false }]) => [name, type, writeOnly]),
    [
      ['user', 'string', false],
      ['password', 'string', true],
      ['pages', 'integer', false],
      ['rate', 'number', false],
      ['isLive', 'boolean', false],
      ['shops', 'array', false],
      ['nested', 'object', false],
      ['nothing', 'string', false],
    ],
  );
  assert.deepEqual(properties.nested?.properties, { api_key: { type: 'string', writeOnly: true } });
  written([orders], schema);
});

test('whatever streams are called and whatever they say, a definition is written, each with an id of its own', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom('a', 'A', 'a ', 'null', '1', '#'),
  );
  const stream = fc.record({
    id: name,
    schema: fc.constantFrom<JsonObject>({}, orders.schema, { properties: { '': {}, 'a: b': {}, '#': {} } }),
    key: fc.array(fc.oneof(name, fc.constantFrom('id', '/meta/id')), { maxLength: 2 }),
    cursor: fc.option(name),
    incremental: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(stream, { minLength: 1, maxLength: 4 }), (streams) => {
      const named = streams.filter(({ id }) => id !== '');
      if (named.length === 0) return;
      const { definition, told } = written(streams);
      const { resources } = definition;
      assert.equal(new Set(resources.map(({ id }) => id)).size, named.length);
      assert.deepEqual(
        resources.map(({ id, stream: own }) => own ?? id),
        named.map(({ id }) => id),
      );
      assert.deepEqual(
        told.map(({ resource }) => resource),
        resources.map(({ id }) => id),
      );
    }),
    { numRuns: 40 },
  );
});
