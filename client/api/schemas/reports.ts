import { z } from 'zod';
import { fieldTypes } from '../../../domain/delivery.ts';
import { failedKinds, reportStatuses } from '../../../domain/report.ts';
import { calendarStates } from '../../../domain/report-calendar.ts';
import { reportOccasions } from '../../../domain/report-contracts.ts';
import { actor, json, jsonObject, limit, slug, time } from './common.ts';

const slot = z
  .string()
  .regex(
    /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}\.\d{3}Z)?$/,
    'is a date such as 2026-01-31, or of an Interval the scheduled time',
  )
  .describe('The date of the schedule, or of an Interval the scheduled time')
  .meta({ examples: ['2026-01-31'] });
const type = slug.describe('Report type').meta({ examples: ['sales_report'] });
const date = z.iso.date('must be a date such as 2026-01-31');

export const reportTypeParams = z.object({ id: type });
export const reportParams = z.object({ type, slot });

const text = (most: number) => z.string().max(most, `must have at most ${most} characters`);
const name = text(200).min(1, 'must not be empty');
const field = text(300).min(1, 'must not be empty');
const connection = slug.describe('Connection whose data it reads');
const source = z
  .discriminatedUnion(
    'from',
    [
      z.strictObject({
        from: z.literal('records'),
        connection,
        resource: slug,
        dateField: field.nullable().default(null).describe('Field with the date of a record'),
        filter: z
          .record(z.string(), json)
          .optional()
          .describe('Equality on fields; all must hold. A list means any of its values'),
        fields: z.array(field).min(1).max(500).optional().describe('Default: all'),
      }),
      z.strictObject({
        from: z.literal('datapoints'),
        connection,
        metric: field,
        dimension: field.optional().describe('Only by this field'),
      }),
      z.strictObject({
        from: z.literal('app'),
        connection,
        report: slug.describe('Id of the report in the definition of the app (`reports`)'),
      }),
    ],
    'must be from "records", "datapoints" or "app"',
  )
  .describe(
    'A saved query over the records of a resource, or over the datapoints of a metric; or a report that the app is asked for by date',
  );
const target = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('mongodb') }),
      z.strictObject({
        kind: z.literal('destination'),
        destination: slug,
        object: text(300)
          .min(1, 'must not be empty')
          .describe('Table, collection, path, file or stream there'),
        keyField: name.optional().describe('Field by which the destination knows a row. Default: Report Row'),
        columns: z
          .array(
            z.strictObject({
              name: name.describe('Field at the destination'),
              type: z.enum(fieldTypes),
              field: field.optional().describe('Field of the row. Default: the same name'),
            }),
          )
          .min(1)
          .max(500)
          .optional()
          .describe('What of a row goes there. Default: every field that the definition names'),
      }),
    ],
    'must be of the kind "mongodb" or "destination"',
  )
  .describe(
    'Where the rows go: into the collection reportRows.<type> alone, or to a table of a destination too',
  );
const datapoints = z
  .array(
    z.strictObject({
      metric: field.describe('What it is called: letters, digits, - and _'),
      field: field.nullable().default(null).describe('Field that is summed up; null: rows are counted'),
      dimension: field.nullable().default(null).describe('Field by whose values it is also told apart'),
      currency: field.nullable().default(null).describe('Field with the currency; null: it is no money'),
    }),
  )
  .max(20)
  .describe(
    'Numbers of each report that go to the datapoints of the connection, where addToDatapoints is set',
  );
const status = z.enum(['Active', 'Inactive']).describe('Inactive: nothing is due');
const realTime = z.boolean().describe('It shows the present only; there are no rows of a past date');
const offset = z
  .int('must be whole days')
  .describe('Days from the slot to the date of the report: 0 or less');
const notifyOnFail = z.boolean().describe('An alert is raised when a report failed');
const repeatAfterDays = z
  .int('must be whole days')
  .nullable()
  .describe('So many days after its date a report is made once more; null: never');
const addToDatapoints = z
  .boolean()
  .describe('The numbers of `datapoints` go to the datapoints, which forecasting reads');
const reportTypeId = text(300)
  .nullable()
  .describe('Its identifier when the app is asked: from "app" always `source.report`; else for people');
