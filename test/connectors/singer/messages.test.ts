import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { namesOf, parseCatalog, select, streamOf } from '../../../connectors/singer/catalog.ts';
import { parseLine } from '../../../connectors/singer/messages.ts';
import { bookmarkOf } from '../../../connectors/singer/state.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';

const names = ['orders', 'public-orders'];

test('a state is a bookmark only when it names a place that can be resumed from', () => {
  const bookmarks: JsonObject[] = [
    { bookmarks: { orders: { updated_at: '2024-01-01' } } },
    { bookmarks: { 'public-orders': { replication_key_value: 3 }, other: { progress_markers: {} } } },
    { bookmarks: { orders: { version: 1, id: 0 } }, currently_syncing: 'orders' },
    { orders: '2024-01-01' },
    { start: 7 },
  ];
  for (const state of bookmarks) assert.equal(bookmarkOf(state, names), JSON.stringify(state));
  const none: JsonValue[] = [
    null,
    'x',
    {},
    { bookmarks: {} },
    { bookmarks: { orders: {} } },
    { bookmarks: { orders: { starting_replication_value: null } } },
    { bookmarks: { other: { id: 3 } } },
    {
      bookmarks: {
        orders: {
          replication_key_value: 2,
          progress_markers: { Note: 'Progress is not resumable if interrupted.', replication_key_value: 5 },
        },
      },
    },
    { bookmarks: { orders: { partitions: [{ id: 1 }, { id: 2, progress_markers: {} }] } } },
  ];
  for (const state of none) assert.equal(bookmarkOf(state, names), null, JSON.stringify(state));
});

test('no line is too odd to be read', () => {
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record(
        {
          type: fc.constantFrom('SCHEMA', 'RECORD', 'STATE', 'ACTIVATE_VERSION', 'BATCH', 'x', 7),
          stream: fc.anything(),
          record: fc.anything(),
          value: fc.anything(),
          version: fc.anything(),
        },
        { requiredKeys: [] },
      )
      .map((message) => JSON.stringify(message, (_, value) => (typeof value === 'bigint' ? 0 : value))),
  );
  fc.assert(
    fc.property(line, (text) => {
      const parsed = parseLine(text);
      assert.ok('message' in parsed || parsed.why !== '');
    }),
  );
});

test('a row that is no JSON is still known as a row of its stream', () => {
  const parsed = parseLine('{"type": "RECORD", "stream": "orders", "record": {"total": NaN}}');
  assert.ok('unreadableRowOf' in parsed);
  assert.equal(parsed.unreadableRowOf, 'orders');
  assert.match(parsed.why, /^is no JSON \(/);
  assert.ok(!('unreadableRowOf' in parseLine('RECORD of "orders"')));
});

const field = (name: string, metadata: JsonObject): JsonObject => ({
  breadcrumb: ['properties', name],
  metadata,
});

const catalog = parseCatalog(
  JSON.stringify({
    streams: [
      {
        tap_stream_id: 'public-orders',
        stream: 'orders',
        schema: { type: 'object', properties: {} },
        metadata: [
          { breadcrumb: [], metadata: { 'valid-replication-keys': ['changed'], selected: false } },
          field('id', { inclusion: 'automatic', selected: false }),
          field('total', { inclusion: 'available' }),
          field('blob', { inclusion: 'unsupported' }),
          field('rare', { inclusion: 'available', 'selected-by-default': false }),
          field('asked', { inclusion: 'available', 'selected-by-default': false }),
        ],
      },
      { tap_stream_id: 'customers', schema: {}, selected: true },
    ],
  }),
);

test('the asked stream is selected with its fields, no other one, in both ways of saying it', () => {
  assert.ok(catalog);
  const left = select(catalog, {
    stream: 'orders',
    incremental: true,
    cursor: undefined,
    fields: new Set(['asked', 'blob']),
  }) as unknown as typeof catalog;
  const [orders, customers] = left.streams;
  assert.equal(orders?.selected, true);
  assert.deepEqual(orders?.schema, { type: 'object', properties: {}, selected: true });
  assert.equal(orders?.replication_method, 'INCREMENTAL');
  const [root, ...fields] = (orders?.metadata ?? []) as JsonObject[];
  assert.deepEqual(root?.metadata, {
    'valid-replication-keys': ['changed'],
    selected: true,
    'replication-method': 'INCREMENTAL',
    'replication-key': 'changed',
  });
  assert.deepEqual(
    fields.map(({ breadcrumb, metadata }) => [
      (breadcrumb as string[])[1],
      (metadata as JsonObject).selected,
    ]),
    [
      ['id', true],
      ['total', true],
      ['blob', false],
      ['rare', false],
      ['asked', true],
    ],
  );
  assert.equal(customers?.selected, false);
  assert.deepEqual(customers?.metadata, [{ breadcrumb: [], metadata: { selected: false } }]);
});

test('how a stream is read is what its tap says; only where it says nothing the definition does', () => {
  const methodOf = (stream: JsonObject, incremental: boolean) => {
    const one = parseCatalog(JSON.stringify({ streams: [{ tap_stream_id: 'orders', ...stream }] }));
    assert.ok(one);
    const choice = { stream: 'orders', incremental, cursor: 'updated_at', fields: new Set<string>() };
    const [left] = (select(one, choice) as unknown as typeof one).streams;
    return [left?.replication_method, left?.replication_key];
  };
  const forced = [{ breadcrumb: [], metadata: { 'forced-replication-method': 'FULL_TABLE' } }];
  assert.deepEqual(methodOf({}, true), ['INCREMENTAL', 'updated_at']);
  assert.deepEqual(methodOf({}, false), ['FULL_TABLE', undefined]);
  assert.deepEqual(methodOf({ metadata: forced }, true), ['FULL_TABLE', undefined]);
  assert.deepEqual(methodOf({ replication_method: 'INCREMENTAL', replication_key: 'seq' }, false), [
    'INCREMENTAL',
    'seq',
  ]);
});

test('a stream is found by its id before any other name, and what is no catalog is none', () => {
  assert.ok(catalog);
  assert.equal(streamOf(catalog, 'public-orders'), streamOf(catalog, 'orders'));
  assert.deepEqual(namesOf(catalog.streams[0] ?? {}), ['public-orders', 'orders']);
  assert.equal(streamOf(catalog, 'nothing'), undefined);
  for (const text of ['', 'x', '[]', '{}', '{"streams":[3]}', '{"streams":[{}]}'])
    assert.equal(parseCatalog(text), undefined);
});
