import { cellsOf } from '../../../domain/sync-base.ts';
import type { ReportDoc } from '../../../stores/model.ts';
import { clearFail, clearLastUpdated } from '../../reports/clear-fail.ts';
import type { OurRow, TableFace } from '../ports.ts';
import type { TablePorts } from './index.ts';

const dayMs = 86_400_000;

/** Reports of the last days, and all that failed. A person may empty Fail and Last Updated. */
export function reportsFace(ports: Pick<TablePorts, 'stores' | 'now' | 'keepDays' | 'mostRows'>): TableFace {
  const { stores, now, keepDays, mostRows } = ports;
  const rowOf = (doc: ReportDoc): OurRow => ({
    id: doc._id,
    cells: cellsOf('reports', doc, now().getTime()),
    // Fail comes and goes with the status.
    changedAt: (cell) =>
      (cell === 'Last Updated' && doc.lastUpdated !== null ? doc.lastUpdated : doc.statusSince).getTime(),
  });

  async function shown(): Promise<ReportDoc[]> {
    const since = now().getTime() - keepDays * dayMs;
    const found = new Map((await stores.reports.failed()).map((doc) => [doc._id, doc]));
    for (const { _id: type } of await stores.reportTypes.list())
      for (const doc of await stores.reports.list(type, { limit: mostRows }))
        if (Math.max(Date.parse(doc.slot), doc.statusSince.getTime()) >= since) found.set(doc._id, doc);
    const newest = [...found.values()].sort((a, b) => b.statusSince.getTime() - a.statusSince.getTime());
    return newest.slice(0, mostRows);
  }

  return {
    key: 'reports',
    list: async () => (await shown()).map(rowOf),
    async get(id) {
      const doc = await stores.reports.get(id);
      return doc === null ? null : rowOf(doc);
    },
    async checker(id) {
      const doc = id === null ? null : await stores.reports.get(id);
      return (cells) =>
        doc !== null &&
        doc.status !== 'failed' &&
        doc.lastUpdated !== null &&
        (cells['Last Updated'] ?? null) === null
          ? [
              {
                field: 'Last Updated',
                message: `Last Updated is only emptied of a report that failed; this one is ${doc.status}. Write ${doc.lastUpdated.toISOString()} again, or leave it: nothing was changed.`,
              },
            ]
          : [];
    },
    async edit({ id, fields, by, remark }) {
      const doc = await stores.reports.get(id);
      if (doc === null) return;
      if (fields.includes('Last Updated')) await clearLastUpdated(ports, doc, by, remark);
      if (fields.includes('Fail') && doc.fail) await clearFail(ports, doc, by, remark);
    },
  };
}
