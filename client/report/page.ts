import type { SessionReport } from './data.ts';
import { clipped, html, made } from './html.ts';
import { benchmarkSection } from './sections/benchmark.ts';
import { checksSection } from './sections/checks.ts';
import { cleaningSection } from './sections/cleaning.ts';
import { forecastsSection } from './sections/forecasts.ts';
import { head } from './sections/head.ts';
import { insightsSection } from './sections/insights.ts';
import { ledgerSection } from './sections/ledger.ts';
import { mergedSection } from './sections/merged.ts';
import { stepsSection } from './sections/steps.ts';
import { timelineSection } from './sections/timeline.ts';
import { style } from './style.ts';

/** What matters to most readers first. */
const sections = [
  insightsSection,
  forecastsSection,
  benchmarkSection,
  checksSection,
  cleaningSection,
  mergedSection,
  ledgerSection,
  stepsSection,
  timelineSection,
];

/**
 * A session as one HTML page that needs nothing else: no script, no font, no picture of elsewhere. It is well-formed
 * XML, too. Every text of it is escaped, whoever wrote it.
 */
export function sessionReportPage(report: SessionReport): string {
  const shown = sections.map((section) => section(report));
  const { markup } = html`<html lang="en"><head><meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="referrer" content="no-referrer"/>
<title>${clipped(report.company, 120)}: ${report.session.id}</title>
<style>${made(style)}</style></head><body>
${head(report)}<nav aria-label="Parts of the page">${shown.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>
<main>
${shown.map(({ id, title, body }) => html`<section id="${id}"><h2>${title}</h2>\n${body}</section>\n`)}</main>
<footer class="small">Made by Tributary from session ${report.session.id}.</footer>
</body></html>
`;
  return `<!doctype html>\n${markup}`;
}
