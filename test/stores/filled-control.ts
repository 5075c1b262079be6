import type { Stores } from '../../stores/open.ts';
import { at, person } from './support.ts';

/** The control base: an automation, a due time of it, a row of Logs and the row of Overview. */
export async function fillControl(stores: Stores): Promise<void> {
  await stores.automations.put({
    ...{ _id: 'nightly', name: 'Nightly', description: '', task: { kind: 'retention' }, run: 'Daily' },
    ...{ time: '06:00', timezone: '-7', weekday: null, disabled: false, missed: 'runOnce' },
    ...{ seq: 0, since: at, applied: null, createdBy: person, createdAt: at, updatedAt: at, unlogged: [] },
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
  await stores.overview.put({ timestamp: at, versions: { node: '20' } });
}
