import type { Route } from '../deps.ts';
import { filterOf } from '../filter.ts';
import { findDefinition, findResource } from '../find.ts';
import { recordPage, recordsQuery, resourceParams } from '../schemas/records.ts';
import { recordView } from '../views/record.ts';

/** The current records of a resource, in key order. */
export const listRecords: Route = (api, deps) => {
  const schema = {
    summary: 'List the records of a resource',
    description:
      'Field filters: `where.<field>=value`, equality, a dot reaches into an object. With a filter the store looks at every record.',
    tags: ['Records'],
    params: resourceParams,
    querystring: recordsQuery,
    response: { 200: recordPage },
  };
  api.get(
    '/api/connections/:id/records/:resource',
    { schema, config: { needs: 'readData' } },
    async ({ params, query }) => {
      const { _id, app, generation } = await findResource(deps, params.id, params.resource);
      const { limit, after } = query;
      const filter = filterOf(findDefinition(deps, app), params.resource, query);
      const records = deps.stores.records.of(_id, generation, params.resource);
      const page = { filter, limit: limit + 1, ...(after === undefined ? {} : { after }) };
      const found = await records.page(page);
      const shown = found.slice(0, limit);
      return {
        records: shown.map(recordView),
        total: Object.keys(filter).length === 0 ? await records.count() : null,
        next: found.length > limit ? (shown.at(-1)?._id ?? null) : null,
      };
    },
  );
};
