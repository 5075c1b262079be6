import { editAutomation, findAutomation, requireTask, taskOf } from '../automation-calls.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { automationChange, automationChanged, automationParams } from '../schemas/automations.ts';

/** Changes a schedule. */
export const updateAutomation: Route = (api, deps) => {
  const schema = {
    summary: 'Change a schedule',
    description:
      'What is left out stays. The change is in force at once, or within two minutes after the engine is back, and leaves a row in Logs: what each field was and is, and who changed it.',
    tags: ['Schedules'],
    params: automationParams,
    body: automationChange,
    response: { 200: automationChanged },
  };
  api.post('/api/automations/:id', { schema, config: { needs: 'change' } }, async (request) => {
    const { id } = request.params;
    await findAutomation(deps, id);
    const { task } = request.body;
    if (task !== undefined) await requireTask(deps, taskOf(task));
    return editAutomation(deps, id, actorOf(request), request.body);
  });
};
