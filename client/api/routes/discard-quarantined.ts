import type { QuarantineRoom } from '../../../activities/quarantine/room.ts';
import type { Actor } from '../../../domain/contracts.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { quarantineOfConnection, quarantineOfSync } from '../quarantine.ts';
import { connectionParams } from '../schemas/common.ts';
import { type DiscardBody, discardBody, discarded, quarantineSyncParams } from '../schemas/quarantine.ts';

const common = { body: discardBody, response: { 200: discarded } };

async function discard(room: QuarantineRoom, { why, ...selection }: DiscardBody, by: Actor) {
  await room.check(selection);
  return { rows: await room.discard(selection, { by, why }) };
}

/** Rows that nobody needs: they go, a line stays. */
export const discardConnectionQuarantine: Route = (api, deps) => {
  const schema = {
    ...common,
    summary: 'Discard rows of the quarantine of a connection',
    description: 'What they hold is deleted. A line for each reason stays: who, when, why, how many, a hash.',
    tags: ['Quarantine'],
    params: connectionParams,
  };
  api.post(
    '/api/connections/:id/quarantine/discard',
    { schema, config: { needs: 'change' } },
    async (request) =>
      discard(await quarantineOfConnection(deps, request.params.id), request.body, actorOf(request)),
  );
};

/** Rows that are not to be delivered: the destination keeps what it has of them. */
export const discardSyncQuarantine: Route = (api, deps) => {
  const schema = {
    ...common,
    summary: 'Discard rows of the quarantine of a sync',
    description:
      'The destination keeps what it has of them. One is tried again only when its record changes, or a run looks at every record.',
    tags: ['Quarantine'],
    params: quarantineSyncParams,
  };
  api.post('/api/syncs/:id/quarantine/discard', { schema, config: { needs: 'change' } }, async (request) =>
    discard(await quarantineOfSync(deps, request.params.id), request.body, actorOf(request)),
  );
};
