import type { TickOutcome } from '../../domain/ticks.ts';
import type { ActivityPorts } from '../ports.ts';

/** Says that the service lives: engine, a worker and the store had to be well for that. */
export async function noteOverview({ stores }: Pick<ActivityPorts, 'stores'>): Promise<TickOutcome> {
  await stores.overview.put({ timestamp: new Date(), versions: { node: process.versions.node } });
  return { decision: 'noted', reason: null, sessionId: null };
}
