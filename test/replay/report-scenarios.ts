import { reportFillWorkflowId, reportWorkflowId } from '../../domain/report-contracts.ts';
import { type Storefront, startStorefront } from '../../examples/storefront/server.ts';
import { appScene, appType } from '../reports/app-support.ts';
import { order, reportScene } from '../reports/support.ts';
import type { World } from '../support/world.ts';

async function withStorefront<T>(use: (shop: Storefront) => Promise<T>): Promise<T> {
  const shop = await startStorefront({ requestsPerSecond: 1_000 });
  try {
    return await use(shop);
  } finally {
    await shop.stop();
  }
}

/** The flows of reports whose histories are kept, by name and workflow type. @returns the id of the workflow */
export const reportScenarios: Readonly<Record<string, (world: World) => Promise<string>>> = {
  'report-created.report': async (world) => {
    const scene = await reportScene(world);
    await scene.session({ o1: order('2026-03-01', 1) });
    await scene.makes('2026-03-01');
    return reportWorkflowId(scene.type._id, '2026-03-01');
  },
  // The app forgets it once, has it requested anew, makes it wait, and then has it.
  'report-requested.report': (world) =>
    withStorefront(async (shop) => {
      const scene = await appScene(world, shop);
      const { type, makes } = await appType(world, scene, 'sales_export');
      shop.control.faults({ retryAfterSeconds: 0, reportsGone: 1 });
      await makes('2017-11-24');
      return reportWorkflowId(type._id, '2017-11-24');
    }),
  'report-too-late.report': (world) =>
    withStorefront(async (shop) => {
      const scene = await appScene(world, shop);
      const { type, makes } = await appType(world, scene, 'sales_export');
      shop.control.faults({ retryAfterSeconds: 0, reportQuestions: 9 });
      await makes('2017-11-24', 'due', { readyMs: 700 });
      return reportWorkflowId(type._id, '2017-11-24');
    }),
  'report-empty.report': async (world) => {
    const scene = await reportScene(world);
    await scene.makes('2026-03-01');
    return reportWorkflowId(scene.type._id, '2026-03-01');
  },
  'report-fill.reportFill': async (world) => {
    const scene = await reportScene(world);
    await scene.session({ o1: order('2026-03-01', 1), o2: order('2026-03-03', 1) });
    const type = scene.type._id;
    await scene.reports.fill({
      type,
      from: '2026-03-01',
      to: '2026-03-07',
      by: { kind: 'person', id: 'tester' },
    });
    const workflowId = reportFillWorkflowId(type);
    await world.client.workflow.getHandle(workflowId).result();
    return workflowId;
  },
};
