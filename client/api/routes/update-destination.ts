import type { DestinationDoc } from '../../../stores/model.ts';
import type { Route } from '../deps.ts';
import { checkedConfiguration, isMoved, keptSecret, sealedSecret } from '../destination-settings.ts';
import { destinationChange, destinationChanged, destinationParams } from '../schemas/destinations.ts';
import { findDestination } from '../sync-input.ts';
import { moveSync, refuseWhileOpen } from '../sync-moved.ts';
import { destinationView } from '../views/destination.ts';

/** Changes a destination. */
export const updateDestination: Route = (api, deps) => {
  const { stores } = deps;
  const schema = {
    summary: 'Change a destination',
    description:
      'What is left out stays. A secret is given again where it would be sent to another address. When rows go to another place (`moved`), its syncs deliver everything again; that is refused while one of them delivers.',
    tags: ['Destinations'],
    params: destinationParams,
    body: destinationChange,
    response: { 200: destinationChanged },
  };
  api.post('/api/destinations/:id', { schema, config: { needs: 'change' } }, async ({ params, body }) => {
    const before = await findDestination(deps, params.id);
    const wanted = body.configuration ?? before.configuration;
    const touched = body.configuration !== undefined || body.secret !== undefined;
    const secret = body.secret ?? (touched ? keptSecret(deps, before, wanted) : null);
    const configuration = touched ? checkedConfiguration(deps, before.kind, wanted, secret) : wanted;
    const moved = body.moved ?? isMoved(before.kind, before.configuration, configuration);
    const syncs = moved ? await stores.syncs.list({ destinationId: before._id }) : [];
    for (const sync of syncs) await refuseWhileOpen(deps, sync);
    const sealed = body.secret === undefined ? {} : { secret: sealedSecret(deps, before._id, body.secret) };
    const after = await stores.destinations.change(before._id, () => ({
      configuration,
      ...sealed,
      ...(body.name === undefined ? {} : { name: body.name }),
      ...(body.quota === undefined ? {} : { quota: body.quota }),
      ...(body.slots === undefined ? {} : { slots: body.slots }),
    }));
    for (const { _id } of syncs) await moveSync(deps, _id, () => ({}));
    return { destination: await destinationView(deps, after), effects: effectsOf(after, syncs.length) };
  });
};

const effectsOf = ({ name }: DestinationDoc, moved: number): string[] =>
  moved === 0
    ? []
    : [
        `${moved} of its syncs deliver everything again with their next run.`,
        `What was delivered to the place before stays there; ${name} does not delete it.`,
      ];
