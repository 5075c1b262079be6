import { checkTable } from '../../../domain/checks.ts';
import type { SessionReport } from '../data.ts';
import { clipped, type Html, html } from '../html.ts';
import { countText, numberText } from '../words.ts';
import { ofStep, paragraph, remark, type Section, table } from './section.ts';

type Check = SessionReport['checks'][number];

const order = { fail: 0, warn: 1, pass: 2 } as const;
const texts = { fail: 'failed', warn: 'look', pass: 'passed' } as const;
const looks = { fail: 'failed', warn: 'skipped', pass: 'done' } as const;
const mostShown = 300;

/** A value of a check with its unit: `0.4 %`, `3 days`. */
function valueText({ value, unit }: Pick<Check, 'value' | 'unit'>): string {
  if (value === null) return 'nothing to measure';
  if (unit === 'share') return `${numberText(value * 100)} %`;
  const noun = value === 1 ? unit.replace(/s$/, '') : unit;
  return `${numberText(value)} ${noun}`;
}

const tag = ({ severity, blocks }: Check): Html =>
  html`<span class="tag ${looks[severity]}">${texts[severity]}</span>${severity === 'fail' && blocks ? ' stops the session' : null}`;

/** What monitoring saw, what failed first. */
export const checksSection = ({ session, checks, resourceNames }: SessionReport): Section => {
  const step = session.substages.find(({ name }) => name === 'monitoring');
  const body = (): readonly Html[] => {
    if (checks.length === 0) return [html`<p class="none">Nothing was checked: no resource was read.</p>`];
    const sorted = checks
      .map((check, at) => ({ check, at }))
      .sort((a, b) => order[a.check.severity] - order[b.check.severity] || a.at - b.at)
      .map(({ check }) => check);
    const count = (severity: Check['severity']) => sorted.filter((one) => one.severity === severity).length;
    const shown = sorted.slice(0, mostShown);
    return [
      paragraph(
        `${countText(count('pass'))} passed, ${countText(count('warn'))} ${count('warn') === 1 ? 'needs' : 'need'} a look, ${countText(count('fail'))} failed.`,
      ),
      table(shown, [
        { title: '', cell: tag },
        { title: 'of', cell: ({ resource }) => clipped(resourceNames[resource] ?? resource, 100) },
        { title: 'what', cell: ({ check }) => checkTable[check].measures },
        { title: 'value', number: true, cell: valueText },
        { title: 'expected', cell: ({ expected }) => clipped(expected, 200) },
        { title: 'in words', cell: ({ sentence }) => clipped(sentence, 300) },
      ]),
      ...(sorted.length === shown.length
        ? []
        : [
            remark(
              `${countText(sorted.length - shown.length)} more are not shown: tributary session checks ${session.id}`,
            ),
          ]),
    ];
  };
  return {
    id: 'checks',
    title: 'Checks',
    // A check that blocks is what makes the step fail: then the checks are what there is to see.
    body: step?.status === 'failed' && checks.length > 0 ? body() : ofStep(session, 'monitoring', body),
  };
};