const restatementThreshold = z
  .number()
  .describe('Share of the rows, 0 to 1, that a repeat may change without an alert; 1: never an alert');

export const reportTypeBody = z
  .strictObject({
    id: slug,
    name: name.optional().describe('Default: the id'),
    status: status.default('Active'),
    realTime: realTime.default(false),
    offset: offset.default(0),
    notifyOnFail: notifyOnFail.default(true),
    repeatAfterDays: repeatAfterDays.default(null),
    addToDatapoints: addToDatapoints.default(false),
    datapoints: datapoints.optional(),
    reportTypeId: reportTypeId.optional(),
    restatementThreshold: restatementThreshold.default(1),
    source,
    target: target.default({ kind: 'mongodb' }),
  })
  .meta({
    examples: [
      {
        id: 'sales_report',
        name: 'Sales',
        repeatAfterDays: 21,
        restatementThreshold: 0.1,
        source: {
          from: 'records',
          connection: 'storefront-west',
          resource: 'orders',
          dateField: 'order_date',
        },
      },
    ],
  });

export const reportTypeChange = z
  .strictObject({
    name: name.optional(),
    status: status.optional(),
    realTime: realTime.optional(),
    offset: offset.optional(),
    notifyOnFail: notifyOnFail.optional(),
    repeatAfterDays: repeatAfterDays.optional(),
    addToDatapoints: addToDatapoints.optional(),
    datapoints: datapoints.optional(),
    reportTypeId: reportTypeId.optional(),
    restatementThreshold: restatementThreshold.optional(),
    source: source.optional(),
    target: target.optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'names nothing that changes')
  .meta({ examples: [{ status: 'Inactive' }] });

export const reportType = z.object({
  id: z.string(),
  company: z.string(),
  name: z.string(),
  status,
  realTime,
  offset,
  notifyOnFail,
  repeatAfterDays,
  addToDatapoints: z.boolean(),
  reportTypeId: z.string().nullable(),
  restatementThreshold,
  datapoints,
  source: jsonObject.describe('As in the body'),
  target,
  createdBy: actor,
  createdAt: time,
  updatedAt: time,
});
export const reportTypeList = z.object({ reportTypes: z.array(reportType) });
export const reportTypeChanged = z.object({
  reportType,
  effects: z.array(z.string()).describe('What was changed, and what follows from it'),
});

export const report = z.object({
  id: z.string(),
  type: z.string(),
  slot: z.string(),
  name: z.string(),
  date: z.string().describe('What it is of'),
  status: z.enum(reportStatuses),
  sentence: z.string().describe('Where it stands, in words'),
  lastUpdated: time.nullable(),
  updateRepeated: time.nullable(),
  fail: z.boolean(),
  kind: z.enum(Object.keys(failedKinds) as (keyof typeof failedKinds)[]).nullable(),
  reason: z.string().nullable().describe('A row of the error table'),
  detail: z.string().nullable(),
  rows: z.int().nullable().describe('Of the current revision'),
  unfit: z.int().describe('Rows that the app gave for the current revision and that are not in it'),
  revision: z.int().describe('The current one; 0: none'),
  mongoId: z.string().nullable().describe('The ids of its rows begin with it and a slash'),
  delivery: z
    .object({
      destination: z.string(),
      object: z.string(),
      startedAt: time,
      endedAt: time.nullable().describe('null: it is under way, or it failed'),
      counts: z
        .record(z.enum(['inserted', 'updated', 'removed', 'unchanged', 'rejected', 'kept']), z.int())
        .describe('What became of rows; kept: gone from the report, but the destination does not delete'),
      rejected: z
        .array(z.object({ key: z.string(), code: z.string(), message: z.string() }))
        .describe('The first rejected rows, in the words of the destination'),
    })
    .nullable()
    .describe('Of its rows to the destination of its type, the last time; null: there was none'),
  dueAt: time.nullable(),
  late: z.boolean(),
  occasion: z.enum(reportOccasions).nullable(),
  by: actor.nullable(),
});
const reportGroup = z.object({ type: z.string(), name: z.string(), reports: z.array(report) });

export const reportsQuery = z.strictObject({
  type: slug.optional().describe('Only of this report type'),
  before: slot.optional().describe('With a type: slot of the last report of the page before'),
  limit: limit.describe('At most so many of each type'),
});
export const reportList = z.object({
  types: z.array(reportGroup).describe('Grouped by report type, newest slot first'),
});
export const failedReports = z.object({ reports: z.array(report) });

export const rowsQuery = z.strictObject({
  after: z.string().max(600).optional().describe('`next` of the page before'),
  limit,
});
const revision = z.object({
  number: z.int(),
  at: time,
  occasion: z.enum(reportOccasions),
  by: actor,
  ...{ rows: z.int(), added: z.int(), changed: z.int(), removed: z.int(), unchanged: z.int() },
  unfit: z
    .object({
      rows: z.int().describe('Without a key, or not as the schema of the report says'),
      twice: z.int().describe('Of a key that was there before: the last row of a key counts'),
      samples: z.array(
        z.object({ key: z.string().nullable(), why: z.string(), text: z.string().describe('Its beginning') }),
      ),
    })
    .nullable()
    .describe('Rows that the app gave and that are not in the report, the first of them; null: none'),
  diff: z
    .object({
      added: z.array(z.string()),
      changed: z.array(z.object({ key: z.string(), before: jsonObject, after: jsonObject })),
      removed: z.array(z.string()),
      leftOut: z.int().describe('Rows that differ and are not listed'),
    })
    .nullable()
    .describe('Row by row; null for the first revision: all its rows are new'),
});
export const reportDetail = z.object({
  report,
  revisions: z.array(revision).describe('Newest first'),
  rows: z.array(z.object({ key: z.string(), data: jsonObject })).describe('Of the current revision, by key'),
  next: z.string().nullable().describe('`after` of the next page; null: there is none'),
});

export const reportStarted = z.object({
  decision: z.enum(['started', 'joined']).describe('joined: it was being made already'),
  sentence: z.string(),
});

export const calendarQuery = z
  .strictObject({ from: date.describe('First date'), to: date.describe('Last date, included') })
  .describe('First and last date, both included');
export const calendar = z.object({
  type: z.string(),
  from: z.string(),
  to: z.string(),
  counts: z.record(z.enum(calendarStates), z.int()),
  entries: z.array(
    z.object({
      slot: z.string(),
      dueAt: time.nullable(),
      state: z
        .enum(calendarStates)
        .describe(
          'expected: it is not time yet, or it is being made; late: created more than 24 h after due',
        ),
    }),
  ),
});

export const fillBody = z
  .strictObject({
    from: date.describe('First date of a slot'),
    to: date.describe('Last date of a slot; today at the latest'),
  })
  .meta({ examples: [{ from: '2026-01-01', to: '2026-01-31' }] });
export const fillStarted = z.object({
  decision: z
    .enum(['started', 'joined', 'nothing'])
    .describe('joined: another fill of the type is open; nothing: no report is missing'),
  slots: z.array(z.string()).describe('Reports that are made now, at most 5 at a time'),
  there: z.int().describe('Slots that have their report'),
  sentence: z.string(),
});

export type ReportTypeBody = z.input<typeof reportTypeBody>;
export type ReportTypeChange = z.input<typeof reportTypeChange>;
export type ParsedReportTypeChange = z.output<typeof reportTypeChange>;
export type ReportTargetBody = z.output<typeof target>;
export type ReportSourceBody = z.output<typeof source>;
export type ReportTypeView = z.infer<typeof reportType>;
export type ReportTypeList = z.infer<typeof reportTypeList>;
export type ReportTypeChanged = z.infer<typeof reportTypeChanged>;
export type ReportView = z.infer<typeof report>;
export type ReportsQuery = z.input<typeof reportsQuery>;
export type ReportList = z.infer<typeof reportList>;
export type FailedReports = z.infer<typeof failedReports>;
export type ReportDetail = z.infer<typeof reportDetail>;
export type ReportStarted = z.infer<typeof reportStarted>;
export type CalendarView = z.infer<typeof calendar>;
export type FillBody = z.infer<typeof fillBody>;
export type FillStarted = z.infer<typeof fillStarted>;
