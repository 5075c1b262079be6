import type { FieldType } from './delivery.ts';

/** Where the rows go. They are kept in the store in any case. */
export type ReportTarget = StoreTarget | DestinationTarget;

/** Into the store alone. */
export interface StoreTarget {
  readonly kind: 'mongodb';
}

/** Into a destination too, such as a table of the company's Airtable base. */
export interface DestinationTarget {
  readonly kind: 'destination';
  readonly destinationId: string;
  /** Table, collection, path, file or stream there. */
  readonly object: string;
  /** Field by which the destination knows a row: `<type>/<slot>/<key>`, so that each report has rows of its own. */
  readonly keyField: string;
  /** What of a row goes there, beside the key, the date of the report and its type. */
  readonly columns: readonly ReportColumn[];
}

/** A field of a row at the destination. */
export interface ReportColumn {
  readonly name: string;
  readonly type: FieldType;
  /** Field of the row; a dot reaches into an object. */
  readonly field: string;
}

/** Fields at the destination that every delivered row has, beside its key. */
export const reportFields = { date: 'Report Date', type: 'Report Type' } as const;

/** The key field unless a type names another. */
export const defaultKeyField = 'Report Row';

/** A number of a report that goes to the datapoints, one for each day. */
export interface ReportMetric {
  /** A slug; the metric is `report/<type>/<metric>`. */
  readonly metric: string;
  /** Field of a row that is summed up; null: the rows are counted. */
  readonly field: string | null;
  /** Field by whose values the number is also told apart. */
  readonly dimension: string | null;
  /** Field with the currency (ISO 4217); null: it is no money. */
  readonly currency: string | null;
}

/** Numbers that one report type may add. */
const mostMetrics = 20;
const slug = /^[a-z0-9][a-z0-9_-]{0,99}$/i;

/** What is wrong with a target; nothing is asked of the destination. */
export function targetFaults(target: ReportTarget): readonly string[] {
  if (target.kind === 'mongodb') return [];
  const { object, keyField, columns } = target;
  const names = [keyField, reportFields.date, reportFields.type, ...columns.map(({ name }) => name)];
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return [
    ...(object.trim() === '' ? ['names no table'] : []),
    ...(names.some((name) => name.trim() === '') ? ['has a field without a name'] : []),
    ...twice.map((name) => `has the field "${name}" twice; rename one of both`),
  ];
}

/** What is wrong with the numbers that a type adds to the datapoints. */
export function metricFaults(metrics: readonly ReportMetric[]): readonly string[] {
  const names = metrics.map(({ metric }) => metric);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return [
    ...(metrics.length === 0 ? ['must name at least one number, such as { metric: rows }'] : []),
    ...(metrics.length > mostMetrics ? [`must name at most ${mostMetrics} numbers`] : []),
    ...names.filter((name) => !slug.test(name)).map((name) => `"${name}" must be letters, digits, - and _`),
    ...twice.map((name) => `names "${name}" twice`),
    ...metrics
      .filter(({ field, currency }) => field === null && currency !== null)
      .map(({ metric }) => `"${metric}" counts rows, which have no currency`),
  ];
}

const prefix = 'report/';

/** The metric of a report type's number, `report/<type>/<metric>`. No metric of a connector is called so. */
export const reportMetricId = (type: string, metric: string): string => `${prefix}${type}/${metric}`;

/** Whether a metric comes from reports, and not from records. */
export const isReportMetric = (metric: string): boolean => metric.startsWith(prefix);
