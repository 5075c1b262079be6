import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { schedulesOf } from '../../domain/ticks.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { BegunResource, SessionRef } from '../contracts.ts';
import { finalized } from '../lifecycle/wizard.ts';
import type { ActivityPorts } from '../ports.ts';
import { applySchedules } from '../schedules/apply.ts';
import { compileSchema } from '../schema.ts';

interface ConfirmInput extends Pick<SessionRef, 'connectionId'> {
  /** The session that is held in 9. */
  readonly sessionId?: string;
  /** A person's `proceed`: finalize with the settings that the connection has. */
  readonly finalize?: boolean;
}

/** Whether nothing that the definition's `finalization` asks for is missing: what is, a person gives with finalizing. */
export const hasProperties = (
  { finalization }: Pick<ConnectorDefinition, 'finalization'>,
  { properties = {} }: Pick<ConnectionDoc, 'properties'>,
): boolean => finalization === undefined || compileSchema(finalization)(properties);

/**
 * After 9: says whether the connection is finalized, so that its session may go on. One that was set up by
 * `connect` in one call finalizes here by itself (document 002: the last step of the wizard).
 */
export async function confirmAuthorized(
  ports: ActivityPorts,
  { connectionId, sessionId, finalize = false }: ConfirmInput,
): Promise<{ readonly finalized: boolean; readonly resources?: readonly BegunResource[] }> {
  const after = await ports.stores.connections.change(connectionId, (connection) =>
    connection.configurationStatus === 'CONNECTED' &&
    (connection.unattended || finalize) &&
    hasProperties(ports.definition(connection.app), connection)
      ? finalized(connection)
      : null,
  );
  if (after.configurationStatus !== 'FINALIZED') return { finalized: false };
  if (schedulesOf(after).length > 0) await applySchedules(ports, { connectionId });
  const resources = sessionId === undefined ? undefined : await covered(ports, after, sessionId);
  return { finalized: true, ...(resources === undefined ? {} : { resources }) };
}

/** The session was opened before it was said which resources there are: it covers those that are enabled now. */
async function covered(
  { stores, definition }: ActivityPorts,
  { app, resources }: ConnectionDoc,
  sessionId: string,
): Promise<readonly BegunResource[] | undefined> {
  const session = await stores.sessions.get(sessionId);
  const enabled = resources.filter((resource) => resource.enabled).map(({ id }) => id);
  if (session?.status !== 9 || enabled.join() === session.resources.join()) return undefined;
  await stores.sessions.setResources(sessionId, enabled);
  const known = definition(app).resources;
  return enabled.map((id) => ({
    id,
    onError: known.find((resource) => resource.id === id)?.onError ?? 'stop',
    loaded: false,
    structured: false,
    quarantined: 0,
  }));
}
