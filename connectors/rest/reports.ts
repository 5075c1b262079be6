import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { type AppAddress, resolveAddress } from '../app.ts';
import { valueAt } from '../pointer.ts';
import { reportResource } from '../report-resource.ts';
import type { AsynchronousReport, ConnectorDefinition, ReportDefinition } from '../schema.ts';
import type { ReportRequest, ReportSource, ReportState, RequestedReport, SourcePage } from '../source.ts';
import { createAsker, type RestSourceOptions } from './asker.ts';
import { askedDay } from './day.ts';
import { isLessSafe } from './http.ts';
import { readPage } from './pages.ts';
import { readState, type SaidState } from './report-state.ts';
import { addressOf, fillBody, fillValue, type PageValues } from './template.ts';
import { textPages } from './text-rows.ts';
import { createWalk } from './walk.ts';

const LONGEST_ID = 500;

/** The id in the answer to a request. @throws TributaryError SOURCE_BAD_ANSWER */
function idIn(report: string, idPath: string, body: JsonValue): string {
  const id = valueAt(body, idPath);
  if ((typeof id === 'string' && id !== '' && id.length <= LONGEST_ID) || typeof id === 'number')
    return String(id);
  throw new TributaryError('SOURCE_BAD_ANSWER', `${report}: there is no id at "${idPath}" in the answer.`);
}

function requestAddress(
  baseUrl: string,
  { path, params }: AsynchronousReport['request'],
  app: Pick<AppAddress, 'parameters'>,
  values: PageValues,
): URL {
  const url = addressOf(baseUrl, path, app, values);
  for (const [name, template] of Object.entries(params)) {
    const value = fillValue(String(template), values, app);
    if (value !== null) url.searchParams.set(name, value);
  }
  return url;
}

/** The address of the file, as the app named it. @throws TributaryError SOURCE_BAD_ANSWER, SOURCE_REFUSED */
function fileAddress(report: string, urlPath: string, body: JsonValue, asked: URL): URL {
  const target = valueAt(body, urlPath);
  const bad = (message: string) => new TributaryError('SOURCE_BAD_ANSWER', `${report}: ${message}`);
  if (typeof target !== 'string' || target === '' || !URL.canParse(target, asked.href))
    throw bad(`there is no address of a file at "${urlPath}" in the answer.`);
  const url = new URL(target, asked);
  if (!/^https?:$/.test(url.protocol)) throw bad('the address of the file is not an http(s) address.');
  if (isLessSafe(asked, url))
    throw new TributaryError(
      'SOURCE_REFUSED',
      `${report}: the file is at ${url.origin}; we do not go there.`,
    );
  return url;
}

/** What is not there is a report that the app has forgotten. */
function goneOr(error: unknown, { report, reportId }: RequestedReport): unknown {
  if (!(error instanceof TributaryError) || error.code !== 'SOURCE_RESOURCE_NOT_FOUND') return error;
  const message = `${report}: the app does not know the requested report "${reportId.slice(0, 80)}" any more.`;
  return new TributaryError('SOURCE_REPORT_GONE', message, {}, { cause: error });
}

/**
 * The dated reports of an app over HTTP, as its definition says.
 * @throws TributaryError APP_NOT_SET_UP, or INVALID_INPUT for a parameter that the connection does not have.
 */
