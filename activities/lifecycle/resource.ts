import type { JsonObject } from '../../domain/json.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';
import {
  globalConfiguration,
  type IngestionConfiguration,
  type IngestionSchedule,
  recurrenceFault,
} from '../../domain/schedule.ts';
import { configurationsOf } from '../../domain/ticks.ts';
import type { ConnectionChange } from '../../stores/connections.ts';
import type { ConnectionDoc, ProcedureDoc, ResourceSetting } from '../../stores/model.ts';
import type { ActivityPorts } from '../ports.ts';

/** Arguments of `updateResource`: what changes of one resource. */
export interface ResourceChange {
  readonly resource: string;
  readonly enabled?: boolean;
  /** ISO 8601 in UTC; null: from the beginning. */
  readonly historyStart?: string | null;
  /** null: all of them, as they are. */
  readonly fields?: NonNullable<ResourceSetting['fields']> | null;
  /** Added, or put in the place of the one with its id. */
  readonly configuration?: IngestionConfiguration;
  /** Id of a configuration that is removed. */
  readonly remove?: string;
}

/** A resource has at most so many ways in which it is ingested. */
const mostConfigurations = 20;

/** What is wrong with a schedule; null: nothing. */
export const scheduleFault = (schedule: IngestionSchedule): string | null =>
  schedule.kind === 'GLOBAL' ? null : recurrenceFault(schedule);

/**
 * The resources of a connection after a change, or why it cannot be made. Cursors are no part of it: what is enabled
 * again goes on where it stopped.
 * @param known Resources of the app's definition, which may have got more since it was connected.
 */
export function resourcesAfter(
  { _id, resources }: Pick<ConnectionDoc, '_id' | 'resources'>,
  known: readonly string[],
  change: ResourceChange,
): { readonly resources: readonly ResourceSetting[] } | { readonly fault: string } {
  const { resource: id } = change;
  const ids = [...new Set([...resources.map((one) => one.id), ...known])];
  if (!ids.includes(id))
    return { fault: `Connection ${_id} has no resource "${id}"; it has ${ids.join(', ')}.` };
  const before = resources.find((one) => one.id === id) ?? { id, enabled: false };
  const fault = configurationFault(before, change);
  if (fault !== null) return { fault };
  const after = settingAfter(before, change);
  const all = resources.some((one) => one.id === id)
    ? resources.map((one) => (one.id === id ? after : one))
    : [...resources, after];
  if (all.some(({ enabled }) => enabled)) return { resources: all };
  return {
    fault: `"${id}" is the last resource that is enabled: there would be nothing to load. Pause the connection instead (POST /api/connections/${_id}/pause).`,
  };
}

function configurationFault(
  before: ResourceSetting,
  { resource, configuration, remove }: ResourceChange,
): string | null {
  const ids = configurationsOf(before).map(({ id }) => id);
  if (remove !== undefined && !ids.includes(remove))
    return `Resource ${resource} has no configuration "${remove}"; it has ${ids.join(', ') || 'none'}.`;
  if (configuration === undefined) return null;
  if (configuration.id === globalConfiguration)
    return `"${globalConfiguration}" is the schedule of the connection: choose another id.`;
  if (!ids.includes(configuration.id) && ids.length >= mostConfigurations)
    return `Resource ${resource} has ${mostConfigurations} configurations already: remove one first.`;
  const fault = scheduleFault(configuration.schedule);
  return fault === null ? null : `schedule: ${fault}.`;
}

function settingAfter(before: ResourceSetting, change: ResourceChange): ResourceSetting {
  const { enabled, historyStart, fields, configuration, remove } = change;
  const { historyStart: begin, fields: shown, configurations: _former, ...rest } = before;
  const start = historyStart === undefined ? begin : historyStart;
  const stored = fields === undefined ? shown : fields;
  const configurations = configurationsAfter(before, configuration, remove);
  return {
    ...rest,
    ...(enabled === undefined ? {} : { enabled }),
    ...(start === undefined || start === null ? {} : { historyStart: start }),
    ...(stored === undefined || stored === null ? {} : { fields: stored }),
    ...(configurations === undefined ? {} : { configurations }),
  };
}

function configurationsAfter(
  before: ResourceSetting,
  put: IngestionConfiguration | undefined,
  remove: string | undefined,
): readonly IngestionConfiguration[] | undefined {
  if (put === undefined && remove === undefined) return before.configurations;
  const kept = configurationsOf(before).filter(({ id }) => id !== remove);
  if (put === undefined) return kept;
  return kept.some(({ id }) => id === put.id)
    ? kept.map((one) => (one.id === put.id ? put : one))
    : [...kept, put];
}

/**
 * The procedure `updateResource`, as one write. The caller's input has the right form; whether it still fits is asked
 * again here.
 */
export function changeResource(
  ports: Pick<ActivityPorts, 'definition'>,
  procedure: ProcedureDoc,
  connection: ConnectionDoc,
): ConnectionChange | ProcedureAnswer {
  const change = procedure.arguments as JsonObject & ResourceChange;
  const after = resourcesAfter(connection, definedResources(ports, connection.app), change);
  return 'fault' in after ? { responseCode: 'INVALID_INPUT', message: after.fault } : after;
}

/** A definition that is gone or broken names none. */
function definedResources({ definition }: Pick<ActivityPorts, 'definition'>, app: string): string[] {
  try {
    return definition(app).resources.map(({ id }) => id);
  } catch {
    return [];
  }
}

/** What a change that was saved means. */
export function resourceSaved(change: JsonObject): string {
  const { resource, enabled, configuration, remove } = change as JsonObject & ResourceChange;
  if (configuration !== undefined) return `Saved configuration ${configuration.id} of ${resource}.`;
  if (remove !== undefined)
    return `Removed configuration ${remove} of ${resource}; its cursor stays, so that another one goes on there.`;
  if (enabled === false) return `${resource} is disabled from the next session on; its cursor stays.`;
  if (enabled === true) return `${resource} is enabled and goes on from its cursor, if it has one.`;
  return `Saved the settings of ${resource}, from the next session on.`;
}
