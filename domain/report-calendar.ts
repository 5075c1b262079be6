import type { DueTime } from './automations.ts';
import { dueTimes, type Timing } from './due-times.ts';
import type { ReportStatus } from './report.ts';
import { dayAfter } from './report-type.ts';

/** What a calendar says of a slot. */
export const calendarStates = ['expected', 'created', 'late', 'empty', 'failed', 'missing'] as const;

/**
 * expected: it is not time yet, or it is being made; created; late: created more than 24 h after it was due; empty: the
 * source had no rows; failed; missing: it did not come within 24 h.
 */
export type CalendarState = (typeof calendarStates)[number];

/** What of a report the calendar looks at. */
export interface CalendarReport {
  readonly slot: string;
  readonly status: ReportStatus;
  readonly reason: string | null;
  readonly revision: number;
  readonly late: boolean;
  readonly dueAt: Date | null;
}

export interface CalendarEntry {
  readonly slot: string;
  /** Null: no automation makes it, the date alone does. */
  readonly dueAt: Date | null;
  readonly state: CalendarState;
}

/** What is looked at. */
export interface CalendarQuestion {
  /** When the automations of the type run; none: a report a day is expected. */
  readonly timings: readonly Timing[];
  readonly reports: readonly CalendarReport[];
  /** First and last date, YYYY-MM-DD. */
  readonly from: string;
  readonly to: string;
  readonly now: Date;
  readonly missingMs: number;
  /** Of a type that is Inactive nothing is expected: only what is there is shown. */
  readonly inactive: boolean;
}

const dayMs = 86_400_000;

/** Every slot from one date to another, each once and with exactly one state, in order. */
export function calendarOf(question: CalendarQuestion): readonly CalendarEntry[] {
  const { reports, now, missingMs } = question;
  const entries = new Map<string, CalendarEntry>();
  if (!question.inactive)
    for (const [slot, at] of expectedSlots(question)) {
      const dueAt = at === null ? null : new Date(at);
      // Without an automation a date is over when its day is.
      const after = (at ?? Date.parse(slot)) + (at === null ? dayMs : missingMs);
      entries.set(slot, { slot, dueAt, state: after < now.getTime() ? 'missing' : 'expected' });
    }
  for (const report of reports) {
    const day = report.slot.slice(0, 10);
    if (day < question.from || day > question.to) continue;
    const expected = entries.get(report.slot);
    const state = stateOf(report) ?? expected?.state ?? 'expected';
    entries.set(report.slot, { slot: report.slot, dueAt: report.dueAt ?? expected?.dueAt ?? null, state });
  }
  return [...entries.values()].sort((a, b) => (a.slot < b.slot ? -1 : 1));
}

/** Null: it is not there, and whether that is in order its due time says. */
function stateOf({ status, reason, revision, late }: CalendarReport): CalendarState | null {
  if (status === 'created') return late ? 'late' : 'created';
  if (status === 'failed') return reason === 'REPORT_EMPTY' && revision === 0 ? 'empty' : 'failed';
  if (status === 'missed') return 'missing';
  return status === 'running' ? 'expected' : null;
}

/** Slots with the time at which they are due; null where only the date says so. */
function expectedSlots({ timings, from, to }: CalendarQuestion): Map<string, number | null> {
  const slots = new Map<string, number | null>();
  if (timings.length === 0)
    for (let day: string | null = from; day !== null && day <= to; day = dayAfter(day, 1))
      slots.set(day, null);
  for (const timing of timings)
    for (const { at, slot } of timesAround(timing, from, to)) if (!slots.has(slot)) slots.set(slot, at);
  return slots;
}

/** A date of a zone begins up to 14 hours before it does in UTC, and ends as late. */
const timesAround = (timing: Timing, from: string, to: string): DueTime[] =>
  dueTimes(timing, Date.parse(from) - dayMs, Date.parse(to) + 3 * dayMs).filter(
    ({ slot }) => slot.slice(0, 10) >= from && slot.slice(0, 10) <= to,
  );

/** Slots of a calendar that a fill makes: what is not there and not of a day to come. */
export const gapsOf = (entries: readonly CalendarEntry[], now: Date): readonly string[] => {
  const dayAt = (at: number) => new Date(at).toISOString().slice(0, 10);
  const today = dayAt(now.getTime());
  // East of Greenwich tomorrow may have begun.
  const latest = dayAt(now.getTime() + 14 * 3_600_000);
  return entries
    .filter(({ slot, state, dueAt }) => {
      const day = slot.slice(0, 10);
      if (state === 'missing' || state === 'empty' || state === 'failed') return day <= latest;
      return state === 'expected' && (dueAt === null ? day <= today : dueAt <= now);
    })
    .map(({ slot }) => slot);
};

/** What says whether a report is to be made once more. */
export interface Repeatable {
  readonly status: ReportStatus;
  /** Of the report, YYYY-MM-DD. */
  readonly date: string;
  readonly lastUpdated: Date | null;
  readonly updateRepeated: Date | null;
}

/**
 * Whether the repeat of a report is due: N days after its date, once. One that was made later than that for the first
 * time knows it all already.
 */
export function isRepeatDue(report: Repeatable, repeatAfterDays: number, now: Date): boolean {
  const { status, date, lastUpdated, updateRepeated } = report;
  const day = dayAfter(date, repeatAfterDays);
  if (status !== 'created' || updateRepeated !== null || day === null || lastUpdated === null) return false;
  const from = Date.parse(day);
  return now.getTime() >= from && lastUpdated.getTime() < from;
}
