import { configurationMachine, connectionMachine } from '../../domain/connection.ts';
import type { SessionRef } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';

interface ConfirmInput extends Pick<SessionRef, 'connectionId'> {
  /** A person's `proceed`: finalize with the settings that the connection has. */
  readonly finalize?: boolean;
}

/**
 * After 9: says whether the connection is finalized, so that its session may go on. One that was set up by
 * `connect` in one call finalizes here by itself (document 002: the last step of the wizard).
 */
export async function confirmAuthorized(
  { stores }: ActivityPorts,
  { connectionId, finalize = false }: ConfirmInput,
): Promise<{ readonly finalized: boolean }> {
  const after = await stores.connections.change(connectionId, (connection) => {
    const { status, configurationStatus, unattended, resources } = connection;
    if (status !== 'CONFIGURING' || configurationStatus !== 'CONNECTED' || !(unattended || finalize))
      return null;
    const facts = {
      configurationConnected: true,
      noResourceEnabled: !resources.some(({ enabled }) => enabled),
    };
    const moved = connectionMachine.advance(status, 'finalize', facts);
    const configured = configurationMachine.advance(configurationStatus, 'finalize', facts);
    if (!moved.ok || !configured.ok) return null;
    return { status: moved.to, configurationStatus: configured.to };
  });
  return { finalized: after.configurationStatus === 'FINALIZED' };
}
