import { revokeGrant as revokeAtApp } from '../../connectors/oauth.ts';
import { connectionMachine } from '../../domain/connection.ts';
import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { openGrant } from '../authorization/grant.ts';
import { appSettings } from '../connection.ts';
import { createAskOther } from '../deduplication/across/ask.ts';
import { leaveOthers } from '../deduplication/across/leave.ts';
import type { ActivityPorts } from '../ports.ts';
import { secretContext } from '../secret-context.ts';
import { endSyncs } from '../sync/open-runs.ts';
import { beating } from './beating.ts';
import { signKeptDeletion, signReceipt } from './signature.ts';

interface Generation {
  readonly connectionId: string;
  readonly generation: number;
}

/** An app that does not answer by then keeps nobody connected. */
const revocationMs = 10_000;

/** From this write on nothing starts and no stage of the generation writes: the connection's own code is 26. */
export async function closeDoor(
  { stores }: ActivityPorts,
  { connectionId, generation }: { readonly connectionId: string; readonly generation?: number },
): Promise<{ readonly generation: number }> {
  const connection = await beating(() =>
    stores.connections.change(connectionId, (now) => {
      if (generation !== undefined && now.generation !== generation)
        throw new TributaryError('ILLEGAL_MOVE', `Connection ${connectionId} was connected again meanwhile.`);
      if (now.ownCode === 26) return null;
      // A lifecycle procedure that was taken over writes nothing more, also not into the next generation.
      return { ownCode: 26, ownCodeSince: new Date(), authorized: false, fence: (now.fence ?? 0) + 1 };
    }),
  );
  await beating(() => endSyncs({ stores }, { connectionId }));
  return { generation: connection.generation };
}

/** Revokes the grant at the app. A failure is recorded, not fatal: the person wants to be rid of it. */
export const revokeGrant = (
  ports: ActivityPorts,
  input: Generation,
): Promise<{ readonly revoked: boolean }> => beating(() => tryToRevoke(ports, input));

async function tryToRevoke(
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
    const asking = { fetch: ports.egress.fetch, signal: AbortSignal.timeout(revocationMs) };
    const { tokens } = secret;
    const definition = ports.definition(connection.app);
    return { revoked: await revokeAtApp(definition, app, tokens, asking) };
  } catch (error) {
    if (error instanceof TributaryError && error.code === 'STORE_UNAVAILABLE') throw error;
    const code = error instanceof TributaryError ? error.code : 'UNKNOWN_ERROR';
    ports.log.warn({ connectionId, code }, 'the grant could not be revoked at the app');
    return { revoked: false };
  }
}

/**
 * Deletes what the generation owns, leaves the receipt, ends the connection. May be repeated: the receipt stays, and
 * what came late is deleted too. Without `keepData` it also deletes what earlier disconnects of this connection kept.
 */
export async function purgeConnection(
  ports: ActivityPorts,
  input: Generation & { readonly keepData: boolean; readonly grantRevoked: boolean; readonly by: Actor },
): Promise<{ readonly receiptId: string }> {
  const { connectionId, generation, keepData, grantRevoked, by } = input;
  const { stores, secrets } = ports;
  const receiptId = `${connectionId}/${generation}`;
  const connection = await stores.connections.get(connectionId);
  if (connection === null) return { receiptId };
  await beating(async () => {
    const known = await stores.receipts.get(receiptId);
    const resources = known?.resources ?? resourcesOf(ports, connection);
    // The receipt stands: what was kept first stays kept until somebody asks for its deletion.
    const options = { keepData: known?.keptData ?? keepData };
    const ask = createAskOther(ports);
    if (connection.generation === generation)
      for (const other of await leaveOthers(stores, connection, resources))
        await ask(other.connectionId, other.resource);
    const collections = await stores.purge({ connectionId, generation, resources }, options);
    if (known === null) {
      const told = { by, at: new Date(), grantRevoked, keptData: keepData, resources, collections };
      await stores.receipts.keep(signReceipt(secrets, { _id: receiptId, ...told }));
    }
    if (!keepData) await deleteKept(ports, { connectionId, generation, by });
  });
  await stores.connections.change(connectionId, (now) => {
    const move = connectionMachine.advance(now.status, 'disconnect');
    return now.generation === generation && move.ok ? { status: move.to } : null;
  });
  return { receiptId };
}

/** What disconnects of this generation and of earlier ones kept. */
async function deleteKept(
  { stores, secrets }: ActivityPorts,
  { connectionId, generation, by }: Generation & { readonly by: Actor },
): Promise<void> {
  const ids = Array.from({ length: generation }, (_, index) => `${connectionId}/${index + 1}`);
  for (const receipt of await stores.receipts.getMany(ids)) {
    if (!receipt.keptData || receipt.keptDeleted !== undefined) continue;
    const owner = {
      connectionId,
      generation: Number(receipt._id.slice(receipt._id.lastIndexOf('/') + 1)),
      resources: receipt.resources,
    };
    const collections = await stores.purge(owner, { keepData: false, keptOnly: true });
    const kept = signKeptDeletion(secrets, receipt._id, { by, at: new Date(), collections });
    await stores.receipts.keepKeptDeleted(receipt._id, kept);
  }
}

/** Every resource that the connection may have something of; a definition that is gone or broken names none. */
function resourcesOf({ definition }: ActivityPorts, { app, resources }: ConnectionDoc): string[] {
  const known: string[] = resources.map(({ id }) => id);
  try {
    known.push(...definition(app).resources.map(({ id }) => id));
  } catch {
    // Its sessions and settings name what was loaded.
  }
  return [...new Set(known)].sort();
}
