import { imbalance, type Ledger } from '../../../domain/ledger.ts';
import type { SessionReport } from '../data.ts';
import { clipped, html } from '../html.ts';
import { counted, countText } from '../words.ts';
import { paragraph, remark, type Section, table } from './section.ts';

type Run = SessionReport['ledger']['resources'][number];

const mostResources = 100;

const parts = [
  ['inserted', 'new'],
  ['updated', 'changed'],
  ['unchanged', 'as before'],
  ['duplicate', 'sent twice'],
  ['filtered', 'outside of what is read'],
  ['quarantined', 'in quarantine'],
  ['tombstoned', 'deleted at the app'],
] as const satisfies readonly (readonly [keyof Ledger, string])[];

/** `3,203 rows were read: 3,203 new. There were 0 records before and are 3,203 now.` */
export function ledgerText(ledger: Ledger): string {
  const named = parts.flatMap(([name, words]) =>
    ledger[name] === 0 ? [] : [`${countText(ledger[name])} ${words}`],
  );
  const came =
    ledger.read === 0
      ? 'No rows were read.'
      : `${counted(ledger.read, 'row')} ${ledger.read === 1 ? 'was' : 'were'} read: ${named.join(', ')}.`;
  const gone = ledger.removed === 0 ? '' : ` ${counted(ledger.removed, 'record')} no longer at the app went.`;
  return `${came}${gone} There were ${counted(ledger.recordsBefore, 'record')} before and are ${countText(ledger.recordsAfter)} now.`;
}

const balanceText = (why: string | null): string =>
  why === null ? 'Every row is accounted for.' : `This does not add up: ${why}`;

function fieldsText({ drift }: Run): string {
  if (drift === null) return '';
  if (drift.class === 'none') return 'as before';
  const listed = (words: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${words} ${clipped(names.slice(0, 10).join(', '), 200)}`];
  return [
    ...listed('new:', drift.added),
    ...listed('gone:', drift.removed),
    ...listed('of another type:', drift.retyped),
  ].join('; ');
}

/** Where every row went, resource by resource. */
export function ledgerSection({ ledger, resourceNames }: SessionReport): Section {
  const { resources, sum } = ledger;
  const title = 'Rows';
  if (resources.length === 0)
    return {
      id: 'rows',
      title,
      body: html`<p class="none">No rows were taken: the session has not come to Structuring.</p>`,
    };
  const shown = resources.slice(0, mostResources);
  const counts = (['read', ...parts.map(([name]) => name), 'removed', 'recordsAfter'] as const).filter(
    (name) => name === 'read' || name === 'recordsAfter' || sum[name] > 0,
  );
  const titles: Readonly<Partial<Record<keyof Ledger, string>>> = {
    ...Object.fromEntries(parts),
    read: 'read',
    removed: 'gone',
    recordsAfter: 'records now',
  };
  const nameOf = (run: Run) => resourceNames[run.resource] ?? run.resource;
  return {
    id: 'rows',
    title,
    body: [
      paragraph(`${ledgerText(sum)} ${balanceText(imbalance(sum))}`),
      table(shown, [
        { title: 'what', cell: (run) => clipped(nameOf(run), 100) },
        ...counts.map((name) => ({
          title: titles[name] ?? name,
          number: true,
          cell: (run: Run) => countText(run.ledger[name]),
        })),
        { title: 'adds up', cell: ({ imbalance: why }) => why ?? 'yes' },
        { title: 'fields', cell: fieldsText },
      ]),
      ...(resources.length > shown.length
        ? [remark(`${countText(resources.length - shown.length)} more are added up above and not listed.`)]
        : []),
    ],
  };
}
