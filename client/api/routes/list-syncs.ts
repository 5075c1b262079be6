import { seesCompany } from '../company-limit.ts';
import type { Route } from '../deps.ts';
import { syncList, syncsQuery } from '../schemas/syncs.ts';
import { together } from '../sync-calls.ts';
import { syncView } from '../views/sync.ts';

/** Syncs with their latest run. */
export const listSyncs: Route = (api, deps) => {
  const schema = {
    summary: 'List the syncs',
    description: 'Ordered by id, each with its status, its latest run and the calls that are possible now.',
    tags: ['Syncs'],
    querystring: syncsQuery,
    response: { 200: syncList },
  };
  api.get('/api/syncs', { schema, config: { needs: 'view', withinCompanies: true } }, async (request) => {
    const { connection, company, destination } = request.query;
    const all = await deps.stores.syncs.list({
      ...(connection === undefined ? {} : { connectionId: connection }),
      ...(company === undefined ? {} : { company }),
      ...(destination === undefined ? {} : { destinationId: destination }),
    });
    const docs = all.filter((one) => seesCompany(request, one.company));
    const syncs = await Promise.all(docs.map(async (doc) => syncView(deps, await together(deps, doc))));
    return { syncs };
  });
};