export function createRestReports(definition: ConnectorDefinition, options: RestSourceOptions): ReportSource {
  const { app } = options;
  const baseUrl = resolveAddress(definition.baseUrl, app);
  const ask = createAsker(definition, options);
  const walk = createWalk(ask, baseUrl, app);

  function reportOf(wanted: string): ReportDefinition {
    const found = definition.reports.find(({ id }) => id === wanted);
    if (found) return found;
    throw new TributaryError('SOURCE_RESOURCE_NOT_FOUND', `${definition.id} has no report "${wanted}".`);
  }

  function asynchronousOf(wanted: string) {
    const report = reportOf(wanted);
    if (report.asynchronous) return { report, ...report.asynchronous };
    throw new TributaryError(
      'INVALID_INPUT',
      `The report "${wanted}" is there at once: it is not requested.`,
    );
  }

  async function* report(request: ReportRequest): AsyncGenerator<SourcePage> {
    const wanted = reportOf(request.report);
    if (wanted.path === undefined)
      throw new TributaryError(
        'INVALID_INPUT',
        `The app makes the report "${wanted.id}" in its own time: it has to be requested first.`,
      );
    yield* walk(reportResource(wanted), request, askedDay(wanted.date, request.date, request.timeZone));
  }

  async function requestReport(asked: ReportRequest): Promise<string> {
    const { signal, onWait, onExchange } = asked;
    const { report: wanted, request } = asynchronousOf(asked.report);
    const day = askedDay(wanted.date, asked.date, asked.timeZone);
    return ask({
      url: requestAddress(baseUrl, request, app, day),
      method: request.method,
      ...(request.body === undefined ? {} : { body: fillBody(request.body, day, app) }),
      ...{ signal, onWait, onExchange },
      read: (body) => idIn(wanted.id, request.idPath, body),
    });
  }

  /** Where a report is asked for, and what the app said. */
  async function askState(asked: RequestedReport): Promise<SaidState & { readonly url: URL }> {
    const { reportId, signal, onWait, onExchange } = asked;
    const { status } = asynchronousOf(asked.report);
    const url = addressOf(baseUrl, status.path, app, { reportId });
    try {
      const said = await ask({
        ...{ url, signal, onWait, onExchange },
        read: (body, headers) => readState(asked.report, status, body, headers),
      });
      return { ...said, url };
    } catch (error) {
      throw goneOr(error, asked);
    }
  }

  async function* rowsAt(
    asked: RequestedReport,
    said: JsonValue,
    statusUrl: URL,
  ): AsyncGenerator<SourcePage> {
    const { reportId, signal, onWait, onExchange } = asked;
    const { report: wanted, download } = asynchronousOf(asked.report);
    const { format, delimiter, recordsPath = '', pagination, path, urlPath } = download;
    const whole = { ...reportResource(wanted), params: {}, recordsPath, totalPath: undefined, pagination };
    if (path !== undefined && format === 'json') {
      yield* walk({ ...whole, path }, asked, { reportId });
      return;
    }
    const url =
      path === undefined
        ? fileAddress(wanted.id, urlPath ?? '', said, statusUrl)
        : addressOf(baseUrl, path, app, { reportId });
    const question = { url, signal, onWait, onExchange, file: { own: url.origin === statusUrl.origin } };
    if (format === 'json') {
      yield await ask({
        ...question,
        read: (body, headers, isSecret) =>
          readPage(
            { ...whole, pagination: { kind: 'none' } },
            { body, headers, url, at: undefined },
            isSecret,
          ),
        rows: ({ rows }) => rows.length,
      });
      return;
    }
    const text = await ask({ ...question, wanted: 'text', read: (body) => String(body) });
    yield* textPages(whole, text, { format, delimiter });
  }

  async function* downloadReport(asked: RequestedReport): AsyncGenerator<SourcePage> {
    const { state, empty, body, url } = await askState(asked);
    if (state.state === 'failed')
      throw new TributaryError('SOURCE_REPORT_FAILED', `The app could not make the report: ${state.said}`);
    if (state.state === 'pending')
      throw new TributaryError(
        'SOURCE_BAD_ANSWER',
        `${asked.report}: the report is not ready to be fetched.`,
      );
    if (empty) {
      yield { rows: [], next: null };
      return;
    }
    try {
      yield* rowsAt(asked, body, url);
    } catch (error) {
      throw goneOr(error, asked);
    }
  }

  return {
    isAsynchronous: (wanted) => reportOf(wanted).asynchronous !== undefined,
    report,
    requestReport,
    reportState: async (asked): Promise<ReportState> => (await askState(asked)).state,
    downloadReport,
  };
}
