import type { SessionReport } from '../data.ts';
import { clipped, html } from '../html.ts';
import { countText, type Step, skippedText, stepNames, tookText } from '../words.ts';
import { type Section, table } from './section.ts';

const statusText: Readonly<Record<Step['status'], string>> = {
  notStarted: 'not begun',
  running: 'under way',
  done: 'done',
  skipped: 'left out',
  failed: 'failed',
};

/** `seriesChanged` reads as `series changed`. */
const worded = (name: string): string =>
  name.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

function resultText({ status, reason, counts }: Step): string {
  if (status === 'skipped') return skippedText(reason);
  if (status === 'failed') return clipped(reason ?? 'The cause was not noted.');
  return Object.entries(counts)
    .slice(0, 12)
    .map(([name, count]) => `${clipped(worded(name), 40)} ${countText(count)}`)
    .join(', ');
}

/** What was done with the rows once they were stored. */
export const stepsSection = ({ session }: SessionReport): Section => ({
  id: 'steps',
  title: 'Steps of processing',
  body: table(session.substages, [
    { title: 'step', cell: ({ name }) => stepNames[name] },
    { title: '', cell: ({ status }) => html`<span class="tag ${status}">${statusText[status]}</span>` },
    { title: 'took', number: true, cell: ({ startedAt, endedAt }) => tookText(startedAt, endedAt) },
    { title: 'result', cell: resultText },
  ]),
});
