import { configurationMachine } from '../../domain/connection.ts';
import { connectionCodeMachine } from '../../domain/session.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import type { WriteStatusInput } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';

/**
 * Writes transitions to the timeline and the session. What 8 and 9 mean for the connection is written before, so
 * that whoever reads the status finds the connection in step with it. May be repeated: a repeated write changes
 * nothing, one that comes too late has no effect.
 */
export async function writeStatus({ stores }: ActivityPorts, input: WriteStatusInput): Promise<void> {
  const { sessionId, connectionId, generation, steps, detail, failedResources, webhookPending, until } =
    input;
  const last = steps.at(-1);
  if (last === undefined) return;
  const since = new Date(last.at);
  const written = (await stores.sessions.get(sessionId))?.seq ?? 0;
  if ((last.to === 8 || last.to === 9) && written < last.seq)
    await stores.connections.change(connectionId, (connection) =>
      connection.generation === generation ? ownCodeAfter(connection, last.to === 9, since) : null,
    );
  await stores.sessions.writeStatus({
    sessionId,
    steps,
    detail: detail ?? null,
    failedResources: failedResources ?? [],
    webhookPending,
    until: until === undefined ? null : new Date(until),
  });
  const closedBy = closedByStatus[last.to];
  if (closedBy !== undefined) await stores.sessions.close(sessionId, closedBy, since);
}

const closedByStatus: Readonly<Record<number, NonNullable<SessionDoc['closedBy']>>> = {
  8: 'deauthorized',
  19: 'synced',
  26: 'disconnected',
};

/** 8 is the connection's own code from the revocation until a session reaches 9 (states.md section 1). */
function ownCodeAfter(connection: ConnectionDoc, authorized: boolean, since: Date) {
  const now = connection.ownCode ?? 'session';
  const move = connectionCodeMachine.advance(now, authorized ? 'authorized' : 'grantRevoked');
  const ownCode = !move.ok || move.to === 'session' ? (move.ok ? null : connection.ownCode) : move.to;
  const configured = authorized
    ? configurationMachine.advance(connection.configurationStatus, 'connect')
    : null;
  const configurationStatus = configured?.ok ? configured.to : connection.configurationStatus;
  if (
    ownCode === connection.ownCode &&
    connection.authorized === authorized &&
    configurationStatus === connection.configurationStatus
  )
    return null;
  return { ownCode, ownCodeSince: ownCode === null ? null : since, authorized, configurationStatus };
}
