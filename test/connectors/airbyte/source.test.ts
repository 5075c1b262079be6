import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkAirbyte, discoverAirbyte, specAirbyte } from '../../../connectors/airbyte/source.ts';
import type { ReadRequest } from '../../../connectors/source.ts';
import { isUnreadable } from '../../../connectors/unreadable.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import type { ProgramResource } from '../program/definition.ts';
import { optionsOf, readProgram, type Script, scriptedProgram } from '../program/scene.ts';
import { catalogOf, failed, record, sourceDefinition, state, status, streamOf } from './scene.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
});
after(() => rm(folder, { recursive: true }));

interface Told extends Omit<Script, 'read'> {
  readonly resource?: ProgramResource;
  readonly request?: Partial<ReadRequest>;
  readonly token?: string;
}

/** What a source that prints these lines gives, and the catalog and state that it was given. */
async function tell(read: readonly JsonValue[], { resource, request, token = 't0', ...script }: Told = {}) {
  const own = await mkdtemp(join(folder, 'source-'));
  const command = await scriptedProgram(own, { discover: [catalogOf(streamOf())], ...script, read });
  const given = await readProgram(sourceDefinition(resource), command, { token }, request);
  const seen = async (name: string) => readFile(join(own, `seen-${name}`), 'utf8').catch(() => null);
  const catalog = JSON.parse((await seen('catalog')) ?? 'null');
  return { ...given, startedAt: await seen('state'), configured: catalog?.streams?.[0] as JsonObject };
}

const incremental = { incremental: true };
const bookmarkAt = (updated_at: string, count?: number): string =>
  JSON.stringify(state(updated_at, count).state);

test('rows come as they are; lines that are no messages and logs go to people, without secrets', async () => {
  const rows = [
    { id: 1, address: { city: 'Bonn', lines: ['a', { b: null }] }, tags: [] },
    { id: 2, note: 'ü\u2028"', _ab_cdc_deleted_at: null },
  ];
  const lines = [
    'Picked up JAVA_OPTS with secret-of-mine',
    '{"not":"a message"}',
    { type: 'LOG', log: { level: 'INFO', message: 'token secret-of-mine' } },
    { type: 'LOG', log: { level: 'DEBUG', message: 'quiet' } },
    { type: 'TRACE', trace: { type: 'ESTIMATE', estimate: { name: 'orders', type: 'STREAM' } } },
    { type: 'TOMORROW' },
    ...rows.map((row) => record(row)),
  ];
  const read = await tell(lines, { token: 'secret-of-mine', words: 'to stderr\n' });
  assert.deepEqual(read.rows, rows);
  assert.equal(read.error, undefined);
  assert.equal(read.pages.at(-1)?.next, null);
  assert.equal(read.bookmark, undefined);
  const said = read.said.join('|');
  assert.match(said, /Picked up JAVA_OPTS with \[redacted\].*not.*INFO: token \[redacted\]/);
  assert.match(said, /to stderr/);
  assert.doesNotMatch(said, /quiet|secret-of-mine/);
});

test('one stream is selected; incremental only where both the definition and the stream say so', async () => {
  const { configured: whole } = await tell([]);
  const { stream, ...selected } = whole;
  assert.deepEqual(stream, streamOf());
  const key = { primary_key: [['id']], destination_sync_mode: 'append_dedup', cursor_field: ['updated_at'] };
  assert.deepEqual(selected, { sync_mode: 'full_refresh', ...key });
  const changes = await tell([], { resource: incremental });
  assert.equal(changes.configured.sync_mode, 'incremental');
  const cannot = [catalogOf(streamOf({ supported_sync_modes: ['full_refresh'] }))];
  const read = await tell([record({ id: 1 }), state('a')], { resource: incremental, discover: cannot });
  assert.deepEqual([read.configured.sync_mode, read.bookmark], ['full_refresh', undefined]);
  assert.match(read.said.join(), /gives all rows of "orders" each time/);
});

