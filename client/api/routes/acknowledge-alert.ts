import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { alertParams, alertView as schemaOfView } from '../schemas/alerts.ts';
import { alertView } from '../views/alert.ts';

/** Somebody takes care of an incident. */
export const acknowledgeAlert: Route = (api, { stores, alerts }) => {
  const schema = {
    summary: 'Acknowledge an alert',
    description:
      'Says in its thread who takes care of it. The first one counts; one that is resolved stays as it is.',
    tags: ['Alerts'],
    params: alertParams,
    response: { 200: schemaOfView },
  };
  api.post('/api/alerts/:id/acknowledge', { schema, config: { needs: 'change' } }, async (request) => {
    const doc = await stores.alerts.acknowledge(request.params.id, actorOf(request));
    alerts.kick();
    return alertView(doc, alerts.channels);
  });
};
