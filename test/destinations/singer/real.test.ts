import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { singer } from '../../../destinations/singer/index.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { parseSettings } from '../../../platform/settings.ts';
import { deliver, put, remove, type Scene, testContext } from '../scene.ts';

/** Path of a published target that is configured as target-jsonl is; docs/destinations.md names one. */
const program = process.env.TRIBUTARY_TEST_SINGER_TARGET;
const skip =
  program === undefined
    ? 'NO REAL SINGER TARGET WAS TRIED: set TRIBUTARY_TEST_SINGER_TARGET to the path of target-jsonl'
    : false;

const target = {
  ...{ syncId: 's', object: 'orders', keyField: 'id' },
  fields: [
    { name: 'id', type: 'text' },
    { name: 'total', type: 'number' },
    { name: 'count', type: 'integer' },
    { name: 'day', type: 'date' },
    { name: 'at', type: 'datetime' },
    { name: 'paid', type: 'boolean' },
    { name: 'more', type: 'json' },
  ],
} as const;

const full = {
  ...{ total: 0.1 + 0.2, count: 7, day: '2026-01-02', at: '2026-01-02T03:04:05.000Z', paid: true },
  more: { list: [1, 'ü\n'] },
};
const empty = { total: null, count: null, day: null, at: null, paid: null, more: null };

function sceneOf(configuration: JsonObject): Pick<Scene, 'driver' | 'settings' | 'context'> {
  const { destinations } = parseSettings({ TRIBUTARY_SINGER_TARGETS: `real=${program}` });
  return {
    driver: singer as Scene['driver'],
    settings: { configuration: { target: 'real', configuration }, secret: null },
    context: { ...testContext, allow: destinations },
  };
}

test('a published target takes every type, nulls and deletes, and gives back the states', {
  skip,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-test-real-target-'));
  try {
    const scene = sceneOf({ destination_path: folder, do_timestamp_file: false }) as Scene;
    const many = Array.from({ length: 1_000 }, (_, n) => put('insert', `k${n}`, { ...full, count: n }));
    const writes = [[put('insert', 'a', full), put('insert', 'b', empty)], [remove('a')], many];
    const outcomes = await deliver(scene, target, writes);
    assert.deepEqual(
      [outcomes.length, outcomes.every(({ outcome }) => outcome === 'delivered')],
      [1_003, true],
    );
    const [file = ''] = await readdir(folder);
    const rows = (await readFile(join(folder, file), 'utf8')).trim().split('\n');
    const [first, second, third, ...rest] = rows.map((row) => JSON.parse(row) as JsonObject);
    assert.deepEqual(first, { id: 'a', ...full, _sdc_deleted_at: null });
    assert.deepEqual(second, { id: 'b', ...empty, _sdc_deleted_at: null });
    assert.deepEqual([third?.id, typeof third?._sdc_deleted_at], ['a', 'string']);
    assert.deepEqual(
      rest.map(({ id }) => id),
      many.map(({ key }) => key),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('one that is not told where to write loses no row silently', { skip }, async () => {
  const failure = deliver(sceneOf({}) as Scene, target, [[put('insert', 'a', full)]]);
  await assert.rejects(failure, { code: 'DESTINATION_BAD_ANSWER', message: /absolute path/ });
});

test('one that dies is told with its last words', { skip }, async () => {
  const scene = sceneOf({ destination_path: '/proc/no-such-folder' }) as Scene;
  const failure = deliver(scene, target, [[put('insert', 'a', full)]]);
  await assert.rejects(failure, {
    code: 'DESTINATION_UNREACHABLE',
    message: /ended with code 1.*no-such-folder/s,
  });
});
