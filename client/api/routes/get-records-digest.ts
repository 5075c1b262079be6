import type { Route } from '../deps.ts';
import { findResource } from '../find.ts';
import { digest, resourceParams } from '../schemas/records.ts';

/** A digest over all records of a resource: equal records, equal digest. */
export const getRecordsDigest: Route = (api, deps) => {
  const schema = {
    summary: 'Show the digest of the records of a resource',
    description: 'Equal records give an equal digest. The store reads all of them.',
    tags: ['Records'],
    params: resourceParams,
    response: { 200: digest },
  };
  api.get(
    '/api/connections/:id/records/:resource/digest',
    { schema, config: { needs: 'readData' } },
    async ({ params: { id, resource } }) => {
      const { generation } = await findResource(deps, id, resource);
      const records = deps.stores.records.of(id, generation, resource);
      return { resource, count: await records.count(), digest: await records.digest() };
    },
  );
};
