import { newReport } from '../../activities/reports/begin.ts';
import type { ReportTypeDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { at, person } from './support.ts';

/** A report type, a report of it, its row and its revision. */
export async function fillReports(stores: Stores): Promise<void> {
  const type: ReportTypeDoc = {
    ...{ _id: 'sales', name: 'Sales', status: 'Active', realTime: false, offset: 0, notifyOnFail: true },
    ...{ repeatAfterDays: 21, addToDatapoints: false, reportTypeId: null, restatementThreshold: 1 },
    source: { kind: 'query', connectionId: 'c', from: 'records', resource: 'orders', dateField: 'day' },
    ...{
      target: { kind: 'mongodb' },
      company: 'acme',
      createdBy: person,
      createdAt: at,
      updatedAt: at,
      seq: 0,
    },
  };
  await stores.reportTypes.create(type);
  await stores.reports.create(newReport(type, '2026-01-01', '2026-01-01', at, at));
  await stores.reportRows.of('sales').putMany([{ _id: '2026-01-01/1.1/o1', key: 'o1', data: { amount: 1 } }]);
  await stores.reports.putRevision({
    ...{ _id: 'sales/2026-01-01/1', type: 'sales', slot: '2026-01-01', number: 1, at, occasion: 'due' },
    ...{ by: person, rows: 1, added: 1, changed: 0, removed: 0, unchanged: 0 },
    diff: { added: ['o1'], changed: [], removed: [], leftOut: 0 },
  });
}
