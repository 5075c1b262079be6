import { z } from 'zod';
import { findAutomation } from '../automation-calls.ts';
import type { Route } from '../deps.ts';
import { automationParams, automationTicks } from '../schemas/automations.ts';
import { limit } from '../schemas/common.ts';
import { automationTickView } from '../views/automation.ts';

/** What became of the runs of a schedule. */
export const listAutomationTicks: Route = (api, deps) => {
  const schema = {
    summary: 'List the runs of a schedule',
    description:
      'Newest first, of the last 90 days. started; joined: what it starts was running already; skipped: with the reason; missed: it came too late, by the policy skip; coalesced: a later time ran in its place.',
    tags: ['Schedules'],
    params: automationParams,
    querystring: z.strictObject({ limit }),
    response: { 200: automationTicks },
  };
  api.get('/api/automations/:id/runs', { schema, config: { needs: 'view' } }, async ({ params, query }) => {
    await findAutomation(deps, params.id);
    const ticks = await deps.stores.automationTicks.list(params.id, query.limit);
    return { ticks: ticks.map(automationTickView) };
  });
};
