import { automationScheduleIdOf, editSentences, isRetimed } from '../../domain/automation-rules.ts';
import type { Automation, AutomationTask, LogLine } from '../../domain/automations.ts';
import type { Actor } from '../../domain/contracts.ts';
import { timingFaults } from '../../domain/due-times.ts';
import { TributaryError } from '../../domain/errors.ts';
import { withLogRow } from '../../stores/logged.ts';
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
  { stores, hasReportType }: Pick<RouteDeps, 'stores' | 'hasReportType'>,
  task: AutomationTask,
): Promise<void> {
  const refuse = (field: string, message: string) => invalid({ path: `body.task.${field}`, message });
  switch (task.kind) {
    case 'refresh': {
      const connection = await stores.connections.get(task.connectionId);
      if (connection === null) throw refuse('connectionId', `there is no connection "${task.connectionId}"`);
      if (connection.status === 'DISCONNECTED')
        throw refuse('connectionId', `the connection "${task.connectionId}" is disconnected`);
      return;
    }
    case 'sync':
      if ((await stores.syncs.get(task.syncId)) === null)
        throw refuse('syncId', `there is no sync "${task.syncId}"`);
      return;
    case 'report':
    case 'fill':
      if (hasReportType === undefined) throw refuse('kind', 'report types are not there yet');
      if (!(await hasReportType(task.reportType)))
        throw refuse('reportType', `there is no report type "${task.reportType}"`);
      return;
    case 'retention':
  }
}

/**
 * Changes a schedule, writes what was changed by whom into Logs, and brings it into force.
 * @throws {TributaryError} NOT_FOUND, INVALID_INPUT
 */
export async function editAutomation(
  deps: RouteDeps,
  id: string,
  by: Actor,
  change: AutomationChange,
): Promise<AutomationChanged> {
  let sentences: readonly string[] = [];
  const after = await deps.stores.automations.change(id, (doc) => {
    const wanted = merged(doc, change);
    requireTiming(wanted);
    sentences = editSentences(doc, wanted);
    if (sentences.length === 0) return null;
    const isNew = isRetimed(doc, wanted) || (doc.disabled && !wanted.disabled);
    const text = `${by.id} changed it. ${sentences.map((one) => `${one}.`).join(' ')}`;
    const row = { text, before: fieldsOf(doc), after: fieldsOf({ ...doc, ...wanted }) };
    return {
      ...wanted,
      ...(isNew ? { since: deps.now() } : {}),
      ...withLogRow(doc, lineOf(deps, doc, by, row)),
    };
  });
  await deps.stores.automations.settleLog(after);
  const effects = sentences.length === 0 ? ['Nothing was changed.'] : [...sentences.map((one) => `${one}.`)];
  const late = sentences.length === 0 ? [] : await bringIntoForce(deps, id);
  const automation = await automationView(deps, await findAutomation(deps, id));
  return { automation, effects: [...effects, ...late] };
}

/** The weekday of a schedule that is not weekly any more goes by itself. */
function merged(doc: AutomationDoc, change: AutomationChange) {
  const run = change.run ?? doc.run;
  const weekday = change.weekday === undefined ? doc.weekday : change.weekday;
  return {
    name: change.name ?? doc.name,
    description: change.description ?? doc.description,
    task: change.task === undefined ? doc.task : taskOf(change.task),
    run,
    time: change.time ?? doc.time,
    timezone: change.timezone ?? doc.timezone,
    weekday: run !== 'Weekly' && change.weekday === undefined ? null : weekday,
    disabled: change.disabled ?? doc.disabled,
    missed: change.missed ?? doc.missed,
  };
}

/** As it is stored: what is false by itself is left out. */
export const taskOf = (task: NonNullable<AutomationChange['task']>): AutomationTask =>
  task.kind === 'refresh'
    ? { kind: task.kind, connectionId: task.connectionId, ...(task.full === true ? { full: true } : {}) }
    : task;

/** What a person can change of it, for Logs. */
export function fieldsOf(doc: AutomationDoc): object {
  const { name, description, task, run, time, timezone, weekday, disabled, missed } = doc;
  return { name, description, task, run, time, timezone, weekday, disabled, missed };
}

/** A row of Logs about a schedule. */
export const lineOf = (
  { now }: Pick<RouteDeps, 'now'>,
  { _id }: Pick<AutomationDoc, '_id'>,
  by: Actor,
  row: Pick<LogLine, 'text' | 'before' | 'after'>,
): LogLine => ({ at: now(), by, subject: automationScheduleIdOf(_id), ...row });

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
