import { connectionCodeMachine } from '../../domain/session.ts';
import { recordDeauthorized } from '../events.ts';
import type { ActivityPorts } from '../ports.ts';

/**
 * The grant of a connection is gone, and a webhook says so while no session is open: 8 becomes the connection's own
 * code (states.md section 1) until a session reaches 9, and the owner is told. May be repeated: it changes nothing
 * the second time, and nothing once the generation was closed.
 */
export async function deauthorize(
  ports: ActivityPorts,
  connectionId: string,
  generation: number,
  at: Date,
): Promise<void> {
  const after = await ports.stores.connections.change(connectionId, (connection) => {
    const { ownCode, authorized } = connection;
    if (connection.generation !== generation || (ownCode === 8 && !authorized)) return null;
    const move = connectionCodeMachine.advance(ownCode ?? 'session', 'grantRevoked');
    return move.ok && move.to === 8 ? { ownCode: 8, ownCodeSince: at, authorized: false } : null;
  });
  if (after.generation === generation) await recordDeauthorized(ports, after, null);
}
