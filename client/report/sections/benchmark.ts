import { figureMethods, positionMethod, type Standing } from '../../../domain/benchmark.ts';
import {
  benchmarkSentence,
  figureName,
  figureText,
  positionText,
} from '../../../domain/benchmark-sentences.ts';
import type { SessionReport } from '../data.ts';
import { clipped, type Html, html } from '../html.ts';
import { clockIn, countText } from '../words.ts';
import { ofStep, remark, type Section } from './section.ts';

const mostShown = 60;

/** The parts of the group as a row of boxes, the own one filled. */
function place({ position }: Standing): Html | null {
  if (position === null) return null;
  const { part, of } = position;
  const width = 100 / of;
  const boxes = Array.from(
    { length: Math.min(of, 20) },
    (_, at) =>
      html`<rect x="${Math.round(at * width * 10) / 10 + 0.5}" y="0.5" width="${Math.round(width * 10) / 10 - 1}" height="11" fill="${at + 1 === part ? '#1d4f91' : '#ffffff'}" stroke="#6b6b6b"/>`,
  );
  return html`<svg class="place" viewBox="0 0 100 12" width="100" height="12" role="img" aria-label="part ${part} of ${of} from the lowest">${boxes}</svg>`;
}

/**
 * A comparison holds for a while: where the own value moved since, the one that was compared is told beside it.
 */
function standingText(standing: Standing): string {
  const { value, compared, position, to, at, group } = standing;
  const moved =
    position !== null &&
    value !== null &&
    compared !== null &&
    figureText(standing, value) !== figureText(standing, compared);
  if (!moved) return benchmarkSentence(standing);
  return `${figureName(standing)}: ${figureText(standing, value)} (to ${to}). In the comparison of ${at?.slice(0, 10)} it was ${figureText(standing, compared)}: in the ${positionText(position)} of ${group.size} companies.`;
}

const line = (standing: Standing): Html =>
  html`<li>${place(standing)} <span>${clipped(standingText(standing), 500)}</span></li>\n`;

/** Where the company stands among the others of its app. */
export const benchmarkSection = ({ session, benchmark, timeZone, dataKept }: SessionReport): Section => ({
  id: 'benchmark',
  title: 'Among other companies',
  body: ofStep(session, 'benchmarking', () => {
    if (benchmark === null)
      return html`<p class="none">${dataKept ? 'What this session compared is not kept.' : 'The records and what was compared were deleted.'}</p>`;
    const { standings, at } = benchmark;
    if (standings.length === 0)
      return html`<p class="none">There is nothing to compare: there are no metrics, or no records.</p>`;
    const compared = standings.filter(({ position }) => position !== null);
    const others = standings.filter(({ position }) => position === null);
    const small = others.some(({ gap }) => gap === 'GROUP_TOO_SMALL');
    const left = Math.max(0, compared.length - mostShown) + Math.max(0, others.length - mostShown);
    const methods = [...new Set(standings.map(({ kind }) => kind))].map(
      (kind) =>
        `${figureName({ name: kind === 'topTen' ? 'Top ten' : kind, kind, entity: null }).split(': ')[1] ?? kind}: ${figureMethods[kind]}`,
    );
    return [
      ...(compared.length === 0
        ? []
        : [html`<ul class="places">${compared.slice(0, mostShown).map(line)}</ul>`]),
      ...(others.length === 0
        ? []
        : [html`<h3>Not compared</h3><ul class="places">${others.slice(0, mostShown).map(line)}</ul>`]),
      ...(left === 0
        ? []
        : [remark(`${countText(left)} more are not shown: tributary benchmark ${session.connectionId}`)]),
      ...(small
        ? [
            remark(
              'Groups of few companies are not compared: what one of them does could be told from it (GROUP_TOO_SMALL).',
            ),
          ]
        : []),
      remark(`As of ${clockIn(timeZone).at(at)}. How: ${positionMethod} ${methods.join(' ')}`),
    ];
  }),
});