test('a state is the bookmark of the rows before it, and goes back as it came', async () => {
  const big = `{"type":"STREAM","stream":{"stream_descriptor":{"name":"orders"},"stream_state":{"lsn":92233720368547758079}}}`;
  const lines = [record({ id: 1 }), `{"type":"STATE","state":${big}}`, record({ id: 2 }), state('b', 1)];
  const read = await tell([...lines, record({ id: 3 })], { resource: incremental });
  assert.deepEqual(
    read.pages.map(({ rows, bookmark }) => [rows.map((row) => (row as JsonObject).id), bookmark]),
    [
      [[], undefined],
      [[1], big],
      [[2], bookmarkAt('b', 1)],
      [[3], bookmarkAt('b', 1)],
    ],
  );
  const next = await tell([], { resource: incremental, request: { since: big } });
  assert.equal(next.startedAt, `[${big}]`);
  // A read that goes on starts at the place of the page before it, and has no rows to pass over.
  const from = read.pages[2]?.next ?? null;
  const again = await tell([record({ id: 3 })], { resource: incremental, request: { since: big, from } });
  assert.equal(again.startedAt, `[${bookmarkAt('b', 1)}]`);
  assert.deepEqual(again.pages[0]?.rows, []);
  const old = await tell([], { resource: incremental, request: { since: '{"data":{"orders":7}}' } });
  assert.equal(old.startedAt, '{"orders":7}');
  const none = await tell([], { resource: incremental, request: { since: '2024-01-01' } });
  assert.equal(none.startedAt, null);
});

test('a state of another stream, an empty one and the end of a read of all rows are no places', async () => {
  const end = { __ab_full_refresh_sync_complete: true };
  const stream = { stream_descriptor: { name: 'orders' } };
  const lines = [
    record({ id: 1 }),
    state('z', 7, 'customers'),
    { type: 'STATE', state: { type: 'STREAM', stream: { ...stream, stream_state: {} } } },
    { type: 'STATE', state: { type: 'STREAM', stream: { ...stream, stream_state: end } } },
  ];
  const read = await tell(lines, { resource: incremental });
  assert.deepEqual([read.error, read.bookmark, read.rows.length], [undefined, undefined, 1]);
  assert.match(read.said.join('|'), /state that is not of "orders".*no place to go on from/);
});

test('a global state is of all streams; without incremental a place serves this read only', async () => {
  const global = { type: 'GLOBAL', global: { shared_state: { lsn: 5 }, stream_states: [] } };
  const read = await tell([record({ id: 1 }), { type: 'STATE', state: global }], { resource: incremental });
  assert.equal(read.bookmark, JSON.stringify(global));
  const discover = [catalogOf(streamOf({ is_resumable: true }))];
  const whole = await tell([record({ id: 1 }), state('a'), record({ id: 2 })], { discover });
  assert.equal(whole.bookmark, undefined);
  const from = whole.pages[1]?.next ?? null;
  assert.equal((await tell([], { discover, request: { from } })).startedAt, `[${bookmarkAt('a')}]`);
  const not = await tell([record({ id: 1 }), state('a')]);
  assert.equal((await tell([], { request: { from: not.pages[0]?.next ?? null } })).startedAt, null);
});

test('a source that counted other rows than came fails with both numbers; the place does not move past them', async () => {
  const lines = [record({ id: 1 }), state('a', 1), record({ id: 2 }), state('b', 2), record({ id: 3 })];
  const read = await tell(lines, { resource: incremental });
  assert.equal(read.error?.code, 'SOURCE_PROGRAM_FAILED');
  assert.match(read.error?.message ?? '', /gave 2 rows before line 4, but 1 came/);
  assert.deepEqual([read.rows, read.bookmark], [[{ id: 1 }, { id: 2 }], bookmarkAt('a', 1)]);
  // It is tried again, but not for ever where no place moves.
  const from = { read: 'r', bookmark: null, fruitless: 4 };
  const last = await tell([record({ id: 1 }), state('a', 2)], { resource: incremental, request: { from } });
  assert.equal(last.error?.code, 'ATTEMPTS_EXHAUSTED');
});

