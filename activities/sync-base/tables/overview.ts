import { cellsOf } from '../../../domain/sync-base.ts';
import type { OurRow, TableFace } from '../ports.ts';
import type { TablePorts } from './index.ts';

/** The row of Overview: that the service lives. */
export function overviewFace({ stores, now }: Pick<TablePorts, 'stores' | 'now'>): TableFace {
  const row = async (): Promise<OurRow[]> => {
    const doc = await stores.overview.get();
    if (doc === null) return [];
    const cells = cellsOf('overview', doc, now().getTime());
    return [{ id: doc._id, cells, changedAt: () => doc.timestamp.getTime() }];
  };
  return {
    key: 'overview',
    list: row,
    get: async (id) => (await row()).find((one) => one.id === id) ?? null,
  };
}
