import { revokeGrant as revokeAtApp } from '../../connectors/oauth.ts';
import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import { openGrant } from '../authorization/grant.ts';
import { appSettings } from '../connection.ts';
import type { ActivityPorts } from '../ports.ts';
import { secretContext } from '../secret-context.ts';

interface Generation {
  readonly connectionId: string;
  readonly generation: number;
}

/** From this write on nothing starts and no stage of the generation writes: the connection's own code is 26. */
export async function closeDoor(
  { stores }: ActivityPorts,
  { connectionId }: { readonly connectionId: string },
): Promise<{ readonly generation: number }> {
  const connection = await stores.connections.change(connectionId, (now) =>
    now.ownCode === 26 ? null : { ownCode: 26, ownCodeSince: new Date(), authorized: false },
  );
  return { generation: connection.generation };
}

/** Revokes the grant at the app. A failure is recorded, not fatal: the person wants to be rid of it. */
export async function revokeGrant(
  ports: ActivityPorts,
  { connectionId, generation }: Generation,
): Promise<{ readonly revoked: boolean }> {
  const grant = await ports.stores.grants.get(connectionId, generation);
  const connection = await ports.stores.connections.get(connectionId);
  if (grant === null || connection === null) return { revoked: false };
  try {
    const secret = openGrant(ports.secrets, grant, secretContext.grant(connectionId, generation));
    if (secret.kind !== 'oauth2') return { revoked: false };
    const app = await appSettings(ports, connection);
    const asking = { fetch: ports.egress.fetch };
    return { revoked: await revokeAtApp(ports.definition(connection.app), app, secret.tokens, asking) };
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    ports.log.warn({ connectionId, code: error.code }, 'the grant could not be revoked at the app');
    return { revoked: false };
  }
}

/** Deletes what the generation owns, leaves the receipt, ends the connection. May be repeated: the receipt stays. */
export async function purgeConnection(
  { stores, definition }: ActivityPorts,
  input: Generation & { readonly keepData: boolean; readonly grantRevoked: boolean; readonly by: Actor },
): Promise<{ readonly receiptId: string }> {
  const { connectionId, generation, keepData, grantRevoked, by } = input;
  const receiptId = `${connectionId}/${generation}`;
  const connection = await stores.connections.get(connectionId);
  if (connection === null) return { receiptId };
  const known = definition(connection.app).resources.map(({ id }) => id);
  const resources = [...new Set([...known, ...connection.resources.map(({ id }) => id)])];
  const collections = await stores.purge(connectionId, generation, resources, { keepData });
  if ((await stores.receipts.get(receiptId)) === null)
    await stores.receipts.put({
      _id: receiptId,
      by,
      at: new Date(),
      grantRevoked,
      keptData: keepData,
      collections,
    });
  await stores.connections.change(connectionId, (now) =>
    now.generation !== generation || now.status === 'DISCONNECTED' ? null : { status: 'DISCONNECTED' },
  );
  return { receiptId };
}
