import type { BaseChange, PassPorts, RowDoc, TableFace } from '../../activities/sync-base/ports.ts';
import { completed } from '../../activities/sync-base/rows.ts';
import { type Cell, fieldsOfTable, idField } from '../../domain/sync-base.ts';
import { readAutomation, timingCells } from '../../domain/sync-base-cells.ts';
import type { Cells } from '../../domain/sync-base-merge.ts';

const names = fieldsOfTable('automations').map(({ name }) => name);
const empty: Cells = Object.fromEntries(names.map((name) => [name, null]));

export const soundRow = (id: string): Cells => ({
  ...{ [idField]: id, Name: `Name of ${id}`, Description: null, Task: 'retention', Time: '06:00' },
  ...{ Timezone: '-7', Run: 'Daily', Weekday: null, Disable: null, 'Next Run': null },
});

export class Crash extends Error {}

/** Both sides in memory: the table Automations of a base, and schedules. */
export function twoSides(ids: readonly string[]) {
  let time = 1_000_000;
  let tx = 0;
  let records = 0;
  const tick = (ms = 1_000): number => {
    time += ms;
    return time;
  };
  const base = new Map<string, { cells: Cells; created: number }>();
  const payloads: BaseChange[] = [];
  const ours = new Map<string, { cells: Cells; changedAt: number }>();
  const rows = new Map<string, RowDoc>();
  const logs = new Map<string, string>();
  /** Every value that a cell of ours ever had by an edit in Airtable: `<id>/<field>/<value>`. */
  const taken = new Set<string>();
  const state = {
    cursor: null as number | null,
    webhook: 0,
    down: false,
    crashAt: -1,
    writes: 0,
    repeat: 0,
    reorder: false,
  };
  for (const id of ids) ours.set(id, { cells: soundRow(id), changedAt: time });

  const note = (kind: BaseChange['kind'], recordId: string, cells: Cells, own: boolean): void => {
    const by = own ? 'service' : 'anna@example.com';
    payloads.push({
      table: 'automations',
      kind,
      recordId,
      cells,
      tx: ++tx,
      at: tick(),
      by,
      developer: false,
      own,
    });
  };
  /** Counts a write; the one that is told to crash does so after it took effect, or before. */
  const wrote = <T>(run: () => T): T => {
    const number = state.writes++;
    if (number === state.crashAt) throw new Crash();
    const result = run();
    if (number + 0.5 === state.crashAt) throw new Crash();
    return result;
  };
  const moveTo = (cursor: number): void => {
    state.cursor = cursor;
  };
  const asked = (): void => {
    if (state.down) throw new Crash('Airtable cannot be reached');
  };

  const face: TableFace = {
    key: 'automations',
    together: timingCells,
    list: async () => [...ours].map(([id, row]) => ({ id, ...row })),
    get: async (id) => {
      const row = ours.get(id);
      return row === undefined ? null : { id, ...row };
    },
    checker: async () => (cells) => readAutomation(cells, 'runOnce').faults,
    edit: async ({ id, cells, fields }) =>
      wrote(() => {
        for (const field of fields) taken.add(`${id}/${field}/${cells[field]}`);
        ours.set(id, { cells, changedAt: tick() });
      }),
    create: async () => ({ faults: [{ field: idField, message: 'Id is empty.' }] }),
    gone: async (id) =>
      wrote(() => {
        const row = ours.get(id);
        if (row !== undefined) ours.set(id, { cells: { ...row.cells, Disable: true }, changedAt: tick() });
        return 'It was deleted, so it is disabled.';
      }),
  };

  const ports: PassPorts = {
    tables: [face],
    now: () => tick(1),
    rows: {
      table: async () => structuredClone([...rows.values()]).sort((a, b) => (a._id < b._id ? -1 : 1)),
      putMany: async (some) => {
        for (const row of some) wrote(() => rows.set(row._id, completed(structuredClone(row))));
      },
      remove: async (gone) => {
        for (const id of gone) wrote(() => rows.delete(id));
      },
    },
    cursor: {
      get: async () => state.cursor,
      move: async (cursor) => wrote(() => moveTo(cursor)),
      begun: async ({ cursor }) => wrote(() => moveTo(cursor)),
    },
    log: async ({ at, text }, mark) => wrote(() => void logs.set(`${at.toISOString()}/${mark}`, text)),
    face: {
      async changes(cursor) {
        asked();
        if (cursor < state.webhook) return null;
        const from = Math.max(state.webhook, cursor - state.repeat);
        const changes = payloads.slice(from, cursor + 4);
        if (state.reorder) changes.reverse();
        const next = Math.min(cursor + 4, payloads.length);
        return { changes, cursor: next, more: next < payloads.length };
      },
      async begin() {
        asked();
        return { id: 'ach1', cursor: payloads.length, createdAt: new Date(0), expiresAt: new Date(0) };
      },
      async list() {
        asked();
        return [...base].map(([recordId, { cells, created }]) => ({
          recordId,
          createdTime: new Date(created).toISOString(),
          cells,
        }));
      },
      async write(_table, some) {
        asked();
        return wrote(() =>
          some.map(({ recordId, cells }) => {
            const id = recordId ?? [...base].find(([, one]) => one.cells[idField] === cells[idField])?.[0];
            if (id === undefined) {
              const made = `rec${++records}`;
              base.set(made, { cells: { ...empty, ...cells }, created: tick() });
              note('created', made, cells, true);
              return { recordId: made };
            }
            const known = base.get(id);
            if (known === undefined) return { recordId: null, gone: true, text: 'gone' };
            base.set(id, { ...known, cells: { ...known.cells, ...cells } });
            note('changed', id, cells, true);
            return { recordId: id };
          }),
        );
      },
      async remove(_table, gone) {
        asked();
        for (const id of gone) wrote(() => base.delete(id));
      },
    },
  };

  return {
    ...{ ports, base, ours, rows, logs, taken, state },
    /** The record that shows an id, the oldest. */
    recordOf: (id: string) => [...base].find(([, { cells }]) => cells[idField] === id)?.[0],
    person: {
      edit(recordId: string, cells: Cells): void {
        const known = base.get(recordId);
        if (known === undefined) return;
        base.set(recordId, { ...known, cells: { ...known.cells, ...cells } });
        note('changed', recordId, cells, false);
      },
      remove(recordId: string): void {
        if (base.delete(recordId)) note('deleted', recordId, {}, false);
      },
      copy(recordId: string): void {
        const known = base.get(recordId);
        if (known === undefined) return;
        const made = `rec${++records}`;
        base.set(made, { cells: known.cells, created: tick() });
        note('created', made, known.cells, false);
      },
    },
    service(id: string, field: string, value: Cell): void {
      const row = ours.get(id);
      if (row !== undefined) ours.set(id, { cells: { ...row.cells, [field]: value }, changedAt: tick() });
    },
    /** What was noted before is not known any more. */
    expire(): void {
      state.webhook = payloads.length;
      if (state.cursor !== null) state.cursor = -1;
    },
    wait: tick,
  };
}
