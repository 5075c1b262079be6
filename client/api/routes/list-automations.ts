import type { Route } from '../deps.ts';
import { automationList } from '../schemas/automations.ts';
import { automationView } from '../views/automation.ts';

/** Every schedule. */
export const listAutomations: Route = (api, deps) => {
  const schema = {
    summary: 'List the schedules',
    description: 'Ordered by id, each with its next five run times and what became of its latest run.',
    tags: ['Schedules'],
    response: { 200: automationList },
  };
  api.get('/api/automations', { schema, config: { needs: 'view' } }, async () => {
    const docs = await deps.stores.automations.list();
    return { automations: await Promise.all(docs.map((doc) => automationView(deps, doc))) };
  });
};
