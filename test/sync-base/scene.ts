import assert from 'node:assert/strict';
import { addAutomation } from '../../activities/automations/edit.ts';
import { addReportType } from '../../activities/reports/edit-type.ts';
import { setUpBase } from '../../client/sync-base/set-up.ts';
import { type SyncBaseOutcome, syncBaseWorkflowType } from '../../domain/sync-base-contracts.ts';
import type { SyncBaseSettings } from '../../platform/settings-sync-base.ts';
import { startAirtable } from '../support/airtable/index.ts';
import { localEgress } from '../support/egress.ts';
import { startWorld } from '../support/world.ts';

export const tester = { kind: 'person', id: 'tester' } as const;

/** A world with a SYNC base that is set up, and a schedule and a report type in the store. */
export async function startScene() {
  const airtable = await startAirtable();
  const base = airtable.addBase();
  const syncBase: SyncBaseSettings = {
    ...{ token: airtable.token(), apiUrl: airtable.url, keepDays: 30, developers: [] },
  };
  const world = await startWorld({}, [], { syncBase });
  const { stores, client, taskQueue } = world;
  const now = () => new Date();
  await addAutomation(
    { stores, now },
    'nightly',
    {
      ...{ name: 'Nightly', description: '', task: { kind: 'retention' }, run: 'Daily', time: '06:00' },
      ...{ timezone: '-7', weekday: null, disabled: false, missed: 'runOnce' },
    },
    tester,
  );
  await addReportType(
    { stores, now },
    {
      ...{ _id: 'sales', company: 'acme', name: 'Sales', status: 'Active', realTime: false, offset: 0 },
      ...{ notifyOnFail: true, repeatAfterDays: null, addToDatapoints: false, reportTypeId: null },
      ...{ restatementThreshold: 1, datapoints: [], target: { kind: 'mongodb' } },
      source: { kind: 'query', connectionId: 'shop', from: 'records', resource: 'orders', dateField: 'day' },
    },
    tester,
  );
  await stores.overview.put({ timestamp: now(), versions: {} });
  const signal = AbortSignal.timeout(120_000);
  const wish = { base: base.id, create: true, by: tester, now: now() };
  await setUpBase({ stores, egress: localEgress, syncBase }, wish, signal);

  let passes = 0;
  const row = (table: string, id: string) => base.rows(table).find((one) => one.Id === id);
  return {
    ...{ airtable, base, world, stores, client, taskQueue, row },
    pass: (patienceMs = 60_000): Promise<SyncBaseOutcome> =>
      client.workflow.execute(syncBaseWorkflowType, {
        ...{ workflowId: `sync-base/${base.id}/${++passes}`, taskQueue },
        args: [{ baseId: base.id, patienceMs }],
      }),
    /** Id of the record that shows one of ours. */
    record(table: string, id: string): string {
      const { fields, records } = base.table(table);
      const field = fields.find(({ name }) => name === 'Id')?.id ?? '';
      const found = records.find(({ cells }) => cells.get(field) === id);
      assert.ok(found, `${table} has no row of ${id}`);
      return found.id;
    },
    logs: async () => (await stores.logs.list({ limit: 500 })).map(({ text }) => text),
    /** Workflow id of the last pass. */
    lastPass: () => `sync-base/${base.id}/${passes}`,
    async stop() {
      await world.stop();
      await airtable.stop();
    },
  };
}
