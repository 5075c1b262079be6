import type { Stores } from '../../stores/open.ts';
import { at, person } from './support.ts';

/** A series that was looked at, and a decision: every field that a program may store. */
export async function fillCleaning(stores: Stores, connectionId: string, sessionId: string): Promise<void> {
  await stores.analysis.of(connectionId, 1).cleaning.putMany([
    {
      ...{
        _id: 'price/EUR',
        kind: 'series',
        metric: 'price',
        grain: 'day',
        dimension: null,
        currency: 'EUR',
      },
      ...{ changes: [], unclean: { reason: 'TOO_SHORT', sentence: 's' }, seen: [], changedIn: sessionId },
      ...{ changedAt: at, open: '2026-01-02', newest: null, judged: 0, sessionId, updatedAt: at },
    },
    {
      ...{ _id: '/decision/gap/2026-01-01/price/EUR', kind: 'decision', series: 'price/EUR' },
      ...{ change: 'gap/2026-01-01', undone: true, raw: [], by: person, why: 'closed', at },
    },
  ]);
}
