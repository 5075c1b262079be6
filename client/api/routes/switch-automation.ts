import { editAutomation } from '../automation-calls.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { automationChanged, automationParams } from '../schemas/automations.ts';

interface Switch {
  readonly verb: 'enable' | 'disable';
  readonly summary: string;
  readonly description: string;
}

/** Lets a schedule run, or stand still. */
const switchAutomation =
  ({ verb, summary, description }: Switch): Route =>
  (api, deps) => {
    const schema = {
      ...{ summary, description, tags: ['Schedules'] },
      params: automationParams,
      response: { 200: automationChanged },
    };
    const options = { schema, config: { needs: 'change' as const } };
    api.post(`/api/automations/:id/${verb}`, options, async (request) =>
      editAutomation(deps, request.params.id, actorOf(request), { disabled: verb === 'disable' }),
    );
  };

/** Enables a schedule. */
export const enableAutomation = switchAutomation({
  verb: 'enable',
  summary: 'Enable a schedule',
  description: 'It runs again from its next time on; what was due meanwhile does not run.',
});

/** Disables a schedule. */
export const disableAutomation = switchAutomation({
  verb: 'disable',
  summary: 'Disable a schedule',
  description: 'It stands still until it is enabled. What it started goes on.',
});
