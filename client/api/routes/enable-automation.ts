import { editAutomation } from '../automation-calls.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { automationChanged, automationParams } from '../schemas/automations.ts';

/** Enables a schedule. */
export const enableAutomation: Route = (api, deps) => {
  const schema = {
    summary: 'Enable a schedule',
    description: 'It runs again from its next time on; what was due meanwhile does not run.',
    tags: ['Schedules'],
    params: automationParams,
    response: { 200: automationChanged },
  };
  api.post('/api/automations/:id/enable', { schema }, async (request) =>
    editAutomation(deps, request.params.id, actorOf(request), { disabled: false }),
  );
};
