import { cellsOf } from '../../../domain/sync-base.ts';
import type { LogDoc } from '../../../stores/model.ts';
import type { OurRow, TableFace } from '../ports.ts';
import type { TablePorts } from './index.ts';

const perPage = 500;
const dayMs = 86_400_000;

/** The newest rows of Logs; they are only added. */
export function logsFace({
  stores,
  now,
  keepDays,
  mostRows,
}: Pick<TablePorts, 'stores' | 'now' | 'keepDays' | 'mostRows'>): TableFace {
  const rowOf = (doc: LogDoc): OurRow => ({
    id: doc._id,
    cells: cellsOf('logs', doc, now().getTime()),
    changedAt: () => doc.at.getTime(),
  });

  async function newest(): Promise<LogDoc[]> {
    const since = now().getTime() - keepDays * dayMs;
    const found: LogDoc[] = [];
    for (let before: string | undefined; found.length < mostRows; ) {
      const page = await stores.logs.list({ before, limit: Math.min(perPage, mostRows - found.length) });
      const young = page.filter(({ at }) => at.getTime() >= since);
      found.push(...young);
      before = page.at(-1)?._id;
      if (page.length === 0 || young.length < page.length) break;
    }
    return found;
  }

  return {
    key: 'logs',
    // Oldest first, so that they are written in the order in which they came.
    list: async () => (await newest()).reverse().map(rowOf),
    get: async (id) => {
      const doc = await stores.logs.get(id);
      return doc === null ? null : rowOf(doc);
    },
    gone: async () => '',
  };
}
