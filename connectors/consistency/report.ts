import type { JsonValue } from '../../domain/json.ts';
import { reportResource } from '../report-resource.ts';
import type { AsynchronousReport, ConnectorDefinition, ReportDefinition } from '../schema.ts';
import { type At, type Inconsistency, inconsistent, repeated } from './inconsistency.ts';
import { checkPlaceholders, placeholdersOf } from './placeholders.ts';
import { checkFilled, checkPagination, checkRows } from './resource.ts';

const days = ['date', 'end'];
const holdsDay = (texts: readonly string[]): boolean =>
  texts.some((text) => placeholdersOf(text).some((name) => days.includes(name)));

/** Every text in a body, with its place. */
function textsIn(value: JsonValue | undefined, at: At): [text: string, at: At][] {
  if (typeof value === 'string') return [[value, at]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    textsIn(inner as JsonValue, [...at, Array.isArray(value) ? Number(name) : name]),
  );
}

/** A report that is there at once. */
function* checkAtOnce(
  definition: ConnectorDefinition,
  report: ReportDefinition,
  path: string,
  at: At,
): Generator<Inconsistency> {
  const { date, params, recordsPath } = report;
  const resource = reportResource(report);
  if (recordsPath === undefined) yield inconsistent(at, 'recordsPath beside path', '/data', 'recordsPath');
  yield* checkPlaceholders(definition, path, [...at, 'path'], days);
  const values = Object.entries(params).map(([name, value]) => [name, String(value)] as const);
  for (const [name, value] of values)
    yield* checkFilled(definition, resource, value, [...at, 'params', name], true);
  if (date.param === undefined && !holdsDay([path, ...values.map(([, value]) => value)]))
    yield inconsistent([...at, 'date'], 'param, or {date} in path or in a value of params', 'date', 'param');
  yield* checkPagination(resource, at);
}

/** What belongs to a report that is there at once, and is of no use here. */
function* checkUnused(
  { date, params, recordsPath, totalPath, pagination }: ReportDefinition,
  at: At,
): Generator<Inconsistency> {
  const instead = (key: string, place: string, example: unknown, here: At = at) =>
    inconsistent([...here, key], `no ${key} beside asynchronous: it stands in ${place}`, example, place);
  if (recordsPath !== undefined) yield instead('recordsPath', 'download', { path: '/x', recordsPath });
  if (totalPath !== undefined)
    yield inconsistent([...at, 'totalPath'], 'no totalPath beside asynchronous', 'csv', 'format');
  if (pagination.kind !== 'none') yield instead('pagination', 'download', { pagination });
  if (Object.keys(params).length > 0) yield instead('params', 'request', { params });
  for (const key of ['param', 'endParam'] as const)
    if (date[key] !== undefined)
      yield instead(key, 'request', { params: { [date[key]]: key === 'param' ? '{date}' : '{end}' } }, [
        ...at,
        'date',
      ]);
}

function* checkRequest(
  definition: ConnectorDefinition,
  { method, path, params, body }: AsynchronousReport['request'],
  at: At,
): Generator<Inconsistency> {
  const texts: [string, At][] = [
    [path, [...at, 'path']],
    ...Object.entries(params).map(([name, value]): [string, At] => [String(value), [...at, 'params', name]]),
    ...textsIn(body, [...at, 'body']),
  ];
  for (const [text, place] of texts) yield* checkPlaceholders(definition, text, place, days);
  if (!holdsDay(texts.map(([text]) => text)))
    yield inconsistent(at, '{date} in path, params or body', { date: '{date}' }, 'body');
  if (method === 'GET' && body !== undefined)
    yield inconsistent([...at, 'body'], 'no body: the method is GET', 'POST', 'method');
}

function* checkStatus(
  definition: ConnectorDefinition,
  status: AsynchronousReport['status'],
  at: At,
): Generator<Inconsistency> {
  yield* checkReportPath(definition, status.path, [...at, 'path']);
  const all = (['done', 'failed', 'empty', 'pending'] as const).flatMap((list) =>
    (status[list] ?? []).map((state, i) => ({ state: JSON.stringify(state), list, i })),
  );
  for (const { at: which, value } of repeated(all.map(({ state }) => state))) {
    const { list, i } = all[which] ?? { list: 'done', i: 0 };
    yield inconsistent([...at, list, i], `each state once; ${value} stands above`, ['done'], list);
  }
}

function* checkReportPath(definition: ConnectorDefinition, path: string, at: At): Generator<Inconsistency> {
  yield* checkPlaceholders(definition, path, at, ['reportId']);
  if (!placeholdersOf(path).includes('reportId'))
    yield inconsistent(at, 'a path with {reportId}', '/reports/{reportId}');
}

function* checkDownload(
  definition: ConnectorDefinition,
  report: ReportDefinition,
  { path, urlPath, format, recordsPath, pagination }: AsynchronousReport['download'],
  at: At,
): Generator<Inconsistency> {
  if ((path === undefined) === (urlPath === undefined))
    yield inconsistent(at, 'one of path and urlPath', '/download_url', 'urlPath');
  if (path !== undefined) yield* checkReportPath(definition, path, [...at, 'path']);
  if (format === 'json' && recordsPath === undefined)
    yield inconsistent(at, 'recordsPath, or format: csv or jsonl', '/data', 'recordsPath');
  if (format !== 'json' && recordsPath !== undefined)
    yield inconsistent([...at, 'recordsPath'], `no recordsPath: the format is ${format}`, 'json', 'format');
  if (pagination.kind !== 'none' && (format !== 'json' || path === undefined))
    yield inconsistent([...at, 'pagination'], 'pages only of JSON below path', { kind: 'none' });
  yield* checkPagination({ ...reportResource(report), params: {}, pagination }, at);
}

/** One dated report: how it is asked for, its schema, and the fields that it names. */
export function* checkReport(
  definition: ConnectorDefinition,
  report: ReportDefinition,
  at: At,
): Generator<Inconsistency> {
  const first = definition.reports.findIndex(({ id }) => id === report.id);
  if (definition.reports[first] !== report)
    yield inconsistent(
      [...at, 'id'],
      `an id that no other report has; "${report.id}" is taken`,
      `${report.id}-2`,
    );
  const { path, asynchronous } = report;
  if ((path === undefined) === (asynchronous === undefined))
    yield inconsistent(at, 'one of path and asynchronous', '/reports/sales', 'path');
  else if (path !== undefined) yield* checkAtOnce(definition, report, path, at);
  if (asynchronous !== undefined && path === undefined) {
    const here = [...at, 'asynchronous'];
    yield* checkUnused(report, at);
    yield* checkRequest(definition, asynchronous.request, [...here, 'request']);
    yield* checkStatus(definition, asynchronous.status, [...here, 'status']);
    yield* checkDownload(definition, report, asynchronous.download, [...here, 'download']);
  }
  yield* checkRows(reportResource(report), at);
}
