import { cleaningRules, type UncleanReason } from '../../../domain/cleaning.ts';
import type { SessionReport } from '../data.ts';
import { clipped, type Html, html } from '../html.ts';
import { amountText, counted, countText } from '../words.ts';
import { ofStep, paragraph, remark, type Section, table } from './section.ts';

type Change = SessionReport['cleaning']['changes'][number];

const unjudged: Readonly<Record<UncleanReason, string>> = {
  TOO_SHORT: 'too short',
  CONSTANT: 'always the same',
  INTERMITTENT: 'mostly empty',
  INVALID_SERIES: 'with faulty periods',
};

const statusTexts: Readonly<Record<Change['status'], readonly [text: string, look: string]>> = {
  'in force': ['replaced', 'skipped'],
  undone: ['undone', ''],
  stale: ['out of date', ''],
  told: ['only told', ''],
};

const finds = new Map<string, string>(cleaningRules.map(({ id, finds: text }) => [id, text]));

const valuesText = ({ points, currency }: Change, side: 'before' | 'after'): string =>
  points
    .slice(0, 3)
    .map((point) => {
      const value = point[side];
      return value === null ? 'none' : amountText(value, currency);
    })
    .join('; ') + (points.length > 3 ? '; …' : '');

function statusCell({ status, undone }: Change): Html {
  const [text, look] = statusTexts[status];
  return html`<span class="tag ${look}">${text}</span>${undone === null ? null : ` by ${clipped(undone.by.id, 60)}: ${clipped(undone.why, 200)}`}`;
}

/** What was found in the past of the numbers, and what was put in its place. */
export const cleaningSection = ({
  session,
  cleaning,
  later,
  dataKept,
  metricNames,
}: SessionReport): Section => ({
  id: 'cleaning',
  title: 'Cleaning of the past',
  body: ofStep(session, 'historicalDataCleaning', () => {
    if (!dataKept) return html`<p class="none">The records and what was found in them were deleted.</p>`;
    const { looked, unjudged: without, changes, left } = cleaning;
    const reasons = without.map(({ reason, series }) => `${countText(series)} ${unjudged[reason]}`);
    const judged = looked - without.reduce((sum, { series }) => sum + series, 0);
    const rules = [...new Set(changes.map(({ rule }) => rule))];
    return [
      paragraph(
        `${counted(judged, 'series')}`.replace('seriess', 'series') +
          ` ${judged === 1 ? 'was' : 'were'} judged${reasons.length === 0 ? '' : `, ${reasons.join(', ')} ${looked - judged === 1 ? 'was' : 'were'} not`}. ` +
          (changes.length === 0
            ? 'Nothing had to be cleaned.'
            : 'Records are never changed: cleaned numbers stand beside them.'),
      ),
      ...(later === null ? [] : [remark('As it is now: later sessions look at the same past again.')]),
      ...(changes.length === 0
        ? []
        : [
            table(changes, [
              { title: '', cell: statusCell },
              {
                title: 'in',
                cell: ({ metric, dimension }) =>
                  clipped(
                    `${metricNames[metric] ?? metric}${dimension === null ? '' : `: ${dimension.value}`}`,
                    80,
                  ),
              },
              { title: 'found', cell: ({ sentence }) => clipped(sentence, 300) },
              { title: 'before', number: true, cell: (change) => valuesText(change, 'before') },
              { title: 'after', number: true, cell: (change) => valuesText(change, 'after') },
              { title: 'certainty', cell: ({ certainty }) => certainty },
              { title: 'rule', cell: ({ rule }) => rule },
            ]),
            ...rules.map((rule) => remark(`${rule}: ${finds.get(rule) ?? ''}.`)),
          ]),
      ...(left === 0
        ? []
        : [
            remark(`${countText(left)} older ones are not shown: tributary cleaning ${session.connectionId}`),
          ]),
    ];
  }),
});
