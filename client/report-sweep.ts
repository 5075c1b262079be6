import type { Logger } from 'pino';
import { raiseMissing } from '../activities/reports/alerts.ts';
import { newReport } from '../activities/reports/begin.ts';
import type { Actor } from '../domain/contracts.ts';
import { dueTimes } from '../domain/due-times.ts';
import { isRepeatDue } from '../domain/report-calendar.ts';
import type { ReportOccasion } from '../domain/report-contracts.ts';
import { reportIdOf } from '../domain/report-contracts.ts';
import { statusAfter } from '../domain/report-steps.ts';
import { reportDateOf } from '../domain/report-type.ts';
import type { AutomationDoc, ReportDoc, ReportTypeDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import { createPeriodic, type Periodic } from './periodic.ts';
import type { ReportsPort } from './reports-port.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** How far back due times are looked at; what is older was seen by an earlier round, or by the calendar. */
const lookBackMs = 8 * 24 * hourMs;
/** From here on a report that runs is asked for at the engine: who runs it may be gone. */
const ownedMs = 15 * minuteMs;
/** Reports that one round starts for one type. */
const startsARound = 20;
const system: Actor = { kind: 'system', id: 'report-sweep' };

type SweepStores = Pick<Stores, 'alerts' | 'automations' | 'reports' | 'reportTypes'>;

/** What the sweep is made of. */
export interface ReportSweepOptions {
  readonly stores: SweepStores;
  readonly reports: ReportsPort;
  readonly log: Logger;
  /** Between two rounds. @default 300000 */
  readonly intervalMs?: number;
  readonly now?: () => Date;
}

/**
 * Sees to what no tick starts: repeats after N days, reports whose failure was cleared, at the next scheduled time,
 * reports whose execution is gone without an end, and reports that are due and not there after 24 h. It looks at due times and reports only, so that it finds what never
 * ran. Safe in several processes at once.
 */
export function createReportSweep(options: ReportSweepOptions): Periodic {
  const { stores, reports, log, intervalMs = 5 * minuteMs, now = () => new Date() } = options;

  async function sweep(type: ReportTypeDoc, timings: readonly AutomationDoc[]): Promise<void> {
    const at = now();
    const known = await stores.reports.all(type._id);
    const { missingMs } = reports;
    // First: what is missing is found without the engine too.
    if (type.status === 'Active') await markMissing(stores, type, timings, { known, now: at, missingMs });
    await takeUp(type, known, at);
    if (type.status === 'Inactive') return;
    for (const { slot, occasion } of startsDue(type, timings, known, at).slice(0, startsARound)) {
      await reports.start({ type: type._id, slot, occasion, by: system });
      log.info({ type: type._id, slot, occasion }, 'a report was started');
    }
  }

  /** One that was terminated at the engine, or lost with its history, is made by another execution. */
  async function takeUp(type: ReportTypeDoc, known: readonly ReportDoc[], at: Date): Promise<void> {
    for (const { slot, status, statusSince, by } of known) {
      if (status !== 'running' || at.getTime() - statusSince.getTime() < ownedMs) continue;
      // Of one that has ended meanwhile "due" makes nothing; one that runs is joined.
      const decision = await reports.start({ type: type._id, slot, occasion: 'due', by: by ?? system });
      if (decision === 'started')
        log.warn({ type: type._id, slot }, 'a report that nobody ran is made again');
    }
  }

  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not look after reports; it is tried again',
    work: async () => {
      const automations = await stores.automations.list();
      for (const type of await stores.reportTypes.list()) {
        await stores.reportTypes.settleLog(type);
        const timings = automations.filter(
          ({ task, disabled }) => task.kind === 'report' && task.reportType === type._id && !disabled,
        );
        // What is wrong with one type keeps no other waiting.
        try {
          await sweep(type, timings);
        } catch (error) {
          log.warn({ type: type._id, err: error }, 'could not look after the reports of a type');
        }
      }
    },
  });
}

/** Reports that are to be started now: repeats, and those that were cleared before the last scheduled time. */
export function startsDue(
  type: Pick<ReportTypeDoc, 'repeatAfterDays'>,
  timings: readonly AutomationDoc[],
  reports: readonly ReportDoc[],
  now: Date,
): readonly { readonly slot: string; readonly occasion: ReportOccasion }[] {
  const { repeatAfterDays } = type;
  const scheduled = timings.flatMap((timing) =>
    dueTimes(timing, now.getTime() - lookBackMs, now.getTime() + 1).slice(-1),
  );
  const last = scheduled.length === 0 ? null : Math.max(...scheduled.map(({ at }) => at));
  return reports.flatMap(({ slot, ...report }): { slot: string; occasion: ReportOccasion }[] => {
    if (repeatAfterDays !== null && isRepeatDue(report, repeatAfterDays, now))
      return [{ slot, occasion: 'repeat' }];
    const cleared = report.status === 'due' && report.runs > 0;
    return cleared && last !== null && report.statusSince.getTime() < last ? [{ slot, occasion: 'due' }] : [];
  });
}

/** Writes `missed` for what was due 24 h ago and is not there, and tells it where the type says so. */
async function markMissing(
  stores: SweepStores,
  type: ReportTypeDoc,
  timings: readonly AutomationDoc[],
  seen: { readonly known: readonly ReportDoc[]; readonly now: Date; readonly missingMs: number },
): Promise<void> {
  const { now, missingMs } = seen;
  const known = new Map(seen.known.map((report) => [report.slot, report]));
  for (const timing of timings) {
    const from = Math.max(now.getTime() - lookBackMs, timing.since.getTime(), type.createdAt.getTime());
    for (const { at, slot } of dueTimes(timing, from, now.getTime() - missingMs)) {
      const report = known.get(slot);
      if (report !== undefined && report.status !== 'due') continue;
      const date = reportDateOf(slot, type.offset);
      if (date === null) continue;
      if (report === undefined) await stores.reports.create(newReport(type, slot, date, new Date(at), now));
      const missed = await stores.reports.change(reportIdOf(type._id, slot), ({ status, runs }) =>
        // One that was cleared waits for its next scheduled time.
        status === 'due' && runs === 0 ? { status: statusAfter(status, ['miss']), statusSince: now } : null,
      );
      if (missed.status === 'missed' && type.notifyOnFail) await raiseMissing(stores, missed, missingMs);
    }
  }
}
