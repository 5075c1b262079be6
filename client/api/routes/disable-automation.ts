import { editAutomation } from '../automation-calls.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { automationChanged, automationParams } from '../schemas/automations.ts';

/** Disables a schedule. */
export const disableAutomation: Route = (api, deps) => {
  const schema = {
    summary: 'Disable a schedule',
    description: 'It stands still until it is enabled. What it started goes on.',
    tags: ['Schedules'],
    params: automationParams,
    response: { 200: automationChanged },
  };
  api.post('/api/automations/:id/disable', { schema }, async (request) =>
    editAutomation(deps, request.params.id, actorOf(request), { disabled: true }),
  );
};
