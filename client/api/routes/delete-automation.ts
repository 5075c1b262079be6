import { automationFields, automationLine } from '../../../activities/automations/edit.ts';
import { bringIntoForce, findAutomation } from '../automation-calls.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { automationParams, automationRemoved } from '../schemas/automations.ts';

/** Deletes a schedule. */
export const deleteAutomation: Route = (api, deps) => {
  const { stores } = deps;
  const schema = {
    summary: 'Delete a schedule',
    description:
      'With what is known of its runs; what it started goes on. Logs keep what was done with it, and the deletion.',
    tags: ['Schedules'],
    params: automationParams,
    response: { 200: automationRemoved },
  };
  api.delete('/api/automations/:id', { schema, config: { needs: 'change' } }, async (request) => {
    const doc = await findAutomation(deps, request.params.id);
    const by = actorOf(request);
    await stores.automations.settleLog(doc);
    // Before it is gone: nothing is left then that could carry the row.
    const row = { text: `${by.id} asked to delete it.`, before: automationFields(doc), after: null };
    await stores.logs.add(automationLine(deps, doc, by, row));
    await stores.automations.remove(doc._id);
    // An engine that is away deletes it at its next tick.
    await bringIntoForce(deps, doc._id);
    await stores.automationTicks.removeOf(doc._id);
    return { id: doc._id, removed: true as const };
  });
};
