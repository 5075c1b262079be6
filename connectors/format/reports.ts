import { z } from 'zod';
import type { JsonValue } from '../../domain/json.ts';
import { paginationSchema } from './pagination.ts';
import { fieldsSchema } from './resource.ts';
import { field, jsonSchema, parameter, path, plainMap, pointer, slug, text, yesNo } from './values.ts';

const state = z.union([z.string(), z.number(), z.boolean()]);
const states = (...examples: string[]) => z.array(state).meta({ examples: [examples] });

/** Not `z.json()`: its recursion cannot be followed from a part of the published format. */
const anyJson = z.custom<JsonValue>((value) => value !== undefined);

const dateSchema = z
  .strictObject({
    param: parameter
      .describe(
        'Query parameter that takes the date, or the begin of the day; without it `{date}` stands in `path`, `params` or `body`.',
      )
      .meta({ examples: ['date'] })
      .optional(),
    endParam: parameter
      .describe('Query parameter that takes the end of the day, for an app that wants a range.')
      .meta({ examples: ['end_date'] })
      .optional(),
    format: z
      .enum(['date', 'iso', 'epochSeconds', 'epochMilliseconds'])
      .describe(
        'How the app writes the day: as YYYY-MM-DD, or as the instants at which the day begins and ends in the time zone of the report type.',
      )
      .default('date'),
    endInclusive: yesNo
      .describe(
        'Whether the end that is asked for is still in the day: the same date, or its last moment. If not: the next date, or the begin of the next day.',
      )
      .default(true),
  })
  .meta({ examples: [{ param: 'date' }] });

const requestSchema = z
  .strictObject({
    method: z.enum(['GET', 'POST']).describe('How it is sent.').default('POST'),
    path: path
      .describe('Where it is sent; may hold `{connection.<parameter>}`, `{date}` and `{end}`.')
      .meta({ examples: ['/reports'] }),
    params: plainMap
      .describe('Query parameters. Values may hold `{connection.<parameter>}`, `{date}` and `{end}`.')
      .default({}),
    body: z
      .record(text, anyJson)
      .describe(
        'JSON that is sent with POST. Its texts may hold `{connection.<parameter>}`, `{date}` and `{end}`; a text that is nothing but one of the last two becomes a number where `date.format` is one.',
      )
      .meta({ examples: [{ type: 'sales', date: '{date}' }] })
      .optional(),
    idPath: pointer
      .describe('Where the answer says the id of the report that was requested.')
      .meta({ examples: ['/id'] }),
  })
  .describe('Asks the app to make the report.')
  .meta({ examples: [{ path: '/reports', body: { date: '{date}' }, idPath: '/id' }] });

const statusSchema = z
  .strictObject({
    path: path.describe('What is asked for; holds `{reportId}`.').meta({ examples: ['/reports/{reportId}'] }),
    statePath: pointer.describe('Where the answer says the state.').meta({ examples: ['/state'] }),
    done: states('done').min(1).describe('States in which the report can be fetched.'),
    failed: states('failed').describe('States in which it never will be.').default([]),
    empty: states('no_data')
      .describe('States that mean that there are no rows: nothing is fetched then.')
      .default([]),
    pending: states('queued', 'running')
      .describe('States that mean "not yet"; every other state unless given.')
      .optional(),
    messagePath: pointer
      .describe('Where the answer says why it failed, in the words of the app.')
      .meta({ examples: ['/message'] })
      .optional(),
  })
  .describe('Asks whether it is ready; `Retry-After` of the answer is kept.')
  .meta({
    examples: [{ path: '/reports/{reportId}', statePath: '/state', done: ['done'], failed: ['failed'] }],
  });

