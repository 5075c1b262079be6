import { randomUUID } from 'node:crypto';
import { automationLine } from '../../../activities/automations/edit.ts';
import { automationTickId } from '../../../domain/automation-rules.ts';
import { slotAt } from '../../../domain/due-times.ts';
import { untilSeen } from '../../until-seen.ts';
import { findAutomation } from '../automation-calls.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { automationParams, automationStarted } from '../schemas/automations.ts';
import { automationTickView } from '../views/automation.ts';

/** Runs a schedule now. */
export const runAutomation: Route = (api, deps) => {
  const { stores, automations, now } = deps;
  const schema = {
    summary: 'Run a schedule now',
    description:
      'Also one that is disabled; its own times stay as they are. A report is made for the last time at which it was due. 202: no worker has begun it yet; it may still take effect.',
    tags: ['Schedules'],
    params: automationParams,
    response: { 200: automationStarted, 202: automationStarted },
  };
  api.post('/api/automations/:id/run', { schema, config: { needs: 'change' } }, async (request, reply) => {
    const automation = await findAutomation(deps, request.params.id);
    const { _id: automationId } = automation;
    const by = actorOf(request);
    const at = now();
    const slot = slotAt(automation, at.getTime())?.slot ?? at.toISOString().slice(0, 10);
    const hand = { by, id: randomUUID() };
    // First, so that a crash in between loses no row.
    const text = `${by.id} asked to run it now.`;
    await stores.logs.add(automationLine(deps, automation, by, { text, before: null, after: null }));
    await automations.start({ automationId, at: at.toISOString(), hand, slot });
    const id = `${automationTickId(automationId, slot)}/hand/${hand.id}`;
    const row = await untilSeen(deps.waitMs, async () => {
      const seen = await stores.automationTicks.get(id);
      return seen === null || seen.outcome === 'running' ? null : seen;
    });
    return reply
      .code(row === null ? 202 : 200)
      .send({ pending: row === null, tick: row === null ? null : automationTickView(row) });
  });
};
