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
  const datapoints = [{ metric: 'rows', field: null, dimension: null, currency: null }];
  await stores.reportTypes.create({ ...type, datapoints, unlogged: [], changedAt: { name: at } });
  const slot = '2026-01-01';
  const unfit = { rows: 1, twice: 0, samples: [{ key: 'o2', why: 'amount must be number', text: '{}' }] };
  await stores.reports.create({
    ...newReport(type, slot, slot, at, at),
    requested: { connectionId: 'c', generation: 1, report: 'sales', date: slot, reportId: 'r-1', at },
    staged: { stage: `${slot}/1.1`, unfit },
    unfit: 1,
    delivery: {
      ...{ destinationId: 'base', object: 'Sales', stage: `${slot}/1.1`, startedAt: at, endedAt: at },
      counts: { inserted: 1, updated: 0, removed: 0, unchanged: 0, rejected: 1, kept: 0 },
      rejected: [{ key: 'o2', code: 'INVALID_VALUE_FOR_COLUMN', message: 'Field "amount" cannot accept it' }],
    },
  });
  await stores.reportRows.of('sales').putMany([{ _id: '2026-01-01/1.1/o1', key: 'o1', data: { amount: 1 } }]);
  await stores.reportDeliveries.of('sales').putMany([
    {
      ...{ _id: `${slot}/o1`, key: 'o1', place: '["base","Sales","Report Row"]', action: 'insert' },
      ...{ status: 'delivered', fingerprint: 'f', run: 1, error: null, at },
    },
  ]);
  const point = { metric: 'rows', dimension: null, currency: null, value: 1, rows: 1 };
  await stores.analysis.of('c', 1).reportPoints.putMany([
    {
      ...{ _id: `sales/${slot}`, type: 'sales', slot, date: slot, revision: 1 },
      ...{ print: '[["rows",null,null,null]]', points: [point], updatedAt: at },
    },
  ]);
  await stores.reports.putRevision({
    ...{ _id: 'sales/2026-01-01/1', type: 'sales', slot: '2026-01-01', number: 1, at, occasion: 'due' },
    ...{ by: person, rows: 1, added: 1, changed: 0, removed: 0, unchanged: 0, unfit },
    diff: { added: ['o1'], changed: [], removed: [], leftOut: 0 },
  });
}
