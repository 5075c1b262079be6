import { createReportsPort, type ReportsPort } from '../../client/reports-port.ts';
import type { Actor } from '../../domain/contracts.ts';
import type { JsonObject } from '../../domain/json.ts';
import {
  defaultReportDurations,
  type ReportDurations,
  type ReportOccasion,
  reportWorkflowId,
} from '../../domain/report-contracts.ts';
import { readOrders } from '../../examples/storefront/orders.ts';
import type { Storefront } from '../../examples/storefront/server.ts';
import type { ReportTypeDoc } from '../../stores/model.ts';
import { authorizeAt, storefrontDefinition } from '../support/storefront.ts';
import type { World } from '../support/world.ts';

const durations: ReportDurations = {
  ...defaultReportDurations,
  heartbeatMs: 3_000,
  retryInitialMs: 20,
  pollMs: 50,
};
const client = { clientId: 'tributary', clientSecret: 'storefront-secret' };

export type AppScene = Awaited<ReturnType<typeof appScene>>;

const tester: Actor = { kind: 'person', id: 'tester' };
let made = 0;

/** A connection that a company of the storefront consented to; nothing of it was loaded. */
export async function appScene(world: World, storefront: Storefront) {
  const { stores, secrets } = world;
  const definition = { ...storefrontDefinition, rateLimit: undefined };
  const connection = await world.started({ definition, baseUrl: storefront.url, client });
  const consent = async () => {
    const tokens = await authorizeAt(storefront.url, 'west');
    await stores.grants.save({
      ...{ connectionId: connection._id, generation: 1, account: 'west', expiresAt: null, endsAt: null },
      secret: secrets.seal({ kind: 'oauth2', tokens } as never, `grant/${connection._id}/1`),
    });
  };
  await consent();
  const port = (change: Partial<ReportDurations> = {}): ReportsPort =>
    createReportsPort(world.client, {
      ...{ stores, taskQueue: world.taskQueue, durations: { ...durations, ...change } },
    });
  return { connection, consent, port, reports: port() };
}

/** A report type of a report of the storefront, and how its reports are made. */
export async function appType(
  world: World,
  { connection, port }: AppScene,
  report: string,
  change: Partial<ReportTypeDoc> = {},
) {
  const { stores } = world;
  const at = new Date();
  const type = await stores.reportTypes.create({
    _id: `${report}-${++made}-${connection._id}`,
    ...{ name: `Sales ${made}`, status: 'Active', realTime: false, offset: 0, notifyOnFail: true },
    ...{ repeatAfterDays: null, addToDatapoints: false, reportTypeId: report, restatementThreshold: 0.01 },
    source: { kind: 'app', connectionId: connection._id, report },
    ...{
      target: { kind: 'mongodb' },
      company: 'acme',
      createdBy: tester,
      createdAt: at,
      updatedAt: at,
      seq: 0,
    },
    ...change,
  });
  const rowsOf = async (slot: string): Promise<readonly JsonObject[]> => {
    const { mongoId = null } = (await stores.reports.get(`${type._id}/${slot}`)) ?? {};
    const rows = stores.reportRows.of(type._id);
    return mongoId === null ? [] : (await rows.page(mongoId, { limit: 500 })).map(({ data }) => data);
  };
  return {
    type,
    rowsOf,
    async report(slot: string) {
      const doc = await stores.reports.get(`${type._id}/${slot}`);
      if (doc === null) throw new Error(`no report of ${slot}`);
      return doc;
    },
    /** @returns how it ended: `created`, why it was refused, or the reason of its failure */
    async makes(slot: string, occasion: ReportOccasion = 'due', change: Partial<ReportDurations> = {}) {
      await port(change).start({ type: type._id, slot, occasion, by: tester });
      try {
        const { refused } = await world.client.workflow.getHandle(reportWorkflowId(type._id, slot)).result();
        return refused ?? 'created';
      } catch (error) {
        const { cause } = error as { readonly cause?: { readonly type?: string } };
        return cause?.type ?? String(error);
      }
    },
  };
}

/** What the sample's table says of a day of the company West: lines and sales of each order. */
export function dayOfTable(
  day: string,
): ReadonlyMap<string, { readonly lines: number; readonly sales: number }> {
  const orders = new Map<string, { lines: number; sales: number }>();
  for (const { order_id, order_date, region, sales } of readOrders()) {
    if (order_date !== day || region !== 'West') continue;
    const { lines, sales: sum } = orders.get(order_id) ?? { lines: 0, sales: 0 };
    orders.set(order_id, { lines: lines + 1, sales: sum + Number(sales) });
  }
  return orders;
}
