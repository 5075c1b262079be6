import { xmlText } from '../plot/xml.ts';

/** Markup that was made by {@link html}: every text in it is escaped. */
export interface Html {
  readonly markup: string;
}

type Part = string | number | Html | null | readonly Part[];

/**
 * Makes markup: what stands in the template is taken as it is, everything that is put in is escaped unless it is markup
 * itself. Null is nothing, a list is its parts one after the other.
 * @example html`<p>${company.name}</p>`
 */
export const html = (template: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  markup: template.reduce((made, text, at) => `${made}${markupOf(parts[at - 1] ?? null)}${text}`),
});

function markupOf(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string') return xmlText(part);
  if (typeof part === 'number') return xmlText(String(part));
  return 'markup' in part ? part.markup : part.map(markupOf).join('');
}

/** Markup of ours that is no template, such as a plot. Never text from outside. */
export const made = (markup: string): Html => ({ markup });

/** Text from outside may be of any length; a page is not. */
export const clipped = (text: string, most = 400): string => {
  const letters = [...text.slice(0, most * 2 + 2)];
  return letters.length > most ? `${letters.slice(0, most).join('')}…` : text;
};
