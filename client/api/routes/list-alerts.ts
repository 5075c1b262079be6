import type { Route } from '../deps.ts';
import { alertList, alertsQuery } from '../schemas/alerts.ts';
import { alertView } from '../views/alert.ts';

/** What somebody was told of, or has to be. */
export const listAlerts: Route = (api, { stores, alerts }) => {
  const schema = {
    summary: 'List alerts',
    description:
      'An alert is an incident: one root cause, with its failures as lines. Open ones first, then the newest. `delivery` says what each channel was told, and why one waits.',
    tags: ['Alerts'],
    querystring: alertsQuery,
    response: { 200: alertList },
  };
  api.get('/api/alerts', { schema, config: { needs: 'view' } }, async ({ query: { limit } }) => {
    const docs = await stores.alerts.list(limit);
    return { alerts: docs.map((doc) => alertView(doc, alerts.channels)) };
  });
};
