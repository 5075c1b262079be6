import type { AutomationFields } from '../../../domain/automation-rules.ts';
import type { Actor } from '../../../domain/contracts.ts';
import { cellsOf, idField } from '../../../domain/sync-base.ts';
import { readAutomation, timingCells } from '../../../domain/sync-base-cells.ts';
import type { CellFault, Cells } from '../../../domain/sync-base-merge.ts';
import type { AutomationDoc } from '../../../stores/model.ts';
import { addAutomation, changeAutomation, taskFault } from '../../automations/edit.ts';
import type { OurRow, TableFace } from '../ports.ts';
import { idFault } from './ids.ts';
import type { TablePorts } from './index.ts';
import { timesFor, timesIn } from './times.ts';

type Ports = Pick<TablePorts, 'stores' | 'now' | 'applyAutomation'>;

/** Which field of a schedule a cell is. */
const fieldOf: Readonly<Record<string, keyof AutomationFields>> = {
  Name: 'name',
  Description: 'description',
  Task: 'task',
  Time: 'time',
  Timezone: 'timezone',
  Run: 'run',
  Weekday: 'weekday',
  Disable: 'disabled',
};

/** Schedules: people change them, add some, and by deleting a row disable one. */
export function automationsFace(ports: Ports): TableFace {
  const { stores, now } = ports;
  const rowOf = (doc: AutomationDoc): OurRow => ({
    id: doc._id,
    cells: cellsOf('automations', doc, now().getTime()),
    changedAt: timesIn(doc, (name) => fieldOf[name]),
  });

  /** What is wrong with a row, what its task is of included. */
  async function checkerOf(missed: AutomationDoc['missed'], candidate: Cells) {
    const { value } = readAutomation(candidate, missed);
    const fault = await taskFault(stores, value.task);
    return (cells: Cells): readonly CellFault[] => {
      const { faults } = readAutomation(cells, missed);
      const isSame = cells.Task === candidate.Task && !faults.some(({ field }) => field === 'Task');
      return fault === null || !isSame
        ? faults
        : [...faults, { field: 'Task', message: `Task is "${cells.Task}", but ${fault.message}.` }];
    };
  }

  /** The engine may be away: the sweep brings it into force then. */
  const bringIntoForce = (id: string): Promise<void> => ports.applyAutomation(id).catch(() => undefined);

  const disable = async (id: string, by: Actor): Promise<string> => {
    const remark = 'Its row was deleted in Airtable.';
    const { sentences } = await changeAutomation(ports, id, by, { disabled: true }, { remark });
    if (sentences.length > 0) await bringIntoForce(id);
    return 'The row was deleted, so the schedule is disabled; it is not gone. To let it run again, take the tick off Disable. To delete it for good: tributary schedule remove.';
  };

  return {
    key: 'automations',
    together: timingCells,
    list: async () => (await stores.automations.list()).map(rowOf),
    async get(id) {
      const doc = await stores.automations.get(id);
      return doc === null ? null : rowOf(doc);
    },
    async checker(id, cells) {
      const doc = id === null ? null : await stores.automations.get(id);
      return checkerOf(doc?.missed ?? 'runOnce', cells);
    },
    async edit({ id, cells, fields, times, by, remark }) {
      const doc = await stores.automations.get(id);
      if (doc === null) return;
      const { value } = readAutomation(cells, doc.missed);
      const names = fields.flatMap((name) => fieldOf[name] ?? []);
      const change = Object.fromEntries(names.map((name) => [name, value[name]]));
      const done = timesFor(times, now(), (name) => fieldOf[name]);
      await changeAutomation(ports, id, by, change, { remark, times: done });
      await bringIntoForce(id);
    },
    async create(cells, by) {
      const id = String(cells[idField] ?? '').trim();
      const check = await checkerOf('runOnce', cells);
      const faults = [...idFault(id), ...check(cells)];
      if (faults.length > 0) return { faults };
      const { value } = readAutomation(cells, 'runOnce');
      const made = await addAutomation(ports, id, value, by);
      // Made by the pass before this one, which crashed; else others took the id in this moment.
      if (made === null && (await stores.automations.get(id))?.createdBy.id !== by.id)
        return { faults: [{ field: idField, message: `There is a schedule "${id}" already.` }] };
      await bringIntoForce(id);
      return { id };
    },
    gone: disable,
  };
}
