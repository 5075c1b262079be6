import { changeAutomation, taskFault } from '../../activities/automations/edit.ts';
import type { Automation, AutomationTask } from '../../domain/automations.ts';
import type { Actor } from '../../domain/contracts.ts';
import { timingFaults } from '../../domain/due-times.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { AutomationDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { type Fault, invalid, notFound } from './problem.ts';
import type { AutomationChange, AutomationChanged } from './schemas/automations.ts';
import { automationView } from './views/automation.ts';

/** @throws {TributaryError} NOT_FOUND */
export async function findAutomation(
  { stores }: Pick<RouteDeps, 'stores'>,
  id: string,
): Promise<AutomationDoc> {
  const doc = await stores.automations.get(id);
  if (doc === null) throw notFound('schedule', id);
  return doc;
}

/** @throws {TributaryError} INVALID_INPUT for a time, zone or weekday that cannot be */
export function requireTiming(fields: Pick<Automation, 'run' | 'time' | 'timezone' | 'weekday'>): void {
  const faults: Fault[] = timingFaults(fields).map(({ field, message }) => ({
    path: `body.${field}`,
    message,
  }));
  if (fields.run !== 'Weekly' && fields.weekday !== null)
    faults.push({ path: 'body.weekday', message: `is for Weekly only, and this runs ${fields.run}` });
  if (faults.length > 0) throw invalid(...faults);
}

/** @throws {TributaryError} INVALID_INPUT for a task of something that is not there */
export async function requireTask(
  { stores }: Pick<RouteDeps, 'stores'>,
  task: AutomationTask,
): Promise<void> {
  const fault = await taskFault(stores, task);
  if (fault !== null) throw invalid({ path: `body.task.${fault.field}`, message: fault.message });
}

/**
 * Changes a schedule, writes what was changed by whom into Logs, and brings it into force.
 * @throws {TributaryError} NOT_FOUND, INVALID_INPUT
 */
export async function editAutomation(
  deps: RouteDeps,
  id: string,
  by: Actor,
  { task, ...change }: AutomationChange,
): Promise<AutomationChanged> {
  const wanted = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const edit = { ...wanted, ...(task === undefined ? {} : { task: taskOf(task) }) };
  const { sentences } = await changeAutomation(deps, id, by, edit, { check: requireTiming });
  const effects = sentences.length === 0 ? ['Nothing was changed.'] : [...sentences.map((one) => `${one}.`)];
  const late = sentences.length === 0 ? [] : await bringIntoForce(deps, id);
  const automation = await automationView(deps, await findAutomation(deps, id));
  return { automation, effects: [...effects, ...late] };
}

/** As it is stored: what is false by itself is left out. */
export const taskOf = (task: NonNullable<AutomationChange['task']>): AutomationTask =>
  task.kind === 'refresh'
    ? { kind: task.kind, connectionId: task.connectionId, ...(task.full === true ? { full: true } : {}) }
    : task;

/** @returns what there is to say where the engine cannot hear of it now */
export async function bringIntoForce({ automations }: RouteDeps, id: string): Promise<readonly string[]> {
  try {
    await automations.apply(id);
    return [];
  } catch (error) {
    if (!(error instanceof TributaryError) || error.code !== 'ENGINE_UNAVAILABLE') throw error;
    return ['The engine cannot be reached now. The change is in force within two minutes after it is back.'];
  }
}
