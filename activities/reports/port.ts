import { activityInfo, getClient } from '@temporalio/activity';
import { defaultReportDurations, type ReportDurations } from '../../domain/report-contracts.ts';
import { dayAfter } from '../../domain/report-type.ts';
import type { Stores } from '../../stores/open.ts';
import type { ActivityPorts } from '../ports.ts';
import { fillReports } from './fill.ts';
import { startReport } from './start.ts';

/** What ticks need to start reports and fills. @param durations Frozen into each report that is started here. */
export function createReportPorts(
  stores: Stores,
  durations: ReportDurations = defaultReportDurations,
): Required<Pick<ActivityPorts, 'startReport' | 'fillReports'>> {
  return {
    async startReport(wish) {
      const type = await stores.reportTypes.get(wish.type);
      if (type === null)
        return { decision: 'skipped', text: `There is no report type "${wish.type}" any more.` };
      if (type.status === 'Inactive')
        return { decision: 'skipped', text: `The report type "${type.name}" is Inactive.` };
      return {
        decision: await startReport(getClient(), activityInfo().taskQueue, {
          ...wish,
          durations,
          company: type.company,
        }),
      };
    },
    async fillReports({ type, days, by }) {
      const to = new Date().toISOString().slice(0, 10);
      const from = dayAfter(to, 1 - days) ?? to;
      const where = { stores, client: getClient(), taskQueue: activityInfo().taskQueue, durations };
      const { decision, slots } = await fillReports(where, { type, from, to, by });
      return { decision, started: slots.length };
    },
  };
}
