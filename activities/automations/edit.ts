import {
  type AutomationFields,
  automationScheduleIdOf,
  editSentences,
  isRetimed,
  taskText,
  timingText,
} from '../../domain/automation-rules.ts';
import type { AutomationTask, LogLine } from '../../domain/automations.ts';
import type { Actor } from '../../domain/contracts.ts';
import { withLogRow } from '../../stores/logged.ts';
import type { AutomationDoc, FieldTimes } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';

/** What editing needs. */
export interface EditPorts {
  readonly stores: Pick<Stores, 'automations'>;
  readonly now: () => Date;
}

/** What of an automation somebody wants to be otherwise; what is left out stays. */
export type AutomationEdit = Partial<AutomationFields>;

/** What an edit came to. */
export interface AutomationEdited {
  readonly after: AutomationDoc;
  /** What was and is, field by field; none: nothing was changed. */
  readonly sentences: readonly string[];
}

/** How an edit is made. */
export interface EditOptions {
  /** Throws what refuses the wanted fields. */
  readonly check?: (wanted: AutomationFields) => void;
  /** Said besides in Logs. */
  readonly remark?: string;
  /** When a field was really changed, where that was before now. */
  readonly times?: FieldTimes;
}

/**
 * Changes a schedule and writes what was changed by whom into Logs. It is not in force yet: `applyAutomation`.
 * @throws {TributaryError} NOT_FOUND; what `check` throws
 */
export async function changeAutomation(
  { stores, now }: EditPorts,
  id: string,
  by: Actor,
  change: AutomationEdit,
  { check = () => undefined, remark = '', times }: EditOptions = {},
): Promise<AutomationEdited> {
  let sentences: readonly string[] = [];
  const after = await stores.automations.change(id, (doc) => {
    const wanted = mergedAutomation(doc, change);
    check(wanted);
    sentences = editSentences(doc, wanted);
    if (sentences.length === 0) return null;
    const isNew = isRetimed(doc, wanted) || (doc.disabled && !wanted.disabled);
    const said = [...sentences.map((one) => `${one}.`), ...(remark === '' ? [] : [remark])].join(' ');
    const row = {
      text: `${by.id} changed it. ${said}`,
      before: automationFields(doc),
      after: automationFields({ ...doc, ...wanted }),
    };
    return {
      ...wanted,
      ...(isNew ? { since: now() } : {}),
      ...(times === undefined ? {} : { changedAt: times }),
      ...withLogRow(doc, automationLine({ now }, doc, by, row)),
    };
  });
  await stores.automations.settleLog(after);
  return { after, sentences };
}

/** The weekday of a schedule that is not weekly any more goes by itself. */
function mergedAutomation(doc: AutomationDoc, change: AutomationEdit): AutomationFields {
  const run = change.run ?? doc.run;
  const weekday = change.weekday === undefined ? doc.weekday : change.weekday;
  return {
    name: change.name ?? doc.name,
    description: change.description ?? doc.description,
    task: change.task ?? doc.task,
    run,
    time: change.time ?? doc.time,
    timezone: change.timezone ?? doc.timezone,
    weekday: run !== 'Weekly' && change.weekday === undefined ? null : weekday,
    disabled: change.disabled ?? doc.disabled,
    missed: change.missed ?? doc.missed,
  };
}

/**
 * Makes a schedule, with its row in Logs. It is not in force yet: `applyAutomation`.
 * @returns null: the id is taken
 */
export async function addAutomation(
  { stores, now }: EditPorts,
  id: string,
  fields: AutomationFields,
  by: Actor,
): Promise<AutomationDoc | null> {
  const at = now();
  const doc: AutomationDoc = {
    ...{ _id: id, ...fields, seq: 0, since: at, applied: null },
    ...{ createdBy: by, createdAt: at, updatedAt: at },
  };
  const text = `${by.id} made it: ${taskText(doc.task)}, ${timingText(doc)}.`;
  const line = automationLine({ now }, doc, by, { text, before: null, after: automationFields(doc) });
  const made = { ...doc, ...withLogRow(doc, line) };
  if (!(await stores.automations.put(made))) return null;
  await stores.automations.settleLog(made);
  return doc;
}

/** What a person can change of it, for Logs. */
export function automationFields(doc: AutomationFields): object {
  const { name, description, task, run, time, timezone, weekday, disabled, missed } = doc;
  return { name, description, task, run, time, timezone, weekday, disabled, missed };
}

/** A row of Logs about a schedule. */
export const automationLine = (
  { now }: Pick<EditPorts, 'now'>,
  { _id }: Pick<AutomationDoc, '_id'>,
  by: Actor,
  row: Pick<LogLine, 'text' | 'before' | 'after'>,
): LogLine => ({ at: now(), by, subject: automationScheduleIdOf(_id), ...row });

/** Why a task is of something that is not there. */
export interface TaskFault {
  readonly field: string;
  readonly message: string;
}

/** What of a task is not there, or not to be used; null: nothing. */
export async function taskFault(
  { connections, syncs, reportTypes }: Pick<Stores, 'connections' | 'syncs' | 'reportTypes'>,
  task: AutomationTask,
): Promise<TaskFault | null> {
  switch (task.kind) {
    case 'refresh': {
      const connection = await connections.get(task.connectionId);
      if (connection === null)
        return { field: 'connectionId', message: `there is no connection "${task.connectionId}"` };
      return connection.status === 'DISCONNECTED'
        ? { field: 'connectionId', message: `the connection "${task.connectionId}" is disconnected` }
        : null;
    }
    case 'sync':
      return (await syncs.get(task.syncId)) === null
        ? { field: 'syncId', message: `there is no sync "${task.syncId}"` }
        : null;
    case 'report':
    case 'fill':
      return (await reportTypes.get(task.reportType)) === null
        ? { field: 'reportType', message: `there is no report type "${task.reportType}"` }
        : null;
    case 'retention':
      return null;
  }
}
