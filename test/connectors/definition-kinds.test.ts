import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { kindSkeleton, otherKinds } from '../../client/cli/connector/kind-skeleton.ts';
import { programDefinition, schemaByExample } from '../../client/cli/connector/program-definition.ts';
import { parseDefinition } from '../../connectors/definition.ts';
import { restOf } from '../../connectors/rest-definition.ts';
import { isUnreadable, unreadableRow } from '../../connectors/unreadable.ts';
import { faultsOf } from './definition-support.ts';

type Json = Record<string, unknown>;

const auth = {
  kind: 'configuration',
  schema: { type: 'object', required: ['location'], properties: { location: { type: 'string' } } },
};
const rows = { id: 'rows', name: 'Rows', key: ['id'], schema: 'infer' };
const head = { version: 1, id: 'source', name: 'Source', auth };
const file = { pattern: 'rows-*.csv', format: 'csv' };
const kinds: Readonly<Record<string, Json>> = {
  file: { ...head, kind: 'file', resources: [{ ...rows, file }] },
  singer: { ...head, kind: 'singer', program: { executable: 'tap-shop' }, resources: [rows] },
  airbyte: { ...head, kind: 'airbyte', program: { executable: 'source-shop' }, resources: [rows] },
  rest: {
    ...head,
    auth: { kind: 'bearer' },
    identity: { path: '/me', account: '/id' },
    resources: [{ ...rows, path: '/rows', recordsPath: '' }],
  },
};

test('each kind has a definition of its own, and only one that is asked over HTTP is rest', () => {
  for (const [kind, definition] of Object.entries(kinds)) {
    const parsed = parseDefinition(stringify(definition), 'app.yaml');
    assert.equal(parsed.kind, kind);
    if (kind === 'rest') assert.equal(restOf(parsed).identity.path, '/me');
    else assert.throws(() => restOf(parsed), { code: 'DEFINITION_INVALID' });
  }
});

test('what a kind must have, and what it has no use for, is told with its line and an example', () => {
  const resource = (kind: string, change: Json): Json => {
    const [only] = (kinds[kind]?.resources ?? []) as Json[];
    return { ...kinds[kind], resources: [{ ...only, ...change }] };
  };
  const cases: readonly [Json, path: string, expected: RegExp][] = [
    [{ ...kinds.file, auth: { kind: 'bearer' } }, 'auth', /kind configuration in a connector of kind file/],
    [{ ...kinds.rest, auth }, 'auth.kind', /oauth2, clientCredentials/],
    [{ ...kinds.rest, identity: undefined }, 'identity', /a request that says whose data/],
    [{ ...kinds.rest, identity: { account: '/id' } }, 'identity.path', /path in a connector of kind rest/],
    [{ ...kinds.file, identity: { path: '/me', account: '/id' } }, 'identity.path', /only account/],
    [{ ...kinds.file, identity: {} }, 'identity', /account, a pointer/],
    [{ ...kinds.singer, program: undefined }, 'program', /the program that is run/],
    [{ ...kinds.singer, program: { executable: '/bin/sh' } }, 'program.executable', /no path/],
    [{ ...kinds.file, program: { executable: 'x' } }, 'program', /only singer and airbyte/],
    [{ ...kinds.file, baseUrl: 'https://a.example' }, 'baseUrl', /asked over HTTP/],
    [{ ...kinds.file, headers: { 'X-A': '1' } }, 'headers', /asked over HTTP/],
    [{ ...kinds.file, rateLimit: { requestsPerSecond: 1 } }, 'rateLimit.requestsPerSecond', /HTTP/],
    [
      { ...kinds.file, parameters: { type: 'object', properties: { a: { type: 'string' } } } },
      'parameters',
      /the configuration says all of it/,
    ],
    [
      { ...kinds.file, auth: { ...auth, schema: { type: 'array' } } },
      'auth.schema.type',
      /object: the configuration is one/,
    ],
    [resource('file', { file: undefined }), 'resources.0.file', /which files these are/],
    [resource('file', { stream: 'a' }), 'resources.0.stream', /no stream/],
    [resource('singer', { file }), 'resources.0.file', /no files/],
    [resource('singer', { path: '/a' }), 'resources.0.path', /asked over HTTP/],
    [resource('singer', { incremental: { param: 'since' } }), 'resources.0.incremental', /bookmark: true/],
    [
      resource('singer', { incremental: { bookmark: true, lookback: '1d' } }),
      'resources.0.incremental.lookback',
      /bookmark alone/,
    ],
    [resource('singer', { contentField: '_row' }), 'resources.0.contentField', /a field of the key/],
    [resource('rest', { path: undefined }), 'resources.0.path', /path in a connector of kind rest/],
    [resource('rest', { recordsPath: undefined }), 'resources.0.recordsPath', /recordsPath/],
    [resource('rest', { stream: 'a' }), 'resources.0.stream', /no "stream"/],
    [
      resource('rest', { cursor: 'at', incremental: { bookmark: true } }),
      'resources.0.incremental.bookmark',
      /no bookmark/,
    ],
    [
      resource('rest', { cursor: 'at', incremental: {} }),
      'resources.0.incremental.param',
      /takes the cursor/,
    ],
  ];
  for (const [definition, path, expected] of cases) {
    const { faults } = faultsOf(stringify(definition));
    const fault = faults.find((one) => one.path === path);
    assert.ok(fault, `${path}: ${JSON.stringify(faults)}`);
    assert.match(fault.expected, expected);
    assert.ok(fault.line > 0 && fault.example !== '');
  }
});

