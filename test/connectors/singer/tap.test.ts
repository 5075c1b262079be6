import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkSource } from '../../../connectors/registry.ts';
import { discoverSinger } from '../../../connectors/singer/discover.ts';
import type { ReadRequest } from '../../../connectors/source.ts';
import { isUnreadable } from '../../../connectors/unreadable.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import type { ProgramResource } from '../program/definition.ts';
import { optionsOf, readProgram, type Script, scriptedProgram } from '../program/scene.ts';
import { bookmarkAt, catalog, record, schema, state, tableTap, tapDefinition } from './scene.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
});
after(() => rm(folder, { recursive: true }));

interface Told extends Omit<Script, 'read'> {
  readonly resource?: ProgramResource;
  readonly request?: Partial<ReadRequest>;
  readonly password?: string;
}

/** What a tap that prints these messages gives, and the state and streams that it was given. */
async function tell(read: readonly JsonValue[], { resource, request, password, ...script }: Told = {}) {
  const own = await mkdtemp(join(folder, 'tap-'));
  const command = await scriptedProgram(own, { discover: [catalog], ...script, read });
  const configuration = password === undefined ? {} : { password };
  const given = await readProgram(tapDefinition(resource), command, configuration, request);
  const seen = async (name: string) => {
    const text = await readFile(join(own, `seen-${name}`), 'utf8').catch(() => 'null');
    return JSON.parse(text);
  };
  return { ...given, startedAt: await seen('state'), streams: (await seen('catalog'))?.streams };
}

const incremental = { incremental: true };

test('rows come as they are, with what is nested in them; an empty state before any schema means nothing', async () => {
  const rows = [
    { id: 1, address: { city: 'Bonn', lines: ['a', { b: null }] }, tags: [] },
    { id: 2, note: 'ü\u2028"', total: 0.1 },
  ];
  const read = await tell([{ type: 'STATE', value: {} }, schema, ...rows.map((row) => record(row))]);
  assert.deepEqual(read.rows, rows);
  assert.equal(read.error, undefined);
  assert.equal(read.pages.at(-1)?.next, null);
  assert.equal(read.bookmark, undefined);
  assert.equal(read.replaces, false);
});

test('what tells of the run of a tap is left out of its rows; where a row is from, and that it is deleted, stays', async () => {
  const row = { id: 1, _sdc_source_file: 'a.csv', _sdc_deleted_at: null };
  const ofRun = { _sdc_extracted_at: 'x', _sdc_batched_at: 'x', _sdc_sequence: 1, _sdc_table_version: 2 };
  assert.deepEqual((await tell([schema, record({ ...row, ...ofRun })])).rows, [row]);
  const byRun = { key: ['_sdc_sequence'] };
  assert.deepEqual((await tell([schema, record({ ...row, ...ofRun })], { resource: byRun })).rows, [
    { ...row, _sdc_sequence: 1 },
  ]);
});

test('a bookmark is that of the last row before it; what a tap calls not resumable is none', async () => {
  const marked = {
    type: 'STATE',
    value: { bookmarks: { orders: { updated_at: 'b', progress_markers: { updated_at: 'c' } } } },
  };
  const messages = [schema, record({ id: 1 }), state('a'), record({ id: 2 }), marked, record({ id: 3 })];
  const read = await tell(messages, { resource: incremental });
  assert.deepEqual(
    read.pages.map(({ rows, bookmark }) => [rows.map((row) => (row as JsonObject).id), bookmark]),
    [
      [[], undefined],
      [[1], bookmarkAt('a')],
      [[2, 3], bookmarkAt('a')],
    ],
  );
  const tokens = read.pages.map(({ next }) => (next as JsonObject | null)?.bookmark);
  assert.deepEqual(tokens, [null, bookmarkAt('a'), undefined]);
});

test('a resource that does not keep its place has no bookmark, and its tap none to start at', async () => {
  const read = await tell([schema, record({ id: 1 }), state('a')], { request: { since: bookmarkAt('z') } });
  assert.deepEqual([read.bookmark, read.startedAt], [undefined, null]);
});

test('a read starts at the committed bookmark, and goes on at that of the page before it', async () => {
  const since = bookmarkAt('a');
  const messages = [schema, record({ id: 1 }), state('b')];
  const first = await tell(messages, { resource: incremental, request: { since } });
  assert.deepEqual(first.startedAt, JSON.parse(since));
  assert.deepEqual(
    first.streams.map(({ selected }: JsonObject) => selected),
    [true, false],
  );
  const from = first.pages[1]?.next ?? null;
  const again = await tell(messages, { resource: incremental, request: { since, from } });
  assert.deepEqual(again.startedAt, JSON.parse(bookmarkAt('b')));
  // Rows that were stored of the page that was cut are not known: the first page has none to pass over.
  assert.deepEqual(again.pages[0]?.rows, []);
  assert.deepEqual(again.rows, [{ id: 1 }]);
});

test('a place of another kind of source is no state: all is read', async () => {
  const read = await tell([schema], { resource: incremental, request: { since: '2024-01-01T00:00:00Z' } });
  assert.equal(read.startedAt, null);
});

