import type { Route } from '../deps.ts';
import { checkedConfiguration, sealedSecret } from '../destination-settings.ts';
import { destination, destinationBody } from '../schemas/destinations.ts';
import { destinationView } from '../views/destination.ts';

/** Makes a destination; nothing is asked of it yet. */
export const createDestination: Route = (api, deps) => {
  const { stores, now } = deps;
  const schema = {
    summary: 'Create a destination',
    description:
      'Configuration and secret follow the JSON Schemas of the kind. The secret is stored encrypted and never answered. Whether it works says `POST /api/destinations/{id}/test`.',
    tags: ['Destinations'],
    body: destinationBody,
    response: { 201: destination },
  };
  api.post('/api/destinations', { schema, config: { needs: 'change' } }, async ({ body }, reply) => {
    const { id, kind, name = id, secret = null, quota, slots } = body;
    const configuration = checkedConfiguration(deps, kind, body.configuration, secret);
    const doc = await stores.destinations.create({
      _id: id,
      kind,
      name,
      configuration,
      secret: secret === null ? null : sealedSecret(deps, id, secret),
      quota,
      slots,
      seq: 0,
      createdAt: now(),
      updatedAt: now(),
    });
    return reply.code(201).send(await destinationView(deps, doc));
  });
};
