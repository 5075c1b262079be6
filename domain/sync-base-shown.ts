import { taskText } from './automation-rules.ts';
import type { Automation, AutomationTask, LogLine } from './automations.ts';
import { nextDueTimes, timingFaults } from './due-times.ts';
import type { ReportSource, ReportType } from './report-type.ts';

/** What a field may show of a document. */
export type Shown = string | number | boolean | Date | null;

/** The row of Overview. */
export interface ShownOverview {
  readonly _id: string;
  /** When the service last said that it lives. */
  readonly timestamp: Date | null;
}

/** A row of Logs. */
export interface ShownLog extends Pick<LogLine, 'at' | 'by' | 'subject' | 'text'> {
  readonly _id: string;
}

/** A report: what of its document the SYNC base shows. */
export interface ShownReport {
  readonly _id: string;
  readonly type: string;
  readonly slot: string;
  readonly name: string;
  readonly date: string;
  readonly status: string;
  readonly realTime: boolean;
  readonly fail: boolean;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly lastUpdated: Date | null;
  readonly updateRepeated: Date | null;
  readonly mongoId: string | null;
  readonly rows: number | null;
  readonly revision: number;
}

export interface ShownReportType extends ReportType {
  readonly _id: string;
}

export interface ShownAutomation extends Omit<Automation, 'id'> {
  readonly _id: string;
}

/** When an automation runs next; null: it does not. */
export function shownNextRun(automation: ShownAutomation, now: number): Date | null {
  // Whoever writes to the store by other means may have written anything.
  if (automation.disabled || timingFaults(automation).length > 0) return null;
  const [next] = nextDueTimes(automation, 1, now);
  return next === undefined ? null : new Date(next.at);
}

/** A task as a person reads and writes it; {@link taskFrom} reads it back. */
export const shownTask = taskText;

const tasks: readonly (readonly [RegExp, (parts: readonly string[]) => AutomationTask])[] = [
  [/^report (\S+)$/, ([reportType = '']) => ({ kind: 'report', reportType })],
  [
    /^refresh (?:of )?(\S+)( in full)?$/,
    ([connectionId = '', full]) => ({
      kind: 'refresh',
      connectionId,
      ...(full === undefined ? {} : { full: true as const }),
    }),
  ],
  [/^sync (\S+)$/, ([syncId = '']) => ({ kind: 'sync', syncId })],
  [/^retention$/, () => ({ kind: 'retention' })],
  [
    /^fill (?:of )?([^\s,]+),? (?:last )?(?:(\d{1,4}) days?|day)$/,
    ([reportType = '', days = '1']) => ({ kind: 'fill', reportType, days: Number(days) }),
  ],
];

/** What a person may write into Task. */
export const taskExamples =
  '"report sales_report", "refresh acme-shop", "refresh acme-shop in full", "sync orders-to-crm", "retention" or "fill sales_report last 7 days"';

/** The task that a text means; null: it is none, see {@link taskExamples}. */
export function taskFrom(text: string): AutomationTask | null {
  const said = text.trim().replace(/\s+/g, ' ');
  for (const [pattern, task] of tasks) {
    const found = pattern.exec(said);
    if (found !== null) return task(found.slice(1));
  }
  return null;
}

/** Where the rows of a report type come from, as a person reads it; {@link sourceFrom} reads it back. */
export function shownSource(source: ReportSource): string {
  if (source.kind === 'app') return `app ${source.connectionId} ${source.report}`;
  if (source.from === 'datapoints') {
    const by = source.dimension === undefined ? '' : ` by ${source.dimension}`;
    return `datapoints ${source.connectionId} ${source.metric}${by}`;
  }
  const { connectionId, resource, dateField, filter, fields } = source;
  const by = dateField === null ? '' : ` by ${dateField}`;
  const more = [
    ...(filter === undefined ? [] : ['a filter']),
    ...(fields === undefined ? [] : [`${fields.length} fields`]),
  ];
  return `records ${connectionId} ${resource}${by}${more.length === 0 ? '' : ` (with ${more.join(' and ')})`}`;
}

/** What a person may write into Source of a row that he adds. */
export const sourceExamples =
  '"app acme-shop sales_by_day", "records acme-shop orders by created_at" or "datapoints acme-shop revenue"';

/** The source that a text means; null: it is none, see {@link sourceExamples}. A filter is set by the API alone. */
export function sourceFrom(text: string): ReportSource | null {
  const found = /^(app|records|datapoints) (\S+) (\S+)(?: by (\S+))?$/.exec(text.trim().replace(/\s+/g, ' '));
  const [, kind, connectionId = '', what = '', by] = found ?? [];
  switch (kind) {
    case 'app':
      return by === undefined ? { kind, connectionId, report: what } : null;
    case 'records':
      return { kind: 'query', connectionId, from: kind, resource: what, dateField: by ?? null };
    case 'datapoints':
      return {
        ...{ kind: 'query', connectionId, from: kind, metric: what },
        ...(by === undefined ? {} : { dimension: by }),
      };
    default:
      return null;
  }
}
