import { destinationBudget } from '../../../activities/sync/budget.ts';
import { TributaryError } from '../../../domain/errors.ts';
import { budgetSentence } from '../../../domain/sync-budget.ts';
import type { Route } from '../deps.ts';
import { syncParams, syncPlan } from '../schemas/syncs.ts';
import { findSync, isDisconnected } from '../sync-calls.ts';
import { rowsAtMost } from '../sync-estimate.ts';
import { findDestination } from '../sync-input.ts';
import { planTarget } from '../sync-target.ts';

/** What the next run of a sync would need. */
export const planSync: Route = (api, deps) => {
  const schema = {
    summary: 'Plan the next run of a sync',
    description:
      'Rows at most, the requests that they need, the time that takes at the limit of the destination, its share of the month’s quota, and what the destination lacks. Nothing is written.',
    tags: ['Syncs'],
    params: syncParams,
    response: { 200: syncPlan },
  };
  api.get('/api/syncs/:id/plan', { schema, config: { needs: 'view' } }, async ({ params }) => {
    const { sync, connection } = await findSync(deps, params.id);
    if (connection === null || isDisconnected(connection))
      throw new TributaryError('CONNECTION_DISCONNECTED');
    const destination = await findDestination(deps, sync.destinationId);
    const driver = deps.delivery.driver(destination.kind);
    const rows = await rowsAtMost(deps, sync, connection);
    const budget = await destinationBudget(deps, destination, driver, rows, deps.now());
    const target = await planTarget(deps, destination, sync);
    return { ...budget, sentence: budgetSentence(budget), target };
  });
};
