import { destinationKinds } from '../../../domain/delivery.ts';
import type { Route } from '../deps.ts';
import { destinationKindList } from '../schemas/destinations.ts';

/** Every kind of destination with the JSON Schemas of what it is configured by. */
export const listDestinationKinds: Route = (api, { delivery }) => {
  const schema = {
    summary: 'List the kinds of destinations',
    description: 'Each with its limits and the JSON Schemas of its configuration and secret.',
    tags: ['Destinations'],
    response: { 200: destinationKindList },
  };
  api.get(
    '/api/destination-kinds',
    { schema, config: { needs: 'view', withinCompanies: true } },
    async () => ({
      kinds: destinationKinds.map((kind) => {
        const { name, object, limits, configuration, secret } = delivery.driver(kind).description;
        return { kind, name, object, limits, configuration, secret };
      }),
    }),
  );
};
