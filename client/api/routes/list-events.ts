import { connectPath } from '../../../activities/connect-link.ts';
import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { eventList, eventsQuery } from '../schemas/events.ts';

/** What happened to a connection that others want to know, newest first. */
export const listEvents: Route = (api, deps) => {
  const schema = {
    summary: 'List the events of a connection',
    description:
      'Newest first. Deauthorized: it has to be authorized again, at `data.reauthorizeUrl`. GrantExpiring: it will, in `data.daysLeft` days. Suspended: it was paused. Resumed: it goes on. AutoPauseWarning: its sessions keep failing, and it will be paused by itself. SpaceReclaimed: what was kept long enough was deleted.',
    tags: ['Connections'],
    params: connectionParams,
    querystring: eventsQuery,
    response: { 200: eventList },
  };
  api.get('/api/connections/:id/events', { schema, config: { needs: 'view' } }, async ({ params, query }) => {
    const { _id } = await findConnection(deps, params.id);
    const events = await deps.stores.events.list(_id, query.limit);
    return {
      events: events.map(({ _id: id, at, data, connectLink, ...event }) => ({
        id,
        ...event,
        at: at.toISOString(),
        data:
          connectLink === null
            ? { ...data }
            : { ...data, reauthorizeUrl: deps.address(connectPath(deps.secrets, connectLink)) },
      })),
    };
  });
};