test('pages close at 1,000 rows and at a megabyte', async () => {
  const small = await tell([schema, ...Array.from({ length: 2_500 }, (_, id) => record({ id }))]);
  assert.deepEqual(
    small.pages.map(({ rows }) => rows.length),
    [0, 1_000, 1_000, 500],
  );
  const text = 'x'.repeat(400_000);
  const large = await tell([schema, ...[1, 2, 3, 4].map((id) => record({ id, text }))]);
  assert.equal(small.error ?? large.error, undefined);
  assert.deepEqual(
    large.pages.map(({ rows }) => rows.length),
    [0, 3, 1],
  );
});

const activate = (version: number): JsonObject => ({ type: 'ACTIVATE_VERSION', stream: 'orders', version });

test('a version that was activated says that its rows are all that there is', async () => {
  const rows = [record({ id: 1 }, { version: 7 }), record({ id: 2 }, { version: 7 })];
  assert.equal((await tell([schema, ...rows, activate(7)])).replaces, true);
  assert.equal((await tell([activate(7), schema, ...rows])).replaces, true);
  assert.equal((await tell([schema, activate(7)])).replaces, true);
  // Only of all rows, not of what changed.
  const request = { since: bookmarkAt('a') };
  assert.equal(
    (await tell([schema, ...rows, activate(7)], { resource: incremental, request })).replaces,
    false,
  );
  assert.equal((await tell([schema, ...rows, activate(7)], { resource: incremental })).replaces, true);
  // Of a run that failed nothing is known.
  assert.equal((await tell([schema, ...rows, activate(7)], { codes: { read: 1 } })).replaces, false);
});

test('rows of a version that was replaced go to quarantine; rows of several versions remove nothing', async () => {
  const old = await tell([
    schema,
    record({ id: 1 }, { version: 7 }),
    activate(7),
    record({ id: 2 }, { version: 6 }),
  ]);
  assert.equal(old.replaces, true);
  const [, unread] = old.rows;
  assert.ok(unread !== undefined && isUnreadable(unread));
  assert.deepEqual(
    [unread.place, unread.why],
    ['line 4', 'is of version 6, which the tap had replaced by a newer one'],
  );
  const mixed = await tell([
    schema,
    record({ id: 1 }, { version: 6 }),
    record({ id: 2 }, { version: 7 }),
    activate(7),
  ]);
  assert.equal(mixed.replaces, false);
  assert.deepEqual(mixed.rows.length, 2);
  assert.match(mixed.said.join(), /several versions of "orders": none is removed/);
});

test('a row that is no JSON goes to quarantine with its line, the others are stored', async () => {
  const read = await tell([
    schema,
    record({ id: 1 }),
    '{"type":"RECORD","stream":"orders","record":{"a":NaN}}',
  ]);
  assert.equal(read.error, undefined);
  const unread = read.rows[1] as JsonValue;
  assert.ok(isUnreadable(unread));
  assert.equal(unread.place, 'line 3');
  assert.match(unread.text, /NaN/);
});

for (const [what, messages, why] of [
  ['garbage', [schema, record({ id: 1 }), 'all is well'], /Line 3 .* is no JSON.*all is well/],
  ['JSON that is no message', [schema, record({ id: 1 }), [1]], /Line 3 .* is no Singer message/],
  ['a row without a stream', [schema, record({ id: 1 }), { type: 'RECORD' }], /names no stream/],
  ['a row that is no object', [schema, record({ id: 1 }), record(null as never)], /record is no object/],
] as const)
  test(`${what} ends the read with its line, and the rows before it are kept`, async () => {
    const read = await tell(messages);
    assert.deepEqual(read.rows, [{ id: 1 }]);
    assert.equal(read.error?.code, 'SOURCE_PROGRAM_GARBAGE');
    assert.match(read.error?.message ?? '', why);
  });

test('a row before the schema of its stream is refused', async () => {
  const read = await tell([record({ id: 1 }), schema]);
  assert.equal(read.error?.code, 'SOURCE_PROGRAM_GARBAGE');
  assert.match(read.error?.message ?? '', /Line 1 .* before the SCHEMA of its stream/);
});

test('rows of other streams are left out, which is said once; unknown messages too', async () => {
  const other = { stream: 'customers' };
  const read = await tell([
    { ...schema, ...other },
    record({ id: 7 }, other),
    record({ id: 8 }, other),
    { type: 'CRUD' },
    schema,
    record({ id: 1 }),
  ]);
  assert.deepEqual(read.rows, [{ id: 1 }]);
  assert.deepEqual(read.said, [
    'The tap gave rows of "customers" though only "orders" was selected; they are left out.',
    'The tap gave a message of the unknown type "CRUD"; it is passed over.',
  ]);
});

test('rows in files are refused readably', async () => {
  const read = await tell([schema, { type: 'BATCH', stream: 'orders', manifest: [] }]);
  assert.equal(read.error?.code, 'SOURCE_CONFIGURATION_REFUSED');
  assert.match(read.error?.message ?? '', /batch_config/);
});

