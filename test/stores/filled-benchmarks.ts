import type { Figure, Standing } from '../../domain/benchmark.ts';
import { benchmarkGroupId, figuresId } from '../../stores/figures.ts';
import type { Stores } from '../../stores/open.ts';
import { at } from './support.ts';

/** Figures of a connection, a comparison that it is in, and what a session of it was told. */
export async function fillBenchmarks(stores: Stores, connectionId: string, sessionId: string): Promise<void> {
  const figure: Figure = {
    ...{ id: 'sales/growth', metric: 'sales', name: 'Sales', kind: 'growth', grain: 'month' },
    ...{ entity: null, currency: null, better: 'up', value: 1, gap: null, from: null, to: null },
  };
  const _id = figuresId(connectionId, 1);
  const whose = { connectionId, company: 'acme', app: 'shop', segment: null };
  await stores.figures.put({ _id, ...whose, figures: [figure], sessionId, madeAt: at });
  await stores.figures.putGroup({
    ...{ _id: benchmarkGroupId('shop', null, figure), segment: null, epoch: 1, at },
    ...{ size: 4, parts: 2, typical: null },
    members: [{ figuresId: _id, company: 'acme', value: 1, to: '2026-02-28', part: 0 }],
  });
  const standing: Standing = {
    ...figure,
    ...{ position: null, compared: null, comparedTo: null, typical: null, at: null },
    group: { size: 1, needed: 4, segment: null },
  };
  const told = { _id: sessionId, standings: [standing], at };
  await stores.analysis.of(connectionId, 1).benchmarks.putMany([told]);
}
