import { TributaryError } from '../../domain/errors.ts';
import { type CalendarEntry, calendarOf } from '../../domain/report-calendar.ts';
import { defaultReportDurations } from '../../domain/report-contracts.ts';
import type { AutomationDoc, ReportDoc, ReportTypeDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';

/** Dates that are looked at, YYYY-MM-DD, both included. */
export interface CalendarSpan {
  readonly from: string;
  readonly to: string;
  readonly now: Date;
  /** @default 24 hours */
  readonly missingMs?: number | undefined;
}

/** What became of every slot of a type in a span of dates. */
export async function readCalendar(
  { automations, reports }: Pick<Stores, 'automations' | 'reports'>,
  type: ReportTypeDoc,
  { missingMs = defaultReportDurations.missingMs, ...span }: CalendarSpan,
): Promise<{ readonly entries: readonly CalendarEntry[]; readonly reports: readonly ReportDoc[] }> {
  const [all, known] = await Promise.all([automations.list(), reports.all(type._id)]);
  const timings = all.filter(
    ({ task, disabled }) => task.kind === 'report' && task.reportType === type._id && !disabled,
  );
  requireReadable(timings, span);
  const inactive = type.status === 'Inactive';
  return { entries: calendarOf({ ...span, timings, reports: known, missingMs, inactive }), reports: known };
}

const dayMs = 86_400_000;
/** Slots that one look may have: an Interval of minutes over years would hold everything else up. */
const mostSlots = 20_000;

function requireReadable(timings: readonly AutomationDoc[], { from, to }: CalendarSpan): void {
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  const perDay = timings.map(({ run, time }) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    return run === 'Interval' ? 1440 / Math.max(1, hours * 60 + minutes) : 1;
  });
  const slots = days * Math.max(1, ...perDay);
  if (!(slots <= mostSlots))
    throw new TributaryError(
      'INVALID_INPUT',
      `From ${from} to ${to} there are too many reports: ask for less.`,
    );
}
