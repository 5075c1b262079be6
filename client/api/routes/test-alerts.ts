import { sendTestAlert } from '../../alerts/test-alert.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { alertTest } from '../schemas/alerts.ts';

/** Sends an alert that means nothing, by the way that all take. */
export const testAlerts: Route = (api, deps) => {
  const schema = {
    summary: 'Send a test alert',
    description:
      'Sends one message to each channel by the path of every alert, resolves it at once, and says what happened. A channel that waits because of an earlier failure is tried all the same.',
    tags: ['Alerts'],
    response: { 200: alertTest },
  };
  api.post('/api/alerts/test', { schema, config: { needs: 'change' } }, async (request) =>
    sendTestAlert(deps, actorOf(request)),
  );
};