test('rows that cannot be read go to quarantine and count; rows of other streams are left out', async () => {
  const lines = [
    '{"type":"RECORD","record":{"stream":"orders","data":{"id":NaN}}}',
    { type: 'RECORD', record: { stream: 'orders', data: 7 } },
    record({ id: 1 }, { stream: 'customers' }),
    record({ id: 2 }),
    state('a', 3),
  ];
  const read = await tell(lines, { resource: incremental });
  assert.equal(read.error, undefined);
  assert.deepEqual(read.rows.map(isUnreadable), [true, true, false]);
  assert.equal((read.rows[0] as JsonObject).place, 'line 1');
  assert.match(read.said.join(), /rows of "customers" though only "orders"/);
});

test('an error of the source ends the read in its words, after the rows before it', async () => {
  const summary = failed('the following streams did not sync: orders', 'config_error');
  const cases: readonly [JsonObject, string, boolean][] = [
    [failed('wrong key secret-of-mine', 'config_error'), 'SOURCE_CONFIGURATION_REFUSED', false],
    [failed('try later', 'transient_error', 'orders'), 'SOURCE_PROGRAM_FAILED', true],
    [failed('a bug', 'system_error', 'orders'), 'SOURCE_PROGRAM_FAILED', true],
    [failed('a bug'), 'SOURCE_PROGRAM_FAILED', true],
  ];
  for (const [error, code, retryable] of cases) {
    const lines = [record({ id: 1 }), error, status('INCOMPLETE'), summary];
    const read = await tell(lines, { codes: { read: 1 }, token: 'secret-of-mine' });
    assert.deepEqual([read.error?.code, read.error?.retryable, read.rows.length], [code, retryable, 1]);
    assert.match(read.error?.message ?? '', /^The source says: (wrong key \[redacted\]|try later|a bug)$/);
  }
});

test('a source that ended without an error of its own is judged by its end', async () => {
  const incomplete = await tell([status('STARTED'), record({ id: 1 }), status('INCOMPLETE')]);
  assert.equal(incomplete.error?.code, 'SOURCE_PROGRAM_FAILED');
  assert.match(incomplete.error?.message ?? '', /"orders".*INCOMPLETE, not COMPLETE/);
  const open = await tell([status('STARTED'), record({ id: 1 })]);
  assert.match(open.error?.message ?? '', /STARTED, not COMPLETE/);
  const crashed = await tell([record({ id: 1 })], { codes: { read: 3 }, words: 'out of memory\n' });
  assert.equal(crashed.error?.code, 'SOURCE_PROGRAM_FAILED');
  assert.match(crashed.error?.message ?? '', /out of memory/);
  assert.equal((await tell([status('STARTED'), status('COMPLETE')])).error, undefined);
  const silent = await tell([record({ id: 1 })], { ends: { read: 'hangs' }, resource: { quietSecs: 1 } });
  assert.deepEqual([silent.error?.code, silent.rows.length], ['SOURCE_PROGRAM_SILENT', 1]);
});

test('pages close at 1,000 rows and at a megabyte', async () => {
  const small = await tell(Array.from({ length: 2_500 }, (_, id) => record({ id })));
  assert.deepEqual(
    small.pages.map(({ rows }) => rows.length),
    [0, 1_000, 1_000, 500],
  );
  const text = 'x'.repeat(400_000);
  const large = await tell([1, 2, 3, 4].map((id) => record({ id, text })));
  assert.deepEqual(
    large.pages.map(({ rows }) => rows.length),
    [0, 3, 1],
  );
});

test('a configuration that the source changes is kept, and what is secret in it is not shown', async () => {
  const control = (token: string): JsonObject => ({
    type: 'CONTROL',
    control: { type: 'CONNECTOR_CONFIG', emitted_at: 1, connectorConfig: { config: { token } } },
  });
  const lines = [control('rotated-secret'), 'now rotated-secret', record({ id: 1 })];
  const read = await tell(lines, { discover: [control('first-secret'), catalogOf(streamOf())] });
  assert.deepEqual(read.kept, [{ token: 'first-secret' }, { token: 'rotated-secret' }]);
  assert.match(read.said.join(), /now \[redacted\]/);
});

/** A scripted source, its definition and options. */
async function scripted(script: Script) {
  const own = await mkdtemp(join(folder, 'source-'));
  const command = await scriptedProgram(own, script);
  const { signal } = new AbortController();
  const definition = sourceDefinition();
  const { options } = optionsOf(definition, command, { token: 'secret-of-mine' });
  const check = () => checkAirbyte(definition, { baseUrl: null }, { ...options, signal });
  return { command, signal, check };
}

