import { createReportsPort } from '../../client/reports-port.ts';
import type { Actor } from '../../domain/contracts.ts';
import type { JsonObject } from '../../domain/json.ts';
import {
  defaultReportDurations,
  type ReportOccasion,
  reportIdOf,
  reportWorkflowId,
} from '../../domain/report-contracts.ts';
import type { ReportDoc, ReportTypeDoc } from '../../stores/model.ts';
import { syncScene } from '../support/sync-scene.ts';
import type { World } from '../support/world.ts';

const tester: Actor = { kind: 'person', id: 'tester' };
const durations = { ...defaultReportDurations, heartbeatMs: 3_000, retryInitialMs: 20 };

/** An order of a day. */
export const order = (day: string, amount: number): JsonObject => ({ name: 'Chair', amount, day });

export type ReportScene = Awaited<ReturnType<typeof reportScene>>;

let made = 0;

/** A connection with orders and a daily report type of them; nothing was made yet. */
export async function reportScene(world: World, change: Partial<ReportTypeDoc> = {}) {
  const scene = await syncScene(world);
  const { connection } = scene;
  const at = new Date();
  const { stores } = world;
  const type = await stores.reportTypes.create({
    _id: `sales-${++made}-${connection._id}`,
    ...{ name: `Sales ${made}`, status: 'Active', realTime: false, offset: 0, notifyOnFail: true },
    ...{ repeatAfterDays: null, addToDatapoints: false, reportTypeId: null, restatementThreshold: 0.5 },
    source: {
      ...{ kind: 'query', connectionId: connection._id, from: 'records' },
      ...{ resource: 'orders', dateField: 'day', fields: ['day', 'amount'] },
    },
    target: { kind: 'mongodb' },
    company: 'acme',
    createdBy: tester,
    createdAt: at,
    updatedAt: at,
    seq: 0,
    ...change,
  });
  const rows = stores.reportRows.of(type._id);
  const port = createReportsPort(world.client, {
    ...{ stores, taskQueue: world.taskQueue, durations },
  });
  const result = async (slot: string): Promise<string> => {
    try {
      const handle = world.client.workflow.getHandle(reportWorkflowId(type._id, slot));
      const { refused } = await handle.result();
      return refused ?? 'created';
    } catch (error) {
      const { cause } = error as { readonly cause?: { readonly type?: string } };
      return cause?.type ?? String(error);
    }
  };
  const report = async (slot: string): Promise<ReportDoc> => {
    const doc = await stores.reports.get(reportIdOf(type._id, slot));
    if (doc === null) throw new Error(`no report of ${slot}`);
    return doc;
  };
  return {
    ...scene,
    type,
    /** @returns how it ended: `created`, why it was refused, or the reason of its failure */
    async makes(slot: string, occasion: ReportOccasion = 'due'): Promise<string> {
      await port.start({ type: type._id, slot, occasion, by: tester });
      return result(slot);
    },
    result,
    reports: port,
    report,
    /** The rows of the current revision, by key. */
    async current(slot: string): Promise<Record<string, JsonObject>> {
      const { mongoId } = await report(slot);
      const page = mongoId === null ? [] : await rows.page(mongoId, { limit: 500 });
      return Object.fromEntries(page.map(({ key, data }) => [key, data]));
    },
    /** Every row that is stored of the type, of whatever revision. */
    stored: () => world.stores.db.collection(`reportRows.${type._id}`).countDocuments(),
    alert: (slot: string, which: string | number) =>
      stores.alerts.get(`report/${reportIdOf(type._id, slot)}/${which}`),
  };
}
