import assert from 'node:assert/strict';
import { appendFile, mkdtemp, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { JsonObject } from '../../domain/json.ts';
import { type PythonProgram, pythonProgram } from '../../tools/python-programs.ts';
import { tapDefinition } from '../connectors/singer/scene.ts';
import { configure, linesOf, recordsOf } from '../kill/killed-program.ts';
import { added, type RealScene } from './real-programs.ts';

/** A published tap, and a file that it reads. */
interface RealTap {
  readonly name: PythonProgram;
  readonly file: string;
  readonly configuration: (folder: string, file: string) => JsonObject;
  readonly text: (rows: readonly JsonObject[]) => string;
  /** A row as the tap gives it. */
  readonly given: (row: JsonObject) => JsonObject;
}

const rows: readonly JsonObject[] = Array.from({ length: 300 }, (_, id) => ({
  id,
  name: `n ${id}`,
  total: id / 4,
}));
const newRow: JsonObject = { id: 300, name: 'added', total: 1.5 };

const messagesOf = (some: readonly JsonObject[]): string =>
  linesOf([
    { type: 'STATE', value: {} },
    { type: 'SCHEMA', stream: 'orders', schema: { properties: {} }, key_properties: ['id'] },
    ...some.map((record) => ({ type: 'RECORD', stream: 'orders', record })),
    { type: 'STATE', value: { bookmarks: { orders: { id: some.length } } } },
  ]);

const taps: readonly RealTap[] = [
  {
    name: 'tap-jsonl',
    file: 'rows.jsonl',
    configuration: (_, path) => ({
      path,
      stream_name: 'orders',
      primary_keys: ['id'],
      emit_state_every: 100,
    }),
    text: linesOf,
    given: (row) => row,
  },
  {
    name: 'tap-spreadsheets',
    file: 'rows.csv',
    configuration: (_, path) => ({
      files: [{ path, format: 'csv', table_name: 'orders', primary_keys: ['id'] }],
    }),
    text: (some) =>
      `id,name,total\n${some.map(({ id, name, total }) => `${id},${name},${total}\n`).join('')}`,
    given: ({ id, name, total }) => ({ id: String(id), name: String(name), total: String(total) }),
  },
  {
    name: 'tap-singer-jsonl',
    file: 'rows.singer.jsonl',
    configuration: (folder) => ({ source: 'local', local: { folders: [folder], recursive: false } }),
    text: messagesOf,
    given: (row) => row,
  },
];

const own = (row: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('_sdc_')));

/**
 * What published taps read is there, row by row.
 * @param thorough as `describeRealPrograms` takes them
 */
export function itReadsTaps(scene: () => RealScene, thorough: readonly PythonProgram[]): void {
  for (const tap of taps) {
    const again = thorough.includes(tap.name);
    it(`${tap.name}: what its file holds is there${again ? ', and nothing is there twice after the next session' : ''}`, async (test) => {
      const found = await pythonProgram(tap.name, (line) => test.diagnostic(line));
      if ('missing' in found) return test.skip(found.missing);
      const { world, folder, programs } = scene();
      programs[tap.name] = [found.path];
      const place = await mkdtemp(join(folder, 'tap-'));
      const file = join(place, tap.file);
      await writeFile(file, tap.text(rows));
      // In whole seconds, some while ago.
      await utimes(file, 1_700_000_000, 1_700_000_000);
      const configuration = tap.configuration(place, file);

      const given = again ? await added(scene(), 'add-singer', found.path, configuration) : undefined;
      // What the tap says to people is not among it.
      if (given) assert.match(given.shown, /^STREAM .*\norders +orders +id /);
      const { definition = plain(tap.name) } = given ?? {};
      const connection = await world.started({
        definition: { ...definition, id: tap.name },
        baseUrl: 'http://127.0.0.1',
      });
      await configure(world, connection, configuration);
      const records = world.stores.records.of(connection._id, 1, 'orders');
      const expect = async (expected: readonly JsonObject[]) => {
        assert.equal(await records.count(), expected.length);
        for (const row of expected) {
          const record = await records.get(String(row.id));
          assert.deepEqual(own(record?.data as JsonObject), tap.given(row));
        }
      };

      const { count, quarantined } = await recordsOf(world, connection);
      test.diagnostic(`${tap.name}: ${count} records of ${rows.length} rows`);
      assert.equal(quarantined, 0);
      await expect(rows);
      if (!again) return;
      if (tap.text === messagesOf) await writeFile(file, tap.text([...rows, newRow]));
      else await appendFile(file, tap.text([newRow]).split('\n').slice(-2).join('\n'));
      await world.closes(connection._id);
      assert.equal((await recordsOf(world, connection, { number: 2 })).quarantined, 0);
      await expect([...rows, newRow]);
    });
  }
}

/** A definition that knows nothing but the key. */
function plain(name: PythonProgram): ConnectorDefinition {
  const base = tapDefinition({ incremental: true });
  return {
    ...base,
    program: { executable: name, quietSecs: 60 },
    resources: base.resources.map(({ cursor: _, ...resource }) => resource),
  };
}
