import assert from 'node:assert/strict';
import { addAutomation } from '../../activities/automations/edit.ts';
import { addReportType } from '../../activities/reports/edit-type.ts';
import { diffBase } from '../../client/sync-base/diff.ts';
import { rebuildBase } from '../../client/sync-base/rebuild.ts';
import { setUpBase } from '../../client/sync-base/set-up.ts';
import { fieldsOfTable, syncTableKeys, syncTables } from '../../domain/sync-base.ts';
import { type SyncBaseOutcome, syncBaseWorkflowType } from '../../domain/sync-base-contracts.ts';
import { fieldToCreate } from '../../domain/sync-base-schema.ts';
import type { SyncBaseSettings } from '../../platform/settings-sync-base.ts';
import type { AutomationDoc, ReportTypeDoc } from '../../stores/model.ts';
import { type AirtableOptions, type StandInBase, startAirtable } from '../support/airtable/index.ts';
import { localEgress } from '../support/egress.ts';
import { startWorld } from '../support/world.ts';

export const tester = { kind: 'person', id: 'tester' } as const;

/** Every table as set-up makes it. */
const tables = syncTableKeys.map((key) => ({
  name: syncTables[key].name,
  fields: fieldsOfTable(key).map(fieldToCreate),
}));

export type Scene = Awaited<ReturnType<typeof startScene>>;
/** A base that is attached, and its passes. */
export type BaseScene = Awaited<ReturnType<Scene['attach']>>;

/** A world with a SYNC base that is set up, and a schedule and a report type in the store. */
export async function startScene(options: AirtableOptions = {}) {
  let skewMs = 0;
  const airtable = await startAirtable({ ...options, now: () => Date.now() + skewMs });
  const token = airtable.token();
  const { lockOutMs } = options;
  const syncBase = {
    ...{ token, apiUrl: airtable.url, keepDays: 30, developers: [] as string[], graceMs: 0 },
    ...(lockOutMs === undefined ? {} : { lockOutMs }),
  };
  const world = await startWorld({}, [], { syncBase: syncBase satisfies SyncBaseSettings });
  const { stores, client, taskQueue } = world;
  const now = () => new Date();
  const ports = { stores, egress: localEgress, syncBase };

  const schedule = async (id: string, more: Partial<AutomationDoc> = {}): Promise<void> =>
    void (await addAutomation(
      { stores, now },
      id,
      {
        ...{ name: `Name of ${id}`, description: '', task: { kind: 'retention' }, run: 'Daily' },
        ...{ time: '06:00', timezone: '-7', weekday: null, disabled: false, missed: 'runOnce' },
        ...more,
      },
      tester,
    ));
  const reportType = async (id: string, more: Partial<ReportTypeDoc> = {}): Promise<void> =>
    void (await addReportType(
      { stores, now },
      {
        ...{ _id: id, company: 'acme', name: 'Sales', status: 'Active', realTime: false, offset: 0 },
        ...{ notifyOnFail: true, repeatAfterDays: null, addToDatapoints: false, reportTypeId: null },
        ...{ restatementThreshold: 1, datapoints: [], target: { kind: 'mongodb' } },
        source: {
          ...{ kind: 'query', connectionId: 'shop', from: 'records' },
          ...{ resource: 'orders', dateField: 'day' },
        },
        ...more,
      },
      tester,
    ));
  await schedule('nightly', { name: 'Nightly' });
  await reportType('sales');
  await stores.overview.put({ timestamp: now(), versions: {} });

  let passes = 0;
  const bases: string[] = [];
  /** @param base One that was made by hand, unless told otherwise: its set-up takes few calls */
  async function attach(base: StandInBase = airtable.addBase(tables)) {
    bases.push(base.id);
    airtable.changeToken(syncBase.token, { bases });
    const signal = AbortSignal.timeout(300_000);
    const wish = { base: base.id, create: true, by: tester, now: now() };
    await setUpBase(ports, wish, signal);
    const doc = async () => {
      const found = await stores.syncBases.get(base.id);
      assert.ok(found, `${base.id} is attached`);
      return found;
    };
    return {
      base,
      doc,
      row: (table: string, id: string) => base.rows(table).find((one) => one.Id === id),
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
      /** Calls of the API for the base since `from`, see `airtable.seen.length`. */
      calls: (from: number) => airtable.seen.slice(from).filter(({ path }) => path.includes(base.id)),
      setUp: () => setUpBase(ports, { ...wish, now: now() }, signal),
      rebuild: async () => rebuildBase(ports, await doc(), { by: tester, now: now() }, signal),
      diff: async () => {
        const definition = () => assert.fail('no definition is needed');
        return diffBase({ ...ports, definition }, await doc(), now(), signal);
      },
    };
  }
  const first = await attach(airtable.addBase());

  return {
    ...{ airtable, world, stores, client, taskQueue, syncBase, attach, schedule, reportType },
    /** Gives the service another token, as after the old one was revoked. */
    renew(): void {
      syncBase.token = airtable.token({ bases });
    },
    /** Lets time pass at Airtable. */
    later(ms: number): void {
      skewMs += ms;
    },
    ...first,
    logs: async () => (await stores.logs.list({ limit: 500 })).map(({ text }) => text),
    /** Workflow id of the last pass. */
    lastPass: () => `sync-base/${first.base.id}/${passes}`,
    async stop() {
      await world.stop();
      await airtable.stop();
    },
  };
}
