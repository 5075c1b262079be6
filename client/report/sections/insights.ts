import type { InsightKind } from '../../../domain/insights.ts';
import type { SessionReport } from '../data.ts';
import { clipped, type Html, html } from '../html.ts';
import { countText, numberText } from '../words.ts';
import { ofStep, paragraph, remark, type Section, table } from './section.ts';

type Insight = SessionReport['insights']['shown'][number];

const kindNames: Readonly<Record<InsightKind, string>> = {
  change: 'change',
  levelShift: 'new level',
  trendBreak: 'new trend',
  seasonality: 'season',
  concentration: 'concentration',
  lost: 'lost',
  won: 'won',
};

/** `topTenShare` reads as `top ten share`. */
const worded = (name: string): string =>
  name.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

/** A share bar that needs no picture: how large a contribution is beside the largest. */
const bar = (value: number, most: number): Html => {
  const width = most > 0 ? Math.round(Math.min(1, Math.abs(value) / most) * 100) : 0;
  return html`<svg class="bar" viewBox="0 0 100 10" width="100" height="10" role="presentation" preserveAspectRatio="none"><rect width="${width}" height="10" fill="${value < 0 ? '#b0563f' : '#1d4f91'}"/></svg>`;
};

function driversTable({ drivers }: Insight): Html | null {
  if (drivers === null) return null;
  const rows = [
    ...drivers.values.slice(0, 8),
    {
      value: 'all others',
      before: null,
      now: null,
      contribution: drivers.others + rest(drivers.values.slice(8)),
    },
  ].filter(({ value, contribution }) => value !== 'all others' || contribution !== 0);
  const most = Math.max(0, ...rows.map(({ contribution }) => Math.abs(contribution)));
  const optional = (value: number | null): string => (value === null ? '' : numberText(value));
  return html`<h4>What it comes from, by ${clipped(drivers.dimension.replaceAll('_', ' '), 60)}</h4>
${table(rows, [
  { title: '', cell: ({ value }) => clipped(value, 80) },
  { title: 'before', number: true, cell: ({ before }) => optional(before) },
  { title: 'now', number: true, cell: ({ now }) => optional(now) },
  { title: 'part in it', number: true, cell: ({ contribution }) => signed(contribution) },
  { title: '', cell: ({ contribution }) => bar(contribution, most) },
])}
<p class="small">Together ${signed(drivers.total)}.</p>`;
}

const rest = (values: readonly { readonly contribution: number }[]): number =>
  values.reduce((sum, { contribution }) => sum + contribution, 0);

const signed = (value: number): string => (value > 0 ? `+${numberText(value)}` : numberText(value));

const certaintyText = ({ certainty: { p, value } }: Insight): string =>
  p === null
    ? 'Counted.'
    : `Certain to ${value >= 0.9995 ? 'more than 99.9' : numberText(Math.floor(value * 1000) / 10)} %.`;

/** Numbers by these names are shares of 1. */
const shares: ReadonlySet<string> = new Set(['share', 'relative', 'shareBefore', 'strength']);

const factText = (name: string, value: number): string =>
  shares.has(name) ? `${numberText(Math.round(value * 1000) / 10)} %` : numberText(value);

/** The methods of the kinds that are shown, each once. */
function methodsOf(shown: readonly Insight[]): Html {
  const byKind = new Map(shown.map(({ kind, certainty }) => [kind, certainty.method]));
  return html`<h3>How it is made sure</h3>
<ul class="small">${[...byKind].map(([kind, method]) => html`<li>${kindNames[kind]}: ${clipped(method, 500)}</li>`)}</ul>`;
}

const finding = (one: Insight, at: number): Html => {
  const { numbers, entities, entity, good, period, comparison, query, ended } = one;
  const facts = Object.entries(numbers).slice(0, 24);
  return html`<article class="finding">
<h3>${at + 1}. ${clipped(one.sentence, 600)}</h3>
<p class="small">${good === null ? null : html`<span class="tag ${good ? 'done' : 'failed'}">${good ? 'good' : 'bad'}</span> `}<span class="tag">${kindNames[one.kind]}</span> ${period.from} to ${period.to}${comparison === null ? null : `, compared with ${comparison.from} to ${comparison.to}`}${ended === null ? null : `; ended in ${ended.session}`}</p>
${facts.length === 0 ? null : html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${clipped(worded(name), 40)}</dt><dd>${factText(name, value)}</dd></div>`)}</dl>`}
${driversTable(one)}
${
  entities.length === 0
    ? null
    : html`<p class="small">By ${clipped((entity ?? '').replaceAll('_', ' '), 60)}: ${entities
        .slice(0, 8)
        .map(({ id, value }) => `${clipped(id, 60)} ${numberText(value)}`)
        .join(', ')}</p>`
}
<p class="small">${certaintyText(one)} To see it again: <code>${clipped(query.request, 600)}</code> ${clipped(query.how, 300)}</p>
</article>
`;
};

/** What is worth knowing of the numbers, what matters most first. */
export const insightsSection = ({ session, later, insights, dataKept }: SessionReport): Section => ({
  id: 'insights',
  title: 'What stands out',
  body: ofStep(session, 'insights', () => {
    if (!dataKept) return html`<p class="none">The records and what was found in them were deleted.</p>`;
    const { shown, left } = insights;
    if (shown.length === 0)
      return paragraph(
        later === null
          ? 'Nothing stands out yet: it takes two years of numbers, and something that is no chance.'
          : 'Nothing that this session found is kept: later sessions looked again.',
      );
    return [
      ...(later === null
        ? []
        : [remark('What this session found, with the numbers of the last session that found it, too.')]),
      ...shown.map(finding),
      methodsOf(shown),
      ...(left === 0
        ? []
        : [
            remark(
              `${countText(left)} smaller ones are not shown: tributary insights ${session.connectionId}`,
            ),
          ]),
    ];
  }),
});
