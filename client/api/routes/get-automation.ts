import { findAutomation } from '../automation-calls.ts';
import type { Route } from '../deps.ts';
import { automation, automationParams } from '../schemas/automations.ts';
import { automationView } from '../views/automation.ts';

/** One schedule. */
export const getAutomation: Route = (api, deps) => {
  const schema = {
    summary: 'Get a schedule',
    description: 'What it does, when, its next five run times, and what became of its latest run.',
    tags: ['Schedules'],
    params: automationParams,
    response: { 200: automation },
  };
  api.get('/api/automations/:id', { schema, config: { needs: 'view' } }, async ({ params }) =>
    automationView(deps, await findAutomation(deps, params.id)),
  );
};
