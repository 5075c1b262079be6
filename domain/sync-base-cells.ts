import type { AutomationFields } from './automation-rules.ts';
import { automationRuns, type MissedPolicy, weekdays } from './automations.ts';
import { timingFaults } from './due-times.ts';
import type { ReportType } from './report-type.ts';
import type { Cell } from './sync-base.ts';
import type { CellFault, Cells } from './sync-base-merge.ts';
import { taskExamples, taskFrom } from './sync-base-shown.ts';

/** What a row means, as far as it can be understood. */
export interface ReadRow<T> {
  /** Whole only where there are no faults. */
  readonly value: T;
  readonly faults: readonly CellFault[];
}

/** Longest beginning of a value that a message repeats. */
const mostRepeated = 60;
const said = (value: Cell): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `"${text.length > mostRepeated ? `${text.slice(0, mostRepeated)}…` : text}"`;
};

function reader(cells: Cells) {
  const faults: CellFault[] = [];
  const fault = (field: string, message: string): void => void faults.push({ field, message });
  const of = (field: string): Cell => cells[field] ?? null;
  return {
    faults,
    fault,
    of,
    text(field: string, most: number): string {
      const value = of(field);
      const text = value === null ? '' : String(value).trim();
      if (text.length > most)
        fault(field, `${field} has ${text.length} characters; at most ${most} are allowed.`);
      return text;
    },
    needed(field: string, most: number, example: string): string {
      const value = of(field);
      const text = value === null ? '' : String(value).trim();
      if (text === '') fault(field, `${field} is empty. Write for example ${example}.`);
      else if (text.length > most)
        fault(field, `${field} has ${text.length} characters; at most ${most} are allowed.`);
      return text;
    },
    box(field: string): boolean {
      const value = of(field);
      if (value !== null && value !== true)
        fault(field, `${field} is ${said(value)}; it must be a checkbox, on or off.`);
      return value === true;
    },
    whole(field: string, example: number): number | null {
      const value = of(field);
      const number = typeof value === 'string' ? Number(value.trim() === '' ? Number.NaN : value) : value;
      if (number === null) return null;
      if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
      fault(field, `${field} is ${said(value)}; it must be a whole number such as ${example}.`);
      return null;
    },
    choice<C extends string>(field: string, choices: readonly C[]): C | null {
      const value = of(field);
      if (value === null) return null;
      const found = choices.find((one) => one.toLowerCase() === String(value).trim().toLowerCase());
      if (found === undefined)
        fault(field, `${field} is ${said(value)}; it must be one of ${choices.join(', ')}.`);
      return found ?? null;
    },
  };
}

/** `7:05` is meant as `07:05`. */
const timeOf = (text: string): string => (/^\d:\d{2}$/.test(text) ? `0${text}` : text);

/** Fields of Automations that are right or wrong together. */
export const timingCells = ['Run', 'Time', 'Timezone', 'Weekday'] as const;

/** Where a message names a field of ours, the name that people see. */
const timingNames = { run: 'Run', time: 'Time', timezone: 'Timezone', weekday: 'Weekday' } as const;

/**
 * What a row of Automations means.
 * @param missed What the row does not show.
 */
export function readAutomation(cells: Cells, missed: MissedPolicy): ReadRow<AutomationFields> {
  const row = reader(cells);
  const name = row.needed('Name', 200, '"Nightly orders"');
  const description = row.text('Description', 2_000);
  const taskText = row.needed('Task', 500, taskExamples);
  const task = taskFrom(taskText);
  if (task === null && taskText !== '')
    row.fault('Task', `Task is ${said(taskText)}, which is no task. Write for example ${taskExamples}.`);
  if (task?.kind === 'fill' && (task.days < 1 || task.days > 3_660))
    row.fault('Task', `Task fills ${task.days} days; from 1 to 3660 are possible.`);
  const run = row.choice('Run', automationRuns);
  if (row.of('Run') === null) row.fault('Run', 'Run is empty; it must be one of Daily, Weekly, Interval.');
  const time = timeOf(row.needed('Time', 100, '06:00'));
  const timezone = row.text('Timezone', 100) || '-7';
  const weekday = row.choice('Weekday', weekdays);
  const disabled = row.box('Disable');
  const isRead = row.faults.every(({ field }) => !(timingCells as readonly string[]).includes(field));
  if (run !== null && isRead) {
    const example = {
      run: 'Daily',
      time: run === 'Interval' ? '00:30' : '06:00',
      timezone: '-7',
      weekday: 'Monday',
    };
    for (const { field, message } of timingFaults({ run, time, timezone, weekday }))
      row.fault(
        timingNames[field],
        `${timingNames[field]} is ${said(cells[timingNames[field]] ?? '')}: ${message}. Example: ${example[field]}.`,
      );
  }
  return {
    value: {
      ...{ name, description, task: task ?? { kind: 'retention' }, run: run ?? 'Daily', time, timezone },
      // That of a schedule that is not weekly any more goes by itself.
      ...{ weekday: run === 'Weekly' ? weekday : null, disabled, missed },
    },
    faults: row.faults,
  };
}

/** What people and developers may change of a report type in its row. */
export type ReportTypeCells = Pick<
  ReportType,
  | 'name'
  | 'status'
  | 'realTime'
  | 'offset'
  | 'notifyOnFail'
  | 'repeatAfterDays'
  | 'addToDatapoints'
  | 'reportTypeId'
>;

/** The field of a row for a field of a report type. */
export const reportTypeNames: Readonly<Record<string, string>> = {
  name: 'Name',
  status: 'Status',
  realTime: 'Real-time',
  offset: 'Offset',
  notifyOnFail: 'Notify On Fail',
  repeatAfterDays: 'Repeat after N days',
  addToDatapoints: 'Add to Datapoints',
  datapoints: 'Add to Datapoints',
  reportTypeId: 'Report Type Id',
  source: 'Source',
  'source.dateField': 'Source',
};

/** What a row of Report Types means. */
export function readReportType(cells: Cells): ReadRow<ReportTypeCells> {
  const row = reader(cells);
  const name = row.needed('Name', 200, '"Sales"');
  const status = row.choice('Status', ['Active', 'Inactive'] as const);
  if (row.of('Status') === null) row.fault('Status', 'Status is empty; it must be one of Active, Inactive.');
  return {
    value: {
      ...{
        name,
        status: status ?? 'Active',
        realTime: row.box('Real-time'),
        offset: row.whole('Offset', -1) ?? 0,
      },
      ...{ notifyOnFail: row.box('Notify On Fail'), repeatAfterDays: row.whole('Repeat after N days', 21) },
      ...{
        addToDatapoints: row.box('Add to Datapoints'),
        reportTypeId: row.text('Report Type Id', 300) || null,
      },
    },
    faults: row.faults,
  };
}
