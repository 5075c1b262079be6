import type { SessionReport } from '../data.ts';
import { clipped, type Html, html } from '../html.ts';
import { clockIn, countText, tookText } from '../words.ts';
import { ledgerText } from './ledger.ts';

/** Sessions by the color of their status. */
const tones: Readonly<Record<string, string>> = { error: 'failed', final: 'done' };

function checksText({ checks }: SessionReport): string | null {
  if (checks.length === 0) return null;
  const failed = checks.filter(({ severity }) => severity === 'fail');
  const first = failed[0];
  if (first !== undefined)
    return `${countText(failed.length)} of ${countText(checks.length)} checks failed: ${clipped(first.sentence, 300)}`;
  const warned = checks.filter(({ severity }) => severity === 'warn');
  return warned[0] === undefined
    ? `All ${countText(checks.length)} checks passed.`
    : `No check failed; ${countText(warned.length)} need a look: ${clipped(warned[0].sentence, 300)}`;
}

/** What a reader in a hurry should know. */
function inShort(report: SessionReport): readonly string[] {
  const done = (name: string) =>
    report.dataKept && report.session.substages.some((step) => step.name === name && step.status === 'done');
  const insight = done('insights') ? report.insights.shown[0] : undefined;
  const forecast = done('forecasting')
    ? report.forecasts.shown.find(({ dimension, points }) => dimension === null && points.length > 0)
    : undefined;
  const checks = checksText(report);
  return [
    ...(insight === undefined ? [] : [clipped(insight.sentence, 600)]),
    ...(forecast === undefined ? [] : [clipped(forecast.sentence, 600)]),
    ...(checks === null ? [] : [checks]),
    ...(report.session.ledger.read > 0 ? [ledgerText(report.session.ledger)] : []),
  ];
}

/** Title, status with its sentence, and what matters most. */
export function head(report: SessionReport): Html {
  const { session, company, app, timeZone, later, madeAt } = report;
  const clock = clockIn(timeZone);
  const took = tookText(session.openedAt, session.closedAt);
  const facts: readonly (readonly [string, string])[] = [
    ['Session', `${session.id}, number ${countText(session.number)}`],
    [
      'Began',
      `${clock.at(session.openedAt)}, by ${clipped(`${session.openedBy.kind} ${session.openedBy.id}`, 100)}`,
    ],
    [
      'Ended',
      session.closedAt === null
        ? 'not yet'
        : `${clock.at(session.closedAt)}${took === null ? '' : `, after ${took}`}`,
    ],
    ['Report made', `${clock.at(madeAt)} (times are of ${clock.zone})`],
  ];
  const short = inShort(report);
  return html`<header>
<p class="small">Tributary, report of a session</p>
<h1>${clipped(company, 120)}: ${clipped(app, 120)}</h1>
<p class="status"><span class="tag ${tones[session.kind ?? ''] ?? 'skipped'}">${clipped(session.text, 200)}</span></p>
<p>${clipped(session.sentence, 1_500)}</p>
<dl class="about">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${later === null ? null : html`<p class="note">There are later sessions, the newest is ${later}. Status, rows, checks, steps, comparison and timeline are those of this session; where later ones changed something else, it says so.</p>`}
${short.length === 0 ? null : html`<section class="short" aria-labelledby="short"><h2 id="short">In short</h2><ul>${short.map((line) => html`<li>${line}</li>`)}</ul></section>`}
</header>
`;
}
