import { reportFillWorkflowId, reportWorkflowId } from '../../domain/report-contracts.ts';
import { order, reportScene } from '../reports/support.ts';
import type { World } from '../support/world.ts';

/** The flows of reports whose histories are kept, by name and workflow type. @returns the id of the workflow */
export const reportScenarios: Readonly<Record<string, (world: World) => Promise<string>>> = {
  'report-created.report': async (world) => {
    const scene = await reportScene(world);
    await scene.session({ o1: order('2026-03-01', 1) });
    await scene.makes('2026-03-01');
    return reportWorkflowId(scene.type._id, '2026-03-01');
  },
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