test('what `connector new` writes for a kind is a definition', () => {
  for (const kind of otherKinds) {
    const text = kindSkeleton({ kind, id: 'shop', resources: ['orders', 'visits'], schemaPath: './a.json' });
    assert.equal(parseDefinition(text, 'shop.yaml').kind, kind);
  }
});

test('streams of a program become resources: odd names, no key, no fields, more than fits', () => {
  const schema = { type: 'object', properties: { id: { type: 'integer' }, at: { type: 'string' } } };
  const stream = { schema, key: ['id'], cursor: 'at', incremental: true };
  const { text, streams } = programDefinition({
    ...{ id: 'shop', kind: 'singer', executable: 'tap-shop', schemaPath: './a.json' },
    configuration: schemaByExample({ api_key: 'k', page: 1, nested: { token: 't' } }),
    streams: [
      { id: 'Public.Orders', ...stream },
      { id: 'public/orders', ...stream, key: [], cursor: null, incremental: false },
      { id: '', ...stream },
      { id: '---', ...stream, key: ['gone'], schema: {} },
      { id: 'broken', ...stream, schema: { properties: { id: { type: 'nonsense' } } } },
      { id: 'soft', ...stream, schema: { properties: { id: {}, _sdc_deleted_at: {} } }, cursor: null },
    ],
  });
  const { resources, auth: written } = parseDefinition(text, 'shop.yaml');
  assert.deepEqual(
    resources.map(({ id, stream: name }) => [id, name]),
    [
      ['public-orders', 'Public.Orders'],
      ['public-orders-2', 'public/orders'],
      ['stream', '---'],
      ['broken', undefined],
      ['soft', undefined],
    ],
  );
  assert.deepEqual([resources[1]?.key, resources[1]?.contentField], [['_row'], '_row']);
  assert.deepEqual([resources[2]?.schema, resources[3]?.schema], ['infer', 'infer']);
  assert.deepEqual(resources[4]?.deletes, { kind: 'tombstone', field: '_sdc_deleted_at' });
  assert.ok(streams[1]?.notes.some((note) => note.includes('SHA-256')));
  const { properties } = (written as unknown as { schema: { properties: Record<string, Json> } }).schema;
  assert.equal(properties.api_key?.writeOnly, true);
  assert.equal(properties.page?.writeOnly, undefined);
});

test('a row that could not be read is told from one that only looks alike', () => {
  const row = unreadableRow({ place: 'a.csv line 2', why: 'ragged', text: 'x'.repeat(70_000) });
  assert.ok(isUnreadable(row));
  assert.equal(row.text.length, 65_536);
  for (const other of [
    null,
    1,
    [],
    {},
    { $unreadable: true },
    { $unreadable: 'true', place: '', why: '', text: '' },
  ])
    assert.equal(isUnreadable(other), false);
});