test('a check says yes, or no in the words of the source', async () => {
  const statusOf = (connectionStatus: JsonObject): JsonObject => ({
    type: 'CONNECTION_STATUS',
    connectionStatus,
  });
  await (await scripted({ check: [statusOf({ status: 'SUCCEEDED' })] })).check();
  const refused = await scripted({
    check: [statusOf({ status: 'FAILED', message: 'secret-of-mine is unknown' })],
    codes: { check: 1 },
  });
  await assert.rejects(refused.check(), {
    code: 'SOURCE_CONFIGURATION_REFUSED',
    message: 'The source says: [redacted] is unknown',
  });
  const config = await scripted({ check: [failed('no such host', 'config_error')], codes: { check: 1 } });
  await assert.rejects(config.check(), { code: 'SOURCE_CONFIGURATION_REFUSED', message: /no such host/ });
  const away = await scripted({ check: [failed('away', 'transient_error')], codes: { check: 1 } });
  await assert.rejects(away.check(), { code: 'SOURCE_PROGRAM_FAILED', message: /away/ });
  await assert.rejects((await scripted({ check: ['Usage: source check'] })).check(), {
    code: 'SOURCE_PROGRAM_GARBAGE',
    message: /no CONNECTION_STATUS .* it said: Usage: source check/,
  });
});

test('a specification or catalog that cannot be read is a clear reason', async () => {
  const broken = await scripted({ spec: ['{"type":"SPEC","spec":{"connectionSpecification":'] });
  await assert.rejects(specAirbyte(broken.command, broken.signal), {
    code: 'SOURCE_PROGRAM_GARBAGE',
    message: /gave no SPEC when asked for "spec"; it said: \{"type":"SPEC"/,
  });
  const empty = await scripted({ spec: [{ type: 'SPEC', spec: {} }] });
  await assert.rejects(specAirbyte(empty.command, empty.signal), { message: /no connectionSpecification/ });
  const read = await tell([], { discover: [catalogOf()] });
  assert.equal(read.error?.code, 'SOURCE_RESOURCE_NOT_FOUND');
  assert.match(read.error?.message ?? '', /no stream "orders"; it has none/);
  const unnamed = await tell([], { discover: [{ type: 'CATALOG', catalog: { streams: [{}] } }] });
  assert.equal(unnamed.error?.code, 'SOURCE_PROGRAM_GARBAGE');
});

test('streams are told apart by their namespace', async () => {
  const both = ['public', 'archive'].map((namespace) => streamOf({ namespace }));
  const { command, signal } = await scripted({ discover: [catalogOf(...both)] });
  const found = await discoverAirbyte(command, {}, signal);
  assert.deepEqual(
    found.map(({ id, key, cursor, incremental: places }) => [id, key, cursor, places]),
    [
      ['public.orders', ['id'], 'updated_at', true],
      ['archive.orders', ['id'], 'updated_at', true],
    ],
  );
  const discover = [catalogOf(...both)];
  const lines = [record({ id: 1 }, { namespace: 'archive' }), record({ id: 2 }, { namespace: 'public' })];
  assert.deepEqual((await tell(lines, { discover, resource: { stream: 'public.orders' } })).rows, [
    { id: 2 },
  ]);
  const vague = await tell(lines, { discover });
  assert.match(vague.error?.message ?? '', /several streams "orders": name one of public.orders, archive/);
});

test('a key further down is a pointer, and one that the source does not name is ours', async () => {
  const deep = catalogOf(streamOf({ source_defined_primary_key: [['meta', 'a/b'], ['id']] }));
  const { command, signal } = await scripted({ discover: [deep] });
  assert.deepEqual((await discoverAirbyte(command, {}, signal))[0]?.key, ['/meta/a~1b', 'id']);
  const keyless = [catalogOf(streamOf({ source_defined_primary_key: [] }))];
  const read = await tell([], { discover: keyless, resource: { key: ['/meta/a~1b'] } });
  assert.deepEqual(read.configured.primary_key, [['meta', 'a/b']]);
});