test('a tap that ends well without a state has given all, and that is said', async () => {
  const read = await tell([schema, record({ id: 1 })], { resource: incremental });
  assert.deepEqual([read.rows.length, read.error, read.bookmark], [1, undefined, undefined]);
  assert.match(read.said.join(), /no place to go on from \(STATE\) for "orders"/);
  assert.match((await tell([])).said.join(), /gave nothing of "orders", not even its SCHEMA/);
});

test('a tap that fails after its last row has failed with its last words; rows and bookmark are kept', async () => {
  const failing = { codes: { read: 1 }, words: 'could not say goodbye to s3cret\n', password: 's3cret' };
  const options = { ...failing, resource: incremental };
  const read = await tell([schema, record({ id: 1 }), state('a')], options);
  assert.deepEqual([read.rows.length, read.bookmark], [1, bookmarkAt('a')]);
  assert.equal(read.error?.code, 'SOURCE_PROGRAM_FAILED');
  assert.equal(
    read.error?.message,
    'The program ended with code 1. It said: could not say goodbye to [redacted]',
  );
  assert.deepEqual(read.said, ['could not say goodbye to [redacted]']);
});

test('a tap that fails again and again after the same place is given up at the fifth time', async () => {
  const codes: (string | undefined)[] = [];
  let from: JsonValue | undefined;
  for (let attempt = 0; attempt < 5; attempt++) {
    const request = from === undefined ? {} : { from };
    const read = await tell([schema, record({ id: 1 }), state('a')], {
      codes: { read: 1 },
      resource: incremental,
      request,
    });
    codes.push(read.error?.code);
    from = read.pages.at(-1)?.next as JsonValue;
  }
  assert.deepEqual(codes.slice(0, 4), Array(4).fill('SOURCE_PROGRAM_FAILED'));
  assert.equal(codes[4], 'ATTEMPTS_EXHAUSTED');
});

test('a stream that a tap does not have is told with those that it has', async () => {
  const read = await tell([], { resource: { stream: 'ordres' } });
  assert.equal(read.error?.code, 'SOURCE_RESOURCE_NOT_FOUND');
  assert.match(read.error?.message ?? '', /no stream "ordres"; it has orders, customers\./);
});

test('a program that is not on the allow list is not run', async () => {
  const definition = tapDefinition();
  const { options } = optionsOf(definition, [], {});
  const check = checkSource(
    definition,
    { baseUrl: null },
    {
      ...options,
      programs: { 'tap-other': ['/bin/true'] },
      signal: new AbortController().signal,
    },
  );
  await assert.rejects(check, { code: 'SOURCE_PROGRAM_NOT_ALLOWED', message: /"tap".*tap-other is/ });
});

test('the test of a configuration is a discovery: what the tap does not like is told in its words', async () => {
  const check = async (script: Script, resource: ProgramResource = {}) => {
    const definition = tapDefinition(resource);
    const command = await scriptedProgram(await mkdtemp(join(folder, 'tap-')), script);
    const { options } = optionsOf(definition, command, {});
    const { signal } = new AbortController();
    await checkSource(definition, { baseUrl: null }, { ...options, signal });
  };
  const discover = [catalog];
  await check({ discover });
  await assert.rejects(check({ discover, codes: { discover: 2 }, words: 'the password is wrong' }), {
    code: 'SOURCE_CONFIGURATION_REFUSED',
    message: /ended with code 2\. It said: the password is wrong/,
  });
  await assert.rejects(check({ discover: ['no catalog'] }), {
    code: 'SOURCE_PROGRAM_GARBAGE',
    message: /no catalog/,
  });
  await assert.rejects(check({ discover }, { stream: 'x' }), { code: 'SOURCE_RESOURCE_NOT_FOUND' });
});

test('of five hundred streams the one that is wanted is selected, and the others are not', async () => {
  const streams = Array.from({ length: 500 }, (_, i) => ({
    ...{ tap_stream_id: `s${i}`, stream: `s${i}`, key_properties: ['id'] },
    schema: { properties: Object.fromEntries(Array.from({ length: 40 }, (__, j) => [`f${j}`, {}])) },
  }));
  const of = (message: JsonObject) => ({ ...message, stream: 's499' });
  const read = await tell([of(schema), of(record({ id: 1 }))], {
    discover: [{ streams }],
    resource: { stream: 's499' },
  });
  assert.deepEqual([read.rows, read.error], [[{ id: 1 }], undefined]);
  const selected = read.streams.filter((one: JsonObject) => one.selected === true);
  assert.deepEqual([read.streams.length, selected.length, selected[0].stream], [500, 1, 's499']);
});

test('a discovery gives the streams with key and replication key', async () => {
  const { signal } = new AbortController();
  const table = await discoverSinger(tableTap, { file: 'x' }, signal);
  assert.deepEqual(
    table.map(({ id, key, replicationKey }) => [id, key, replicationKey]),
    [['orders', ['id'], 'updated_at']],
  );
  const [full] = await discoverSinger(tableTap, { file: 'x', full: true }, signal);
  assert.equal(full?.replicationKey, null);
});
