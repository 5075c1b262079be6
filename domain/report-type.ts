import type { JsonValue } from './json.ts';
import { metricFaults, type ReportMetric, type ReportTarget, targetFaults } from './report-target.ts';

/** Where the rows of a report come from. */
export type ReportSource = RecordsSource | DatapointsSource | AppSource;

/** A saved query over the records of one resource: those of the report's date. */
export interface RecordsSource {
  readonly kind: 'query';
  readonly connectionId: string;
  readonly from: 'records';
  readonly resource: string;
  /** Field that holds the date of a record; a dot reaches into an object. Null: of a real-time type. */
  readonly dateField: string | null;
  /** Equality on fields; all must hold. A list means any of its values. */
  readonly filter?: Readonly<Record<string, JsonValue>>;
  /** Fields of a row; missing: all. */
  readonly fields?: readonly string[];
}

/** The datapoints of one metric: those of the period that the report's date is in. */
export interface DatapointsSource {
  readonly kind: 'query';
  readonly connectionId: string;
  readonly from: 'datapoints';
  readonly metric: string;
  /** Only by this field; missing: the total and every dimension. */
  readonly dimension?: string;
}

/** A dated report of the app itself, which is asked for it through the connection. */
export interface AppSource {
  readonly kind: 'app';
  readonly connectionId: string;
  /** Its id in the definition (`reports`); the Report Type Id is the same. */
  readonly report: string;
}

/** A row of Report Types (document 003, section 4). */
export interface ReportType {
  readonly name: string;
  readonly status: 'Active' | 'Inactive';
  /** It shows the present only: there are no rows of a past date. */
  readonly realTime: boolean;
  /** Days from the slot's date to the report's date: 0 or negative. */
  readonly offset: number;
  readonly notifyOnFail: boolean;
  /** Days after the report's date at which it is made once more; null: never. */
  readonly repeatAfterDays: number | null;
  /** Its numbers go to the datapoints, which forecasting reads; the developer's alone. */
  readonly addToDatapoints: boolean;
  /** Which numbers these are. Missing: none. */
  readonly datapoints?: readonly ReportMetric[];
  /** Its identifier when it is asked for: of an {@link AppSource} its `report`; else for people. The developer's alone. */
  readonly reportTypeId: string | null;
  /** Share of the earlier rows that a repeat may add, change or remove without an alert, 0 to 1. */
  readonly restatementThreshold: number;
  readonly source: ReportSource;
  readonly target: ReportTarget;
}

/** What is wrong with one setting of a report type. */
export interface ReportTypeFault {
  readonly field: keyof ReportType | 'source.dateField';
  readonly message: string;
}

/** Days that an offset or a repeat may reach. */
const mostDays = 3_660;

/** What of a report type does not go together; none: nothing. */
export function reportTypeFaults(type: ReportType): readonly ReportTypeFault[] {
  const { realTime, offset, repeatAfterDays, restatementThreshold, addToDatapoints, reportTypeId, source } =
    type;
  const faults: ReportTypeFault[] = [];
  const fault = (field: ReportTypeFault['field'], message: string) => faults.push({ field, message });
  if (!Number.isInteger(offset) || Math.abs(offset) > mostDays) fault('offset', 'must be whole days');
  else if (offset > 0) fault('offset', 'must be 0 or negative: there is no report of a day to come');
  else if (offset !== 0 && realTime)
    fault('offset', 'must be 0: a real-time report shows the present, it has no date to choose');
  if (repeatAfterDays !== null) {
    if (!Number.isInteger(repeatAfterDays) || repeatAfterDays < 1 || repeatAfterDays > mostDays)
      fault('repeatAfterDays', `must be from 1 to ${mostDays} whole days, or null`);
    else if (realTime) fault('repeatAfterDays', 'must be null: a real-time report cannot be made again');
  }
  if (!(restatementThreshold >= 0 && restatementThreshold <= 1))
    fault('restatementThreshold', 'must be a share from 0 to 1');
  if (addToDatapoints)
    for (const message of metricFaults(type.datapoints ?? [])) fault('datapoints', message);
  if (addToDatapoints && source.kind === 'query' && source.from === 'datapoints')
    fault('addToDatapoints', 'must be false: a report of datapoints is in the datapoints already');
  for (const message of targetFaults(type.target)) fault('target', message);
  if (source.kind === 'app') {
    if (realTime) fault('realTime', 'must be false: the app is asked for the report of a date');
    if (reportTypeId !== source.report)
      fault('reportTypeId', `must be "${source.report}" as the report of the source, or be left out`);
  } else if (source.from === 'records' && !realTime && source.dateField === null)
    fault('source.dateField', 'names the field with the date of a record; only a real-time type has none');
  return faults;
}

const dayMs = 86_400_000;
const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

/** A date `days` later, YYYY-MM-DD; null: no date. */
export function dayAfter(day: string, days: number): string | null {
  const at = dayPattern.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  const moved = new Date(at + days * dayMs);
  return Number.isFinite(moved.getTime()) && new Date(at).toISOString().startsWith(day)
    ? moved.toISOString().slice(0, 10)
    : null;
}

/**
 * The date that a report of a slot is of, YYYY-MM-DD: the slot's own date moved by the offset. A slot is a date, or of
 * an Interval a time in ISO 8601 UTC.
 * @returns null: not a slot
 */
export function reportDateOf(slot: string, offset: number): string | null {
  if (dayPattern.test(slot)) return dayAfter(slot, offset);
  const at = Date.parse(slot);
  return Number.isFinite(at) && new Date(at).toISOString() === slot
    ? dayAfter(slot.slice(0, 10), offset)
    : null;
}
