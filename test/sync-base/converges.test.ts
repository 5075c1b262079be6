import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { apply } from '../../activities/sync-base/apply.ts';
import { pull } from '../../activities/sync-base/pull.ts';
import { push } from '../../activities/sync-base/push.ts';
import { isDraft } from '../../activities/sync-base/rows.ts';
import { type Cell, messageField } from '../../domain/sync-base.ts';
import { readAutomation } from '../../domain/sync-base-cells.ts';
import { Crash, soundRow, twoSides } from './memory.ts';

type Sides = ReturnType<typeof twoSides>;
const ids = ['a', 'b'];

const values: Readonly<Record<string, readonly Cell[]>> = {
  Name: ['One', 'Two', null],
  Description: ['x', 'y', null],
  Time: ['06:00', '07:30', '25:99', 'soon'],
  Disable: [true, null],
  'Next Run': ['2026-01-01T00:00:00.000Z'],
};
const cell = fc
  .constantFrom(...Object.keys(values))
  .chain((field) =>
    fc.record({ field: fc.constant(field), value: fc.constantFrom(...(values[field] ?? [])) }),
  );
const id = fc.constantFrom(...ids);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      id,
      cell,
      // Programs that share the service's token too.
      by: fc.constantFrom('anna@example.com' as const, 'program' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('service' as const), id, cell }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      crashAt: fc.integer({ min: -1, max: 30 }),
      half: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('remove' as const, 'copy' as const), id }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('down' as const, 'up' as const, 'expire' as const, 'wait' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('delivery' as const),
      repeat: fc.integer({ min: 0, max: 5 }),
      reorder: fc.boolean(),
    }),
  },
);

async function pass({ ports, state }: Sides, crashAt = -1): Promise<boolean> {
  state.writes = 0;
  state.crashAt = crashAt;
  try {
    await pull(ports);
    await apply(ports);
    const { written, removed } = await push(ports);
    return written + removed === 0;
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    return false;
  } finally {
    state.crashAt = -1;
  }
}

interface Edit {
  readonly record: string;
  readonly id: string;
  readonly field: string;
  readonly value: Cell;
}

/** Whether a row that is sound but for this cell could be taken. */
const parses = ({ id, field, value }: Edit): boolean =>
  readAutomation({ ...soundRow(id), [field]: value }, 'runOnce').faults.length === 0;

async function play(sides: Sides, steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) {
  const edits: Edit[] = [];
  const deleted = new Set<string>();
  for (const one of steps) {
    if (one.do === 'edit') {
      const record = sides.recordOf(one.id);
      if (record === undefined) continue;
      const { field, value } = one.cell;
      if (sides.base.get(record)?.cells[field] === value) continue;
      sides.person.edit(record, { [field]: value }, one.by);
      edits.push({ record, id: one.id, field, value });
    } else if (one.do === 'service') {
      if (parses({ record: '', id: one.id, ...one.cell }))
        sides.service(one.id, one.cell.field, one.cell.value);
    } else if (one.do === 'pass')
      await pass(sides, one.crashAt < 0 ? -1 : one.crashAt + (one.half ? 0.5 : 0));
    else if (one.do === 'remove' || one.do === 'copy') {
      const record = sides.recordOf(one.id);
      if (record !== undefined) sides.person[one.do](record);
      if (record !== undefined && one.do === 'remove') deleted.add(record);
    } else if (one.do === 'delivery')
      Object.assign(sides.state, { repeat: one.repeat, reorder: one.reorder });
    else if (one.do === 'expire') sides.expire();
    else if (one.do === 'wait') sides.wait(120_000);
    else sides.state.down = one.do === 'down';
  }
  return { edits, deleted };
}

/** A row is deleted, its copy takes its place, and the pass ends between the two writes of that. */
const crashWhileTakenOver: Parameters<typeof play>[1][number][] = [
  { do: 'pass', crashAt: 2, half: true },
  { do: 'copy', id: 'a' },
  { do: 'remove', id: 'a' },
  { do: 'pass', crashAt: 6, half: false },
];

test('whatever both sides did meanwhile, they come to the same, and no edit is lost without a word', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const sides = twoSides(ids);
      await pass(sides);
      const { edits, deleted } = await play(sides, steps);
      sides.state.down = false;
      let calm = 0;
      for (let round = 0; round < 12 && calm < 2; round++) calm = (await pass(sides)) ? calm + 1 : 0;
      assert.equal(calm, 2, 'it comes to rest');

      for (const row of sides.rows.values()) {
        const shown = sides.base.get(row.recordId ?? '')?.cells;
        assert.ok(shown, `${row._id} is in the base`);
        assert.equal(shown[messageField], row.message);
        if (isDraft(row)) assert.ok(row.message, 'a doubled row says so');
        else {
          const ours = sides.ours.get(row.id)?.cells ?? {};
          for (const [field, value] of Object.entries(ours))
            assert.deepEqual(
              shown[field],
              row.held[field] === undefined ? value : row.held[field]?.value,
              field,
            );
        }
      }
      assert.deepEqual(
        [...sides.rows.values()]
          .filter((row) => !isDraft(row))
          .map((row) => row.id)
          .toSorted(),
        ids,
      );

      const logs = [...sides.logs.values()];
      for (const [index, edit] of edits.entries()) {
        const { record, id, field, value } = edit;
        const later = edits.slice(index + 1).some((one) => one.record === record && one.field === field);
        if (later || deleted.has(record)) continue;
        const row = [...sides.rows.values()].find((one) => one.recordId === record);
        if (row === undefined || isDraft(row)) continue;
        const known =
          sides.taken.has(`${id}/${field}/${value}`) ||
          sides.ours.get(id)?.cells[field] === value ||
          row.held[field]?.value === value ||
          logs.some((text) => text.includes(`into ${field} of ${id} `)) ||
          // Put in place by the same value on the other side, which was changed again since.
          steps.some(
            (one) =>
              one.do === 'service' && one.id === id && one.cell.field === field && one.cell.value === value,
          );
        assert.ok(known, `the edit of ${field} to ${value} is taken, held or told`);
        if (!parses(edit))
          assert.equal(sides.base.get(record)?.cells[field], value, 'it stays as it was written');
      }
    }),
    { numRuns: 120, examples: [[crashWhileTakenOver]] },
  );
});
