import { unknownCurrency } from '../../../domain/datapoints.ts';
import { forecastSvg } from '../../plot/forecast-svg.ts';
import type { ReportForecast, SessionReport } from '../data.ts';
import { clipped, type Html, html, made } from '../html.ts';
import { countText, numberText } from '../words.ts';
import { ofStep, paragraph, remark, type Section } from './section.ts';

/** `Sales, Furniture (USD)` */
export const forecastName = ({ name, dimension, currency }: ReportForecast): string =>
  `${clipped(name, 60)}${dimension === null ? '' : `: ${clipped(dimension.value, 60)}`}${currency === null || currency === unknownCurrency ? '' : ` (${clipped(currency, 12)})`}`;

/** How far it is to be trusted: what the same method did with the past, and what came of earlier forecasts. */
function trustText({ coverage95, record }: ReportForecast): string {
  const within =
    coverage95 === null
      ? ''
      : `Tried on the past, ${Math.round(100 * coverage95)} % of the values lay in the wide band. `;
  return `${within}${record.sentence}`;
}

function plotOf(
  one: ReportForecast,
  at: number,
  size: { readonly width: number; readonly height: number },
): Html {
  return made(
    forecastSvg({
      ...size,
      id: `plot-${at}`,
      title: forecastName(one),
      description: clipped(one.sentence),
      grain: one.grain,
      actual: one.recent,
      forecast: one.points,
      // Small ones have it in their title only: there is no room beside the legend.
      unit:
        one.dimension !== null || one.currency === null || one.currency === unknownCurrency
          ? undefined
          : clipped(one.currency, 12),
    }),
  );
}

/** What is expected, apart from how that was found and from what data. */
function splitSentence({ sentence }: ReportForecast): readonly [what: string, how: string] {
  const at = sentence.indexOf(' Made by ');
  return at === -1
    ? [clipped(sentence), '']
    : [clipped(sentence.slice(0, at)), clipped(sentence.slice(at + 1))];
}

function ofTotal(one: ReportForecast, at: number): Html {
  const [what, how] = splitSentence(one);
  const said = [how, trustText(one), ...one.notes.slice(0, 3).map((note) => clipped(note, 200))];
  return html`<figure>
<h3>${what}</h3>
${one.points.length === 0 ? null : plotOf(one, at, { width: 820, height: 280 })}
<figcaption class="small">${said.filter((text) => text !== '').join(' ')}</figcaption>
</figure>`;
}

const ofPart = (one: ReportForecast, at: number): Html => html`<figure class="part">
${plotOf(one, at, { width: 340, height: 210 })}
<figcaption class="small">${splitSentence(one)[0]}</figcaption>
</figure>`;

/** What is expected next: the totals large, the main parts small. */
export const forecastsSection = ({ session, later, forecasts, dataKept }: SessionReport): Section => ({
  id: 'forecasts',
  title: 'What to expect',
  body: ofStep(session, 'forecasting', () => {
    const { shown, left, gone } = forecasts;
    if (!dataKept) return html`<p class="none">The records and their forecasts were deleted.</p>`;
    const numbered = shown.map((one, at) => ({ one, at }));
    const totals = numbered.filter(({ one }) => one.dimension === null);
    const parts = numbered.filter(({ one }) => one.dimension !== null && one.points.length > 0);
    const metrics = [...new Set(totals.map(({ one }) => one.metric))];
    return [
      ...(later !== null && shown.length > 0
        ? [remark('These are the forecasts as this session left them; beside them is what came since.')]
        : []),
      ...(shown.length === 0 && gone === 0
        ? [html`<p class="none">There are no numbers to forecast.</p>`]
        : []),
      ...(gone > 0
        ? [
            paragraph(
              `${countText(gone)} ${gone === 1 ? 'forecast is' : 'forecasts are'} not kept as this session left them: later sessions made newer ones.`,
            ),
          ]
        : []),
      ...(shown.length === 0
        ? []
        : [
            remark(
              'Black: what came. Blue: what is expected. In 80 and 95 of 100 cases the value should lie within the dark and the light band.',
            ),
          ]),
      ...metrics.flatMap((metric) => {
        const own = parts.filter(({ one }) => one.metric === metric);
        const small = own.map(({ one, at }) => ofPart(one, at));
        return [
          ...totals.filter(({ one }) => one.metric === metric).map(({ one, at }) => ofTotal(one, at)),
          ...(small.length === 0 ? [] : [html`<div class="parts">${small}</div>`]),
        ];
      }),
      ...(left === 0
        ? []
        : [
            remark(
              `${numberText(left)} more forecasts of parts are not drawn: tributary forecast ${session.connectionId}`,
            ),
          ]),
    ];
  }),
});
