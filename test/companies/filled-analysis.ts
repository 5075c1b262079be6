import { newReport } from '../../activities/reports/begin.ts';
import type { Figure } from '../../domain/benchmark.ts';
import { figuresId } from '../../stores/figures.ts';
import type { BenchmarkGroupDoc, ReportTypeDoc } from '../../stores/model.ts';
import { analysisParts } from '../../stores/names.ts';
import type { World } from '../support/world.ts';

/** What only the data of this connection has: found nowhere once it is gone. */
export const markOf = (connectionId: string): string => `data-of-${connectionId}`;

/** Puts the mark into what processing, reports and alerts made of the connection's data. */
export async function markAnalysis(
  { stores }: Pick<World, 'stores'>,
  owner: { readonly connectionId: string; readonly generation: number; readonly sessionId: string },
): Promise<void> {
  const { connectionId, generation, sessionId } = owner;
  const mark = markOf(connectionId);
  const at = new Date();
  const by = { kind: 'person', id: 'ada' } as const;
  const analysis = stores.analysis.of(connectionId, generation);
  for (const part of analysisParts) await analysis[part].putMany([{ _id: mark } as never]);

  const figure: Figure = {
    ...{ id: 'sales/growth', metric: 'sales', name: mark, kind: 'growth', grain: 'month' },
    ...{ entity: null, currency: null, better: 'up', value: 1, gap: null, from: null, to: null },
  };
  const _id = figuresId(connectionId, generation);
  const whose = { connectionId, company: mark, app: 'shop', segment: null };
  await stores.figures.put({ _id, ...whose, figures: [figure], sessionId, madeAt: at });
  const members = [{ figuresId: _id, company: mark, value: 1, to: '2026-02-28', part: 0 }];
  const group: BenchmarkGroupDoc = {
    ...{ _id: `group-of-${connectionId}`, segment: null, epoch: 1, at },
    ...{ size: 4, parts: 2, typical: null, members },
  };
  await stores.figures.putGroup(group);

  await stores.alerts.raise({
    ...{ incident: `session/${connectionId}`, cause: 'session', title: 'failed', reason: mark, since: at },
    occurrence: { id: '1', text: mark, at },
  });

  const type: ReportTypeDoc = {
    ...{ _id: `report-of-${connectionId}`, name: 'Sales', status: 'Active', realTime: false, offset: 0 },
    ...{ notifyOnFail: true, repeatAfterDays: null, addToDatapoints: false, reportTypeId: null },
    ...{ restatementThreshold: 1, target: { kind: 'mongodb' }, company: 'acme', createdBy: by },
    ...{ createdAt: at, updatedAt: at, seq: 0 },
    source: { kind: 'query', connectionId, from: 'records', resource: 'orders', dateField: 'day' },
  };
  await stores.reportTypes.create(type);
  const slot = '2026-01-01';
  const unfit = { rows: 1, twice: 0, samples: [{ key: mark, why: mark, text: mark }] };
  await stores.reports.create({
    ...newReport(type, slot, slot, at, at),
    detail: mark,
    delivery: {
      ...{ destinationId: 'base', object: 'Sales', stage: `${slot}/1.1`, startedAt: at, endedAt: at },
      counts: { inserted: 0, updated: 0, removed: 0, unchanged: 0, rejected: 1, kept: 0 },
      rejected: [{ key: mark, code: 'NO', message: mark }],
    },
    staged: { stage: `${slot}/1.1`, unfit },
    requested: { connectionId, generation, report: 'sales', date: slot, reportId: mark, at },
  });
  await stores.reportRows.of(type._id).putMany([{ _id: `${slot}/1.1/${mark}`, key: mark, data: { mark } }]);
  await stores.reportDeliveries.of(type._id).putMany([
    {
      ...{ _id: `${slot}/${mark}`, key: mark, place: 'base', action: 'insert', status: 'rejected' },
      ...{ fingerprint: mark, run: 1, error: { code: 'NO', message: mark }, at },
    },
  ]);
  await stores.reports.putRevision({
    ...{ _id: `${type._id}/${slot}/1`, type: type._id, slot, number: 1, at, occasion: 'due', by },
    ...{ rows: 1, added: 1, changed: 0, removed: 0, unchanged: 0, unfit },
    diff: { added: [mark], changed: [], removed: [], leftOut: 0 },
  });
}
