import { TributaryError } from '../../../domain/errors.ts';
import type { Route } from '../deps.ts';
import { destinationParams, destinationRemoved } from '../schemas/destinations.ts';
import { findDestination } from '../sync-input.ts';

/** Deletes a destination that no sync and no report type uses. */
export const deleteDestination: Route = (api, deps) => {
  const { stores } = deps;
  const schema = {
    summary: 'Delete a destination',
    description:
      'Refused while syncs or report types deliver to it; the answer names them. Rows stay where they are.',
    tags: ['Destinations'],
    params: destinationParams,
    response: { 200: destinationRemoved },
  };
  api.delete('/api/destinations/:id', { schema, config: { needs: 'change' } }, async ({ params }) => {
    const { _id } = await findDestination(deps, params.id);
    const syncs = (await stores.syncs.list({ destinationId: _id })).map((sync) => sync._id);
    if (syncs.length > 0)
      throw new TributaryError('DESTINATION_IN_USE', `These syncs deliver to ${_id}: ${syncs.join(', ')}.`, {
        syncs,
      });
    const types = (await stores.reportTypes.list()).filter(
      ({ target }) => target.kind === 'destination' && target.destinationId === _id,
    );
    const reportTypes = types.map((type) => type._id);
    if (reportTypes.length > 0)
      throw new TributaryError(
        'DESTINATION_IN_USE',
        `These report types deliver to ${_id}: ${reportTypes.join(', ')}.`,
        { reportTypes },
      );
    await stores.destinations.remove(_id);
    return { id: _id, removed: true as const };
  });
};
