import type { Substage } from '../../../domain/session.ts';
import type { Session } from '../../api/schemas/sessions.ts';
import { type Html, html } from '../html.ts';
import { missingText } from '../words.ts';

/** A part of the page with its heading. `id` is what the table of contents leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html | readonly Html[];
}

/** A plain paragraph. */
export const paragraph = (text: string): Html => html`<p>${text}</p>`;

/** A remark in small letters. */
export const remark = (text: string): Html => html`<p class="small">${text}</p>`;

/** What a substage found, or why there is nothing to show. */
export const ofStep = (
  session: Session,
  step: Substage,
  found: () => Html | readonly Html[],
): Html | readonly Html[] => {
  const missing = missingText(session, step);
  return missing === null ? found() : html`<p class="none">${missing}</p>`;
};

/** A column of a table. */
export interface Cells<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string | number | Html | null;
  /** Right-aligned, digits under each other. */
  readonly number?: boolean;
}

/** A table that scrolls by itself where the screen is narrow. */
export function table<Row>(rows: readonly Row[], columns: readonly Cells<Row>[]): Html {
  const heads = columns.map(({ title, number }) =>
    number === true ? html`<th scope="col" class="n">${title}</th>` : html`<th scope="col">${title}</th>`,
  );
  const lines = rows.map(
    (row) =>
      html`<tr>${columns.map(({ cell, number }) => (number === true ? html`<td class="n">${cell(row)}</td>` : html`<td>${cell(row)}</td>`))}</tr>\n`,
  );
  return html`<div class="wide"><table><thead><tr>${heads}</tr></thead><tbody>
${lines}</tbody></table></div>`;
}
