import assert from 'node:assert/strict';
import { imbalance, type Ledger } from '../../domain/ledger.ts';
import type { World } from '../support/world.ts';

/**
 * The ledger of one resource of a connection's session, once the session is Synced and over.
 * @throws AssertionError when the resource had no run, or its ledger does not balance
 */
export async function ledgerOf(
  world: World,
  connectionId: string,
  number: number,
  resource: string,
): Promise<Ledger> {
  const session = await world.reaches(connectionId, 19, (one) => one.number === number);
  await world.closes(connectionId);
  const [run] = await world.stores.structuring.many(session._id, [resource]);
  assert.ok(run);
  assert.equal(imbalance(run.ledger), null);
  return run.ledger;
}
