import type { Route } from '../deps.ts';
import { findSession } from '../find.ts';
import { sessionParams } from '../schemas/common.ts';
import { ledgers } from '../schemas/sessions.ts';
import { ledgersView } from '../views/ledger.ts';

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
  api.get('/api/sessions/:id/ledger', { schema, config: { needs: 'view' } }, async ({ params }) =>
    ledgersView(deps, await findSession(deps, params.id)),
  );
};
