import type { Stores } from '../../stores/open.ts';
import { at } from './support.ts';

/** An insight: every field that a program may store. */
export async function fillInsights(stores: Stores, connectionId: string, sessionId: string): Promise<void> {
  const period = { from: '2025-01-01', to: '2025-12-31', label: '2025' };
  await stores.analysis.of(connectionId, 1).insights.putMany([
    {
      ...{ _id: 'change/sales/up/2025', kind: 'change', metric: 'sales', name: 'Sales', dimension: null },
      ...{ currency: 'USD', entity: null, direction: 'up', good: true, period, comparison: null },
      ...{ numbers: { now: 2, before: 1 }, drivers: null, entities: [], size: 1, rank: 1 },
      certainty: { value: 1, p: null, adjusted: null, method: 'counted' },
      ...{ sentence: 'Sales grew.', query: { request: '/api/x', how: 'add up' } },
      ...{ firstSeen: sessionId, lastSeen: sessionId, timesSeen: 1, ended: null, updatedAt: at },
    },
  ]);
}
