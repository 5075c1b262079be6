import { addAutomation } from '../../../activities/automations/edit.ts';
import { bringIntoForce, requireTask, requireTiming, taskOf } from '../automation-calls.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { invalid } from '../problem.ts';
import { automationBody, automationChanged } from '../schemas/automations.ts';
import { automationView } from '../views/automation.ts';

/** Makes a schedule. */
export const createAutomation: Route = (api, deps) => {
  const { stores } = deps;
  const schema = {
    summary: 'Create a schedule',
    description:
      'Something that runs by itself: Daily, Weekly or in an Interval. Times are those of the time zone; without one, hours from GMT -7. Refused are a zone that is not known, an Interval of 00:00, Weekly without a weekday, and a task of something that is not there.',
    tags: ['Schedules'],
    body: automationBody,
    response: { 201: automationChanged },
  };
  api.post('/api/automations', { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { id, task, ...fields } = request.body;
    requireTiming(fields);
    await requireTask(deps, taskOf(task));
    const by = actorOf(request);
    const doc = await addAutomation(deps, id, { ...fields, task: taskOf(task) }, by);
    if (doc === null) throw invalid({ path: 'body.id', message: `there is a schedule "${id}" already` });
    const effects = await bringIntoForce(deps, id);
    const automation = await automationView(deps, (await stores.automations.get(id)) ?? doc);
    return reply.code(201).send({ automation, effects: [...effects] });
  });
};