const downloadSchema = z
  .strictObject({
    path: path
      .describe('What is fetched; holds `{reportId}`. One of this and `urlPath`.')
      .meta({ examples: ['/reports/{reportId}/rows'] })
      .optional(),
    urlPath: pointer
      .describe(
        'Where the answer of `status` says the address of the file. At another origin than the app it is asked without credentials.',
      )
      .meta({ examples: ['/download_url'] })
      .optional(),
    format: z
      .enum(['json', 'csv', 'jsonl'])
      .describe('What is there: JSON, a table with a line of names (CSV), or one JSON object a line.')
      .default('json'),
    recordsPath: pointer.describe('JSON: pointer of the list of rows; "" is the whole answer.').optional(),
    pagination: paginationSchema
      .describe('JSON below `path`: how the pages follow each other.')
      .default({ kind: 'none' }),
    delimiter: z
      .string()
      .length(1)
      .describe('CSV: stands between two values.')
      .meta({ examples: ['\t'] })
      .default(','),
  })
  .describe('Fetches the rows.')
  .meta({ examples: [{ urlPath: '/download_url', format: 'csv' }] });

/** A report API that makes a report in its own time: requested, asked for, fetched. */
export const asynchronousSchema = z
  .strictObject({ request: requestSchema, status: statusSchema, download: downloadSchema })
  .meta({
    examples: [
      {
        request: { path: '/reports', body: { date: '{date}' }, idPath: '/id' },
        status: { path: '/reports/{reportId}', statePath: '/state', done: ['done'], failed: ['failed'] },
        download: { urlPath: '/download_url', format: 'csv' },
      },
    ],
  });

/** Rows of one date that the app offers. Field names are the app's own, as in `schema`. */
export const reportSchema = z
  .strictObject({
    id: slug.describe('Its id, one each; a report type names it.').meta({ examples: ['sales'] }),
    name: text.describe('For people.').meta({ examples: ['Sales of a day'] }),
    description: z
      .string()
      .describe('For people.')
      .meta({ examples: ['The orders of one day.'] })
      .optional(),
    date: dateSchema.describe('How the date is asked for.'),
    path: path
      .describe(
        'What is asked for; may hold `{connection.<parameter>}`, `{date}` and `{end}`. One of this and `asynchronous`.',
      )
      .meta({ examples: ['/reports/sales'] })
      .optional(),
    params: plainMap
      .describe(
        'Query parameters of `path`. Values may hold `{connection.<parameter>}`, `{date}`, `{end}`, `{offset}`, `{page}`, `{cursor}`, `{size}`.',
      )
      .default({}),
    recordsPath: pointer
      .describe('With `path`: JSON pointer of the list of rows; "" is the whole answer.')
      .optional(),
    totalPath: pointer
      .describe('With `path`: where the answer says how many rows the report has.')
      .meta({ examples: ['/total'] })
      .optional(),
    pagination: paginationSchema
      .describe('With `path`: how the pages follow each other.')
      .default({ kind: 'none' }),
    asynchronous: asynchronousSchema
      .describe('For an app that makes a report in its own time. One of this and `path`.')
      .optional(),
    key: z
      .array(field.meta({ examples: ['order_id'] }))
      .min(1)
      .describe('Fields that name one row of the report together.')
      .meta({ examples: [['order_id']] }),
    schema: z
      .union([jsonSchema, z.literal('infer')])
      .describe(
        'JSON Schema (draft 7) that a row must fit. By it the texts of a CSV become numbers and yes or no; `infer` takes rows as they are.',
      )
      .meta({
        examples: [{ type: 'object', required: ['id'], properties: { id: { type: 'integer' } } }],
      }),
    mapping: z
      .record(field, text)
      .describe('Renames to common names, as in a resource.')
      .meta({ examples: [{ order_id: 'id' }] })
      .optional(),
    fields: fieldsSchema.describe('Which fields are stored, as in a resource.').optional(),
  })
  .meta({
    examples: [
      {
        id: 'sales',
        name: 'Sales of a day',
        date: { param: 'date' },
        path: '/reports/sales',
        recordsPath: '/data',
        key: ['order_id'],
        schema: 'infer',
      },
    ],
  });

/** One dated report of a definition. */
export type ReportDefinition = z.infer<typeof reportSchema>;
/** A report API that makes a report in its own time. */
export type AsynchronousReport = z.infer<typeof asynchronousSchema>;
/** What of a body is sent as it stands, but for its placeholders. */
export type BodyTemplate = Readonly<Record<string, JsonValue>>;
