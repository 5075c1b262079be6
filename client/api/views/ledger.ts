import { addLedgers, imbalance, type Ledger } from '../../../domain/ledger.ts';
import type { SessionDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import type { Ledgers } from '../schemas/sessions.ts';
import { driftView } from './session.ts';

const balanceOf = (ledger: Ledger) => {
  const why = imbalance(ledger);
  return { balanced: why === null, imbalance: why };
};

/** The row counts of a session by resource and added up. */
export async function ledgersView(
  { stores }: Pick<RouteDeps, 'stores'>,
  { _id: sessionId, resources }: SessionDoc,
): Promise<Ledgers> {
  const runs = await stores.structuring.many(sessionId, resources);
  const sum = addLedgers(...runs.map(({ ledger }) => ledger));
  return {
    sessionId,
    resources: runs.map(({ resource, status, ledger, drift }) => ({
      ...{ resource, status, ledger, drift: driftView(drift) },
      ...balanceOf(ledger),
    })),
    sum,
    ...balanceOf(sum),
  };
}
