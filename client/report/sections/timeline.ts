import type { SessionReport } from '../data.ts';
import { clipped, html } from '../html.ts';
import { clockIn, countText } from '../words.ts';
import { remark, type Section, table } from './section.ts';

/** Of a session with more, the first ones and the last ones. */
const mostShown = { first: 20, last: 80 };

/** Every change of status: when, by whom, why. */
export function timelineSection({ timeline, timeZone }: SessionReport): Section {
  const clock = clockIn(timeZone);
  const title = 'Timeline';
  if (timeline.length === 0)
    return { id: 'timeline', title, body: html`<p class="none">Nothing has happened yet.</p>` };
  const { first, last } = mostShown;
  const left = Math.max(0, timeline.length - first - last);
  const shown = left === 0 ? timeline : [...timeline.slice(0, first), ...timeline.slice(-last)];
  return {
    id: 'timeline',
    title,
    body: [
      table(shown, [
        { title: clock.zone, cell: ({ at }) => html`<span class="line">${clock.at(at)}</span>` },
        { title: '', number: true, cell: ({ to }) => to },
        { title: 'status', cell: ({ name }) => name },
        { title: 'by', cell: ({ by }) => clipped(`${by.kind} ${by.id}`, 100) },
        { title: 'note', cell: ({ note, reason, name }) => clipped(note ?? causeText(reason, name)) },
      ]),
      ...(left === 0 ? [] : [remark(`${countText(left)} changes between them are not shown.`)]),
    ],
  };
}

/** `LOADED` says nothing beside the status Loaded; an error's code does. */
const causeText = (reason: string, status: string): string => {
  const words = reason.toLowerCase().replaceAll('_', ' ');
  return words === status.toLowerCase() ? '' : words;
};
