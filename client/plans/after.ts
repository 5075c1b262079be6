import { type ResourceChange, resourcesAfter } from '../../activities/lifecycle/resource.ts';
import type { ConnectionDoc, ResourceSettingInput } from '../../stores/model.ts';
import type { RouteDeps } from '../api/deps.ts';
import { findDefinition, shownDefinition } from '../api/find.ts';
import { finalizedResources } from '../api/resource-settings.ts';
import type { CallOf, PlannedCall } from './arguments.ts';

/** Resources after a change, or what is wrong with it. */
export const changedResources = (
  deps: RouteDeps,
  connection: ConnectionDoc,
  change: object,
): ReturnType<typeof resourcesAfter> => {
  const known = shownDefinition(deps, connection.app)?.resources.map(({ id }) => id) ?? [];
  return resourcesAfter(connection, known, change as ResourceChange);
};

/** The resources that finalizing starts with, and what is wrong with them. */
export const finalResources = (
  deps: RouteDeps,
  { app, resources: present }: ConnectionDoc,
  { resources, historyStart }: CallOf<'finalizeConfiguration'>['arguments'],
): ReturnType<typeof finalizedResources> =>
  finalizedResources(findDefinition(deps, app), present, {
    resources: resources as readonly ResourceSettingInput[] | undefined,
    historyStart,
  });

/** The connection after a call, as far as its schedules go. */
export function connectionAfter(
  deps: RouteDeps,
  connection: ConnectionDoc,
  call: PlannedCall,
): ConnectionDoc {
  switch (call.procedure) {
    case 'pause':
      return { ...connection, status: 'PAUSED' };
    case 'resume':
      return { ...connection, status: 'STARTED' };
    case 'finalizeConfiguration': {
      const { settings: resources } = finalResources(deps, connection, call.arguments);
      return { ...connection, status: 'STARTED', configurationStatus: 'FINALIZED', resources };
    }
    case 'disconnect':
      return { ...connection, status: 'DISCONNECTED' };
    case 'updateSettings': {
      const { schedule = connection.schedule, timeZone = connection.timeZone } = call.arguments;
      return { ...connection, timeZone, ...(schedule === undefined ? {} : { schedule }) };
    }
    case 'updateResource': {
      const after = changedResources(deps, connection, call.arguments);
      return 'fault' in after ? connection : { ...connection, resources: after.resources };
    }
    default:
      return connection;
  }
}
