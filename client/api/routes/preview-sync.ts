import type { Route } from '../deps.ts';
import { invalid } from '../problem.ts';
import { preview, previewBody } from '../schemas/syncs.ts';
import { findDestination, soundModel } from '../sync-input.ts';
import { previewRows } from '../sync-preview.ts';
import { planTarget } from '../sync-target.ts';

/** Shows the first rows of a model as a sync would deliver them. */
export const previewSync: Route = (api, deps) => {
  const schema = {
    summary: 'Preview a sync before it is saved',
    description:
      'The first rows of the model with their mapped fields, or why a row cannot be delivered. With `destination` and `object` also what the destination would need. Nothing is saved or written. Faults of filter, mapping and templates answer 422 MAPPING_INVALID, all at once.',
    tags: ['Syncs'],
    body: previewBody,
    response: { 200: preview },
  };
  api.post('/api/syncs/preview', { schema, config: { needs: 'readData' } }, async ({ body }) => {
    const model = await soundModel(deps, body);
    const { keyField, mapping } = model;
    const { destination, object } = body;
    if (destination !== undefined && object === undefined)
      throw invalid({ path: 'body.object', message: 'is missing: what the destination is asked for' });
    const target =
      destination === undefined || object === undefined
        ? null
        : await planTarget(deps, await findDestination(deps, destination), {
            ...{ _id: 'preview', object, keyField, mapping },
          });
    const rows = await previewRows(deps, model, body.limit);
    return { keyField, mapping: mapping.map((one) => ({ ...one })), ...rows, target };
  });
};
