import type { Stores } from '../../stores/open.ts';
import { retryId, todoId } from '../../stores/sync-records.ts';
import { at, person } from './support.ts';

/** A destination, a sync to it, and a run of it: every field that a program may store. */
export async function fillSyncs(stores: Stores): Promise<void> {
  const times = { createdAt: at, updatedAt: at };
  await stores.destinations.create({
    ...{ _id: 'base', kind: 'airtable', name: 'Base', configuration: {}, secret: null, quota: null },
    ...{ slots: 1, seq: 0, ...times },
  });
  const sync = await stores.syncs.create({
    ...{ _id: 'orders-to-base', connectionId: 'shop-acme', generation: 1, company: 'acme' },
    ...{ destinationId: 'base', model: { resource: 'orders', filter: {} }, mapping: [], keyField: 'id' },
    ...{ object: 'Orders', mode: 'mirror', schedule: { kind: 'MANUAL' }, timeZone: 'UTC' },
    ...{ rejectedThreshold: 0, rejectionCap: 3, status: 'pending', statusSince: at, statusReason: null },
    ...{ latestRun: 0, resync: null, version: 1, staged: null, remindedAt: null, seq: 0 },
    ...{ createdBy: person, ...times },
  });
  await stores.destinations.join('base', sync._id);
  const { _id: runId } = await stores.syncRuns.allocate({
    ...{ sync, generation: 1, engineRun: 'run-1', kind: 'run', key: null, by: person, at },
  });
  const budget = { rows: 1, calls: 1, atLeastMs: 200, quota: null, exceeds: false };
  await stores.syncRuns.note(runId, { budget });
  const step = { seq: 1, from: null, to: 'started', event: 'trigger', reason: null, by: person } as const;
  await stores.syncRuns.write(runId, [{ ...step, at: at.toISOString() }], null);
  const rows = stores.syncRecords.of(sync._id);
  await rows.putMany([
    {
      ...{ _id: '1', action: 'insert', status: 'success', delivered: 'f', staged: 'f', fields: null },
      ...{ run: 1, deliveredRun: 1, attempts: 0, notBefore: null, error: null, at },
    },
    {
      ...{ _id: '2', action: 'insert', status: 'failed', delivered: null, staged: 'f', fields: '{}' },
      ...{ run: 1, deliveredRun: null, attempts: 1, notBefore: 2, at },
      error: { code: 'NO', message: 'no', requestId: null },
    },
    {
      ...{ _id: '3', action: 'update', status: 'quarantined', delivered: 'e', staged: 'f', fields: '{}' },
      ...{ run: 2, deliveredRun: 1, attempts: 0, notBefore: null, error: null, at },
    },
  ]);
  const arrived = Array.from({ length: 60 }, (_, n) => ({ _id: `arrived-${100 + n}`, delivered: 'f' }));
  await rows.insertDelivered(arrived, { run: 1, at });
  await rows.putList({ _id: todoId(runId, 0), rows: [] });
  await rows.putRetry({ _id: retryId(runId, 0), keys: ['1'] });
}
