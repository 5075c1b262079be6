import type { Route } from '../deps.ts';
import { findSession } from '../find.ts';
import { sessionParams } from '../schemas/common.ts';
import { checks } from '../schemas/sessions.ts';

/** The checks that monitoring makes of each resource. */
const checkNames = ['freshness', 'volume', 'nullRates', 'drift'];

/** What monitoring found in a session. */
export const listChecks: Route = (api, deps) => {
  const schema = {
    summary: 'List what monitoring found in a session',
    description: 'Volume, freshness and null rates, compared with earlier sessions.',
    tags: ['Sessions'],
    params: sessionParams,
    response: { 200: checks },
  };
  api.get('/api/sessions/:id/checks', { schema }, async ({ params }) => {
    const { _id, resources } = await findSession(deps, params.id);
    const docs = await deps.stores.checks.forSession(_id, resources, checkNames);
    return {
      checks: docs.map(({ resource, check, method, severity, value, expected, sentence, at }) => ({
        ...{ resource, check, method, severity, value, expected, sentence },
        at: at.toISOString(),
      })),
    };
  });
};
