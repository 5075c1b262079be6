import { timingFaults } from '../../../domain/due-times.ts';
import { aliveOf } from '../../../domain/overview.ts';
import type { AutomationDoc } from '../../../stores/model.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { overview } from '../schemas/control.ts';
import { latestTick } from '../views/automation.ts';
import { attentionItems } from './list-attention.ts';

/** The row of Overview. */
export const getOverview: Route = (api, deps) => {
  const schema = {
    summary: 'Get the overview',
    description:
      'Whether the service lives: its timestamp is written every 30 minutes by a worker, which takes engine and store too. And how many things need a person; GET /api/attention names them.',
    tags: ['System'],
    response: { 200: overview },
  };
  api.get('/api/overview', { schema, config: { needs: 'view' } }, async () => {
    const [row, needsPerson] = await Promise.all([deps.stores.overview.get(), counted(deps)]);
    const timestamp = row?.timestamp ?? null;
    const alive = aliveOf(timestamp, deps.now());
    return {
      alive,
      timestamp: timestamp?.toISOString() ?? null,
      versions: { ...row?.versions },
      needsPerson,
      sentence: sentenceOf(alive, timestamp),
    };
  });
};

async function counted(deps: RouteDeps) {
  const items = await attentionItems(deps);
  const of = (kind: string): number => items.filter((one) => one.kind === kind).length;
  const schedules = (
    await Promise.all((await deps.stores.automations.list()).map(latestFailed(deps)))
  ).filter(Boolean).length;
  const counts = {
    connections: of('connection'),
    syncs: of('sync'),
    quarantine: of('quarantine'),
    alerts: of('alerts'),
  };
  return { total: items.length + schedules, ...counts, schedules };
}

/** A schedule whose latest time was missed or failed. */
const latestFailed =
  ({ stores, now }: RouteDeps) =>
  async (automation: AutomationDoc): Promise<boolean> => {
    if (automation.disabled || timingFaults(automation).length > 0) return false;
    const latest = await latestTick(stores, automation, now().getTime());
    return latest?.outcome === 'failed' || latest?.outcome === 'missed';
  };

function sentenceOf(alive: 0 | 1, timestamp: Date | null): string {
  if (alive === 1) return 'The service is running.';
  return timestamp === null
    ? 'The service has not yet said that it lives.'
    : 'The service has said nothing for more than 35 minutes: engine, store or worker stand still.';
}
