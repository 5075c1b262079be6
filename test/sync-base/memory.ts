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
  const ours = new Map<string, { cells: Cells; times: Readonly<Record<string, number>> }>();
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
  const madeAt = time;
  for (const id of ids) ours.set(id, { cells: soundRow(id), times: {} });
  const change = (id: string, cells: Cells, times: Readonly<Record<string, number>> = {}): void => {
    const known = ours.get(id);
    if (known === undefined) return;
    const at = tick();
    const changed = Object.keys(cells).filter((name) => cells[name] !== known.cells[name]);
    const own = Object.fromEntries(changed.map((name) => [name, Math.min(at, times[name] ?? at)]));
    ours.set(id, { cells: { ...known.cells, ...cells }, times: { ...known.times, ...own } });
  };
  const shownOf = (id: string) => {
    const row = ours.get(id);
    if (row === undefined) return null;
    return { id, cells: row.cells, changedAt: (field: string) => row.times[field] ?? madeAt };
  };

  const note = (
    kind: BaseChange['kind'],
    recordId: string,
    cells: Cells,
    by: 'service' | 'program' | 'anna@example.com',
  ): void => {
    payloads.push({
      table: 'automations',
      kind,
      recordId,
      cells,
      tx: ++tx,
      at: tick(),
      by,
      developer: false,
      // The service and another program may use the same person's token.
      byApi: by !== 'anna@example.com',
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
    list: async () => [...ours.keys()].flatMap((id) => shownOf(id) ?? []),
    get: async (id) => shownOf(id),
    checker: async () => (cells) => readAutomation(cells, 'runOnce').faults,
    edit: async ({ id, cells, fields, times }) =>
      wrote(() => {
        for (const field of fields) taken.add(`${id}/${field}/${cells[field]}`);
        change(id, cells, times);
      }),
    create: async () => ({ faults: [{ field: idField, message: 'Id is empty.' }] }),
    gone: async (id) =>
      wrote(() => {
        change(id, { Disable: true });
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
              note('created', made, cells, 'service');
              return { recordId: made };
            }
            const known = base.get(id);
            if (known === undefined) return { recordId: null, gone: true, text: 'gone' };
            base.set(id, { ...known, cells: { ...known.cells, ...cells } });
            note('changed', id, cells, 'service');
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
      /** @returns when it was, by Airtable's clock */
      edit(
        recordId: string,
        cells: Cells,
        by: 'anna@example.com' | 'program' = 'anna@example.com',
      ): number | undefined {
        const known = base.get(recordId);
        if (known === undefined) return undefined;
        base.set(recordId, { ...known, cells: { ...known.cells, ...cells } });
        note('changed', recordId, cells, by);
        return time;
      },
      remove(recordId: string): void {
        if (base.delete(recordId)) note('deleted', recordId, {}, 'anna@example.com');
      },
      copy(recordId: string): void {
        const known = base.get(recordId);
        if (known === undefined) return;
        const made = `rec${++records}`;
        base.set(made, { cells: known.cells, created: tick() });
        note('created', made, known.cells, 'anna@example.com');
      },
    },
    /** @returns when the field was changed last */
    service(id: string, field: string, value: Cell): number | undefined {
      change(id, { [field]: value });
      return ours.get(id)?.times[field];
    },
    /** What was noted before is not known any more. */
    expire(): void {
      state.webhook = payloads.length;
      if (state.cursor !== null) state.cursor = -1;
    },
    wait: tick,
  };
}
