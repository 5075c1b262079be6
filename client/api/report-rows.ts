import { stringify } from 'csv-stringify/sync';
import type { JsonObject } from '../../domain/json.ts';
import type { ReportDoc } from '../../stores/model.ts';
import { html } from '../report/html.ts';
import type { RouteDeps } from './deps.ts';
import { page } from './pages.ts';
import { reportView } from './views/report.ts';

type Stored = Pick<RouteDeps, 'stores'>;

/** Rows that a page shows. */
const pageRows = 1_000;

const lines = (rows: readonly (readonly unknown[])[]): string =>
  stringify(
    rows.map((row) => row.map(cellOf)),
    { escape_formulas: true, record_delimiter: 'windows', cast: { boolean: String } },
  );

const cellOf = (value: unknown): unknown =>
  value !== null && typeof value === 'object' ? JSON.stringify(value) : value;

const values = (data: JsonObject, names: readonly string[]): unknown[] =>
  names.map((name) => (Object.hasOwn(data, name) ? data[name] : null));

/** The rows of the current revision as CSV, page by page; the columns are the fields of all rows. */
export async function* reportCsv({ stores }: Stored, { type, mongoId }: ReportDoc): AsyncGenerator<string> {
  const rows = stores.reportRows.of(type);
  const names = new Set<string>();
  if (mongoId !== null)
    for await (const part of rows.pages(mongoId))
      for (const { data } of part) for (const name of Object.keys(data)) names.add(name);
  const columns = [...names];
  yield lines([['key', ...columns]]);
  if (mongoId === null) return;
  for await (const part of rows.pages(mongoId))
    yield lines(part.map(({ key, data }) => [key, ...values(data, columns)]));
}

/** A report as plain HTML. */
export async function reportPage({ stores }: Stored, doc: ReportDoc): Promise<string> {
  const { mongoId, name, date } = doc;
  const { sentence } = reportView(doc);
  const rows =
    mongoId === null ? [] : await stores.reportRows.of(doc.type).page(mongoId, { limit: pageRows });
  const columns = [...new Set(rows.flatMap(({ data }) => Object.keys(data)))];
  const left = (doc.rows ?? 0) - rows.length;
  const title = `${name}, ${date}`;
  const text = (value: unknown) => (value === null || value === undefined ? '' : String(cellOf(value)));
  const table = html`<table><thead><tr>${['key', ...columns].map((one) => html`<th scope="col">${one}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ key, data }) =>
      html`<tr><th scope="row">${key}</th>${values(data, columns).map((one) => html`<td>${text(one)}</td>`)}</tr>`,
  )}</tbody></table>`;
  const body = html`<main><h1>${title}</h1><p>${sentence}</p>${rows.length === 0 ? null : table}${
    left > 0 ? html`<p>${left} more rows are in the CSV file.</p>` : null
  }</main>`;
  return page(title, body.markup);
}
