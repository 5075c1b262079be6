import { completed } from '../../activities/sync-base/rows.ts';
import type { Stores } from '../../stores/open.ts';
import { at, person } from './support.ts';

/** The control base: an automation, a due time of it, a row of Logs and the row of Overview. */
export async function fillControl(stores: Stores): Promise<void> {
  await stores.automations.put({
    ...{ _id: 'nightly', name: 'Nightly', description: '', task: { kind: 'retention' }, run: 'Daily' },
    ...{ time: '06:00', timezone: '-7', weekday: null, disabled: false, missed: 'runOnce' },
    ...{ seq: 0, since: at, applied: null, createdBy: person, createdAt: at, updatedAt: at, unlogged: [] },
    changedAt: { name: at },
  });
  await stores.tokens.add({
    ...{ _id: 'anna', role: 'viewer', companies: null, hash: '00', createdBy: person, createdAt: at },
    ...{ expiresAt: null, lastUsedAt: null, revokedAt: null, revokedBy: null },
  });
  const due = { _id: 'nightly/2026-01-01', automationId: 'nightly', slot: '2026-01-01', dueAt: at };
  await stores.automationTicks.claim({ ...due, by: person, holder: 'tick', at }, at);
  await stores.logs.add({
    ...{ at, by: person, subject: 'automation/nightly', text: 'ada made it.' },
    ...{ before: null, after: { time: '06:00' } },
  });
  await stores.syncBases.create({
    ...{ _id: 'app00000000000001', plan: 'team', everyMs: 60_000, ids: {}, calls: { '2026-01': 2 } },
    webhook: { id: 'ach00000000000001', cursor: 1, createdAt: at, expiresAt: at },
    problem: { code: 'SYNC_BASE_GONE', text: 'There is no such base.', since: at },
    unfit: [{ table: 'logs', field: null, sentence: 'There is no table "Logs".' }],
    ...{ lookedAt: at, refused: 'Logs / 1: too long' },
    ...{
      passedAt: at,
      records: 1,
      everything: false,
      attachedBy: person,
      attachedAt: at,
      updatedAt: at,
      seq: 0,
    },
  });
  await stores.syncBases.rows('app00000000000001').putMany([
    completed({
      ...{ _id: 'automations/nightly', table: 'automations', id: 'nightly', recordId: 'rec1', agreed: {} },
      ...{ refused: {}, message: null, updatedAt: at },
    }),
  ]);
  await stores.overview.put({ timestamp: at, versions: { node: '20' } });
}
