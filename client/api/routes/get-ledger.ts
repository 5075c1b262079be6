import { addLedgers, imbalance, type Ledger } from '../../../domain/ledger.ts';
import type { Route } from '../deps.ts';
import { findSession } from '../find.ts';
import { sessionParams } from '../schemas/common.ts';
import { ledgers } from '../schemas/sessions.ts';
import { driftView } from '../views/session.ts';

const balanceOf = (ledger: Ledger) => {
  const why = imbalance(ledger);
  return { balanced: why === null, imbalance: why };
};

/** The row counts of a session by resource and added up; they balance once a resource is structured. */
export const getLedger: Route = (api, deps) => {
  const schema = {
    summary: 'Show the row counts of a session',
    description:
      'For each resource and added up: read = inserted + updated + unchanged + duplicate + filtered + quarantined + tombstoned.',
    tags: ['Sessions'],
    params: sessionParams,
    response: { 200: ledgers },
  };
  api.get('/api/sessions/:id/ledger', { schema }, async ({ params }) => {
    const { _id: sessionId, resources } = await findSession(deps, params.id);
    const runs = await deps.stores.structuring.many(sessionId, resources);
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
  });
};
