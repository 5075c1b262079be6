import { setUpBase } from '../../sync-base/set-up.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { syncBaseResult, syncBaseSetUp } from '../schemas/airtable.ts';
import { logSyncBase, portsOf, scheduleSyncBase, withPatience } from '../sync-base-calls.ts';
import { syncBaseResultView } from '../views/sync-base.ts';

/** Creates or checks a SYNC base, and attaches it. */
export const setUpSyncBase: Route = (api, deps) => {
  const schema = {
    summary: 'Set up the SYNC base in Airtable',
    description:
      'Makes the tables and fields that are missing in the base, and the webhook by which edits are read; says what a month costs in calls, and looks less often where the plan would be too small. May be repeated. A field of another type is refused and nothing is made.',
    tags: ['Airtable'],
    body: syncBaseSetUp,
    response: { 200: syncBaseResult },
  };
  api.post('/api/airtable', { schema, config: { needs: 'develop' } }, async (request) => {
    const { base, plan, everySecs, create } = request.body;
    const by = actorOf(request);
    const everyMs = everySecs === undefined ? undefined : everySecs * 1_000;
    const wish = { base, plan, everyMs, create, by, now: deps.now() };
    const result = await withPatience((signal) => setUpBase(portsOf(deps), wish, signal));
    const made = result.made.length === 0 ? 'Nothing had to be made.' : `Made: ${result.made.join(' ')}`;
    await logSyncBase(deps, base, by, `${by.id} set up the SYNC base. ${made}`);
    const late = await scheduleSyncBase(deps, base);
    const view = syncBaseResultView(result, deps.now());
    return { ...view, sentences: [...view.sentences, ...late] };
  });
};
