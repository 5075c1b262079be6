import type { Client } from '@temporalio/client';
import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import { type CalendarEntry, gapsOf } from '../../domain/report-calendar.ts';
import { defaultReportDurations, type ReportDurations } from '../../domain/report-contracts.ts';
import { dayAfter } from '../../domain/report-type.ts';
import type { ReportTypeDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { readCalendar } from './calendar.ts';
import { startReportFill } from './start.ts';

/** Reports of one fill that are made at the same time. */
const atOnce = 5;
/** Slots of one fill: its history stays small. */
const mostSlots = 1_000;

/** What a fill works with. */
export interface FillPorts {
  readonly stores: Pick<Stores, 'automations' | 'reports' | 'reportTypes'>;
  readonly client: Client;
  readonly taskQueue: string;
  readonly durations?: ReportDurations | undefined;
  readonly now?: () => Date;
}

/** Which gaps are to be filled: dates of slots, both included. */
export interface FillWish {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly by: Actor;
}

/** What a fill found, and what it starts. */
export interface FillStart {
  /** `nothing`: no report is missing. `joined`: another fill of the type is open. */
  readonly decision: 'started' | 'joined' | 'nothing';
  /** Reports that are made now. */
  readonly slots: readonly string[];
  /** Slots of the span that have their report. */
  readonly there: number;
}

/**
 * Makes the reports of a span that are not there.
 * @throws {TributaryError} NOT_FOUND, REPORT_REAL_TIME, REPORT_TYPE_INACTIVE; INVALID_INPUT for a date to come
 */
export async function fillReports(
  { stores, client, taskQueue, durations = defaultReportDurations, now = () => new Date() }: FillPorts,
  { type: id, from, to, by }: FillWish,
): Promise<FillStart> {
  const at = now();
  const type = await stores.reportTypes.get(id);
  requireFillable(id, type, { from, to }, at);
  const { entries } = await readCalendar(stores, type, { from, to, now: at, missingMs: durations.missingMs });
  const gaps = gapsOf(entries, at);
  const there = entries.filter(isThere).length;
  if (gaps.length === 0) return { decision: 'nothing', slots: [], there };
  if (gaps.length > mostSlots)
    throw new TributaryError(
      'INVALID_INPUT',
      `${gaps.length} reports are missing from ${from} to ${to}; one fill makes at most ${mostSlots}.`,
    );
  const decision = await startReportFill(client, taskQueue, {
    ...{ type: id, slots: gaps, atOnce, by, durations },
    company: type.company,
  });
  return { decision, slots: decision === 'started' ? gaps : [], there };
}

const isThere = ({ state }: CalendarEntry): boolean => state === 'created' || state === 'late';

function requireFillable(
  id: string,
  type: ReportTypeDoc | null,
  { from, to }: Pick<FillWish, 'from' | 'to'>,
  now: Date,
): asserts type is ReportTypeDoc {
  if (type === null) throw new TributaryError('NOT_FOUND', `There is no report type "${id}".`);
  if (type.realTime)
    throw new TributaryError(
      'REPORT_REAL_TIME',
      `"${type.name}" is real-time: it has no past dates to fill.`,
    );
  if (type.status === 'Inactive')
    throw new TributaryError('REPORT_TYPE_INACTIVE', `"${type.name}" is Inactive.`);
  if (dayAfter(from, 0) === null || dayAfter(to, 0) === null || from > to)
    throw new TributaryError('INVALID_INPUT', `"${from}" to "${to}" are no dates in order.`);
  if (to > now.toISOString().slice(0, 10))
    throw new TributaryError('INVALID_INPUT', `${to} is still to come: a fill ends today at the latest.`);
}
