import type { ProcedureAnswer } from '../../domain/procedures.ts';
import { grantId } from '../../stores/grants.ts';
import type { ConnectionDoc, ProcedureDoc } from '../../stores/model.ts';
import { revokeGrant } from '../disconnect/disconnect.ts';
import type { ActivityPorts } from '../ports.ts';
import { closeAuthorization } from './close-authorization.ts';
import { writeFenced } from './fence.ts';
import { reset } from './wizard.ts';

/** `resetConfiguration`: INSTALLED first, so that nothing finalizes any more, then the session, then the grant. */
export async function resetAll(
  ports: ActivityPorts,
  procedure: ProcedureDoc,
  { _id: connectionId, generation }: ConnectionDoc,
): Promise<ProcedureAnswer> {
  await writeFenced(ports, procedure, reset);
  await closeAuthorization(ports, connectionId, procedure.by);
  const { revoked } = await revokeGrant(ports, { connectionId, generation });
  await ports.stores.grants.remove(grantId(connectionId, generation));
  // What a last answer of the app had brought meanwhile is gone with the grant.
  await writeFenced(ports, procedure, (now) => (now.authorized || now.account !== null ? reset(now) : null));
  const grant = revoked ? ' The grant was revoked at the app.' : '';
  return { responseCode: 'OK', message: `The configuration begins anew.${grant}` };
}
