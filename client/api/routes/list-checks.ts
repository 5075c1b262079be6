import { checkNames } from '../../../domain/checks.ts';
import type { Route } from '../deps.ts';
import { findSession } from '../find.ts';
import { checks } from '../schemas/checks.ts';
import { sessionParams } from '../schemas/common.ts';
import { checkView } from '../views/check.ts';

/** What monitoring found in a session. */
export const listChecks: Route = (api, deps) => {
  const schema = {
    summary: 'List what monitoring found in a session',
    description:
      'Freshness, volume, completeness, empty values, duplicates, changed fields, gaps and outliers of each resource, compared with earlier sessions and with the limits that were set.',
    tags: ['Sessions'],
    params: sessionParams,
    response: { 200: checks },
  };
  api.get('/api/sessions/:id/checks', { schema, config: { needs: 'view' } }, async ({ params }) => {
    const { _id, resources } = await findSession(deps, params.id);
    const docs = await deps.stores.checks.forSession(_id, resources, checkNames);
    return { checks: docs.map(checkView) };
  });
};
