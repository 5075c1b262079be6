import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { resourceList } from '../schemas/resources.ts';
import { resourcesView } from '../views/resources.ts';

/** How the resources of a connection are ingested. */
export const listResources: Route = (api, deps) => {
  const schema = {
    summary: 'List the resources of a connection',
    description:
      'Each with its ingestion configurations, its last run, and when it is read next. Configurations that start in the same minute are named: they run one after the other.',
    tags: ['Connections'],
    params: connectionParams,
    response: { 200: resourceList },
  };
  api.get('/api/connections/:id/resources', { schema, config: { needs: 'view' } }, async ({ params }) =>
    resourcesView(deps, await findConnection(deps, params.id)),
  );
};
