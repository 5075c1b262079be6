import type { Route } from '../deps.ts';
import { listRoom, quarantineOfConnection, quarantineOfSync } from '../quarantine.ts';
import { connectionParams } from '../schemas/common.ts';
import { quarantined, quarantinedQuery, quarantineSyncParams } from '../schemas/quarantine.ts';

const common = { querystring: quarantinedQuery, response: { 200: quarantined } };
const description =
  'How many by reason, a page of rows without what they hold, and what became of rows that left. Give the answered `next` as `after`.';

/** Rows that the sessions of a connection could not take. */
export const listConnectionQuarantine: Route = (api, deps) => {
  const summary = 'List the quarantine of a connection';
  const schema = { ...common, summary, description, tags: ['Quarantine'], params: connectionParams };
  api.get(
    '/api/connections/:id/quarantine',
    { schema, config: { needs: 'view' } },
    async ({ params, query }) => listRoom(await quarantineOfConnection(deps, params.id), query),
  );
};

/** Rows that a sync could not deliver. */
export const listSyncQuarantine: Route = (api, deps) => {
  const summary = 'List the quarantine of a sync';
  const schema = { ...common, summary, description, tags: ['Quarantine'], params: quarantineSyncParams };
  api.get('/api/syncs/:id/quarantine', { schema, config: { needs: 'view' } }, async ({ params, query }) =>
    listRoom(await quarantineOfSync(deps, params.id), query),
  );
};
