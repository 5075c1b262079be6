import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { apply } from '../../activities/sync-base/apply.ts';
import { pull } from '../../activities/sync-base/pull.ts';
import { push } from '../../activities/sync-base/push.ts';
import { type Cell, messageField } from '../../domain/sync-base.ts';
import { soundRow, twoSides } from './memory.ts';

type Sides = ReturnType<typeof twoSides>;

/** Passes until there is nothing to write. @returns how many that took */
async function settle({ ports }: Sides): Promise<number> {
  for (let passes = 1; passes < 12; passes++) {
    await pull(ports);
    await apply(ports);
    const { written, removed } = await push(ports);
    if (written + removed === 0) return passes;
  }
  return assert.fail('it does not come to rest');
}

const values: Readonly<Record<string, readonly Cell[]>> = {
  Name: ['One', 'Two', 'Three'],
  Description: ['x', 'y', null],
  Time: ['06:00', '07:30', '08:00'],
  Disable: [true, null],
};
const cell = fc
  .constantFrom(...Object.keys(values))
  .chain((field) =>
    fc.record({ field: fc.constant(field), value: fc.constantFrom(...(values[field] ?? [])) }),
  );
const change = fc.record({
  side: fc.constantFrom('person' as const, 'program' as const, 'service' as const),
  cell,
});

test('of an hour of edits on both sides each field comes to its own later one, whatever happened to the others', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 20 }), async (changes) => {
      const sides = twoSides(['a']);
      await settle(sides);
      const record = sides.recordOf('a') ?? '';
      const before = soundRow('a');
      const ours = new Map<string, { readonly value: Cell; readonly at: number }>();
      const theirs = new Map<string, { readonly value: Cell; readonly at: number }>();
      for (const { side, cell: edit } of changes) {
        sides.wait(60_000);
        const { field, value } = edit;
        if (side === 'service') {
          const at = sides.service('a', field, value);
          if (at !== undefined) ours.set(field, { value, at });
        } else if (sides.base.get(record)?.cells[field] !== value) {
          const by = side === 'person' ? ('anna@example.com' as const) : side;
          theirs.set(field, { value, at: sides.person.edit(record, { [field]: value }, by) ?? 0 });
        }
      }
      await settle(sides);
      for (const field of Object.keys(values)) {
        const [our, their] = [ours.get(field), theirs.get(field)];
        const kept = our?.value ?? null;
        const isOurs = our !== undefined && kept !== (before[field] ?? null);
        const wanted =
          their === undefined
            ? our === undefined
              ? before[field]
              : kept
            : isOurs && our.at > their.at
              ? kept
              : their.value;
        assert.deepEqual(sides.ours.get('a')?.cells[field], wanted, `${field} here`);
        assert.deepEqual(sides.base.get(record)?.cells[field], wanted, `${field} in Airtable`);
      }
    }),
    { numRuns: 150 },
  );
});

test('what another program writes with our token is taken, also the value that we wrote before', async () => {
  const sides = twoSides(['a']);
  await settle(sides);
  const record = sides.recordOf('a') ?? '';
  sides.service('a', 'Name', 'Second');
  await settle(sides);
  sides.wait(60_000);
  sides.person.edit(record, { Name: 'Name of a' }, 'program');
  await settle(sides);
  assert.equal(sides.ours.get('a')?.cells.Name, 'Name of a');
});

test('our own writes are no edits, though Airtable tells of them late, again and in another order', async () => {
  const sides = twoSides(['a']);
  await settle(sides);
  // What was written first is told of when another value was written over it.
  const held = sides.state.cursor;
  sides.service('a', 'Name', 'Second');
  await settle(sides);
  sides.service('a', 'Name', 'Third');
  await settle(sides);
  sides.service('a', 'Name', 'Fourth');
  Object.assign(sides.state, { cursor: held, repeat: 5, reorder: true });
  await settle(sides);
  assert.equal(sides.ours.get('a')?.cells.Name, 'Fourth');
  assert.equal(sides.base.get(sides.recordOf('a') ?? '')?.cells.Name, 'Fourth');
  assert.deepEqual([...sides.logs.values()], []);
  assert.equal([...sides.rows.values()].length, 1);
});

test('a program that writes a field of the service is put back with a word', async () => {
  const sides = twoSides(['a']);
  await settle(sides);
  const record = sides.recordOf('a') ?? '';
  sides.person.edit(record, { 'Next Run': '2026-01-01T00:00:00.000Z' }, 'program');
  await settle(sides);
  const shown = sides.base.get(record)?.cells ?? {};
  assert.equal(shown['Next Run'], null);
  assert.match(String(shown[messageField]), /Next Run is written by the service/);
});

test('a pass with more to write than time leaves the rest to the next ones, and reads in between', async () => {
  const ids = Array.from({ length: 30 }, (_, index) => `s${index}`);
  const sides = twoSides(ids);
  const ports = { ...sides.ports, pushMs: 1 };
  await pull(ports);
  assert.equal((await push(ports)).written, 0, 'there was no time at all');
  Object.assign(ports, { pushMs: 500 });
  const written: number[] = [];
  const records: (number | null)[] = [];
  for (let pass = 0; pass < 20 && records.at(-1) == null; pass++) {
    const done = await push(ports);
    written.push(done.written);
    records.push(done.records);
  }
  assert.equal(
    written.reduce((sum, one) => sum + one, 0),
    ids.length,
  );
  assert.ok(written.length > 1, 'it took several passes');
  assert.deepEqual(records.at(-1), ids.length);
});
