import type { ForecastGrain, ForecastPoint, SeriesPoint } from '../../domain/forecast.ts';
import { ticksOf } from './scale.ts';
import { dateOf, dayOf, timeTicks } from './time-ticks.ts';
import { xmlText } from './xml.ts';

/** What is drawn. */
export interface ForecastPlot {
  /** Unique in the page: title and description are referred to by it. Letters, digits and `-`. */
  readonly id: string;
  readonly title: string;
  /** For those who do not see the picture. */
  readonly description: string;
  readonly grain: ForecastGrain;
  /** In the order of time. */
  readonly actual: readonly SeriesPoint[];
  readonly forecast: readonly ForecastPoint[];
  /** Beside the axis, such as a currency. */
  readonly unit?: string | undefined;
  /** Pixels. @default 720 */
  readonly width?: number;
  /** @default 300 */
  readonly height?: number;
}

const margin = { top: 40, right: 16, bottom: 30, left: 64 };
// Told apart by lightness, dashes and marks, not by hue: so it reads the same in grey.
const looks = {
  ink: '#1a1a1a',
  faint: '#6b6b6b',
  grid: '#e3e3e3',
  wide: '#d5e0ee',
  narrow: '#a9c1de',
  line: '#1d4f91',
};

/**
 * Draws what was and what is expected, with the 80 and 95 % intervals, as one SVG that needs nothing else: no script,
 * no style sheet, no font.
 */
export function forecastSvg(plot: ForecastPlot): string {
  const { id, title, description, actual, forecast, unit, width = 720, height = 300 } = plot;
  const known = actual.flatMap(({ value }) => (value === null || !Number.isFinite(value) ? [] : [value]));
  const values = [...known, ...forecast.flatMap(({ value, low95, high95 }) => [value, low95, high95])];
  // Near the greatest number that there is, differences would have no end.
  const peak = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const unitOf = peak > 1e300 ? peak : 1;
  const scaled = values.map((value) => value / unitOf);
  const least = Math.min(...limits(scaled, Math.min), 0);
  const most = Math.max(...limits(scaled, Math.max), 0);
  const far =
    scaled.length === 0 ? { low: 0, high: 1, at: [0, 1] } : ticksOf(...nearZero(scaled, least, most));
  const days = [...actual, ...forecast].map(({ start }) => dayOf(start));
  const [from, to] = [
    Math.min(...limits(days, Math.min), Infinity),
    Math.max(...limits(days, Math.max), -Infinity),
  ];
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const x = (start: string): number =>
    to > from
      ? margin.left + ((dayOf(start) - from) / (to - from)) * (right - margin.left)
      : (margin.left + right) / 2;
  const y = (value: number): number =>
    bottom - ((value / unitOf - far.low) / (far.high - far.low)) * (bottom - margin.top);
  const at = (start: string, value: number): string => `${round(x(start))},${round(y(value))}`;

  const bridge = lastKnown(actual);
  const band = (low: 'low80' | 'low95', high: 'high80' | 'high95', fill: string): string => {
    if (forecast.length === 0) return '';
    const start = bridge === undefined ? [] : [at(bridge.start, bridge.value)];
    const up = forecast.map((point) => at(point.start, point[high]));
    const down = [...forecast].reverse().map((point) => at(point.start, point[low]));
    return `<polygon points="${[...start, ...up, ...down].join(' ')}" fill="${fill}"/>`;
  };
  // Beyond the greatest number that there is nothing has a name.
  const named = far.at.filter((tick) => Number.isFinite(tick * unitOf));
  const valueTicks = named.map((tick) => {
    const line = round(y(tick * unitOf));
    const heavy = tick === 0 ? looks.faint : looks.grid;
    return `<line x1="${margin.left}" x2="${right}" y1="${line}" y2="${line}" stroke="${heavy}"/><text x="${margin.left - 8}" y="${line + 4}" text-anchor="end">${xmlText(valueText(tick * unitOf))}</text>`;
  });
  const dates = timeTicks(from, to, (right - margin.left) / 64).map(({ day, text }) => {
    const place = round(x(dateOf(day)));
    return `<line x1="${place}" x2="${place}" y1="${bottom}" y2="${bottom + 4}" stroke="${looks.faint}"/><text x="${place}" y="${bottom + 17}" text-anchor="middle">${xmlText(text)}</text>`;
  });
  const expected = [
    ...(bridge === undefined ? [] : [at(bridge.start, bridge.value)]),
    ...forecast.map(({ start, value }) => at(start, value)),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="${xmlText(id)}-title ${xmlText(id)}-desc" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="11" fill="${looks.faint}">`,
    `<title id="${xmlText(id)}-title">${xmlText(title)}</title>`,
    `<desc id="${xmlText(id)}-desc">${xmlText(description)}</desc>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${margin.left}" y="16" font-size="13" font-weight="600" fill="${looks.ink}">${xmlText(title)}</text>`,
    unit === undefined ? '' : `<text x="${margin.left - 8}" y="26" text-anchor="end">${xmlText(unit)}</text>`,
    ...valueTicks,
    band('low95', 'high95', looks.wide),
    band('low80', 'high80', looks.narrow),
    ...dates,
    ...actualLines(actual, at),
    forecast.length === 0
      ? ''
      : `<polyline points="${expected.join(' ')}" fill="none" stroke="${looks.line}" stroke-width="2" stroke-dasharray="5 3"/>`,
    ...forecast
      .slice(0, 60)
      .map(
        ({ start, value }) =>
          `<circle cx="${round(x(start))}" cy="${round(y(value))}" r="${forecast.length > 20 ? 1.5 : 2.5}" fill="#ffffff" stroke="${looks.line}"/>`,
      ),
    ...legend(right, forecast.length > 0),
    '</svg>',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** The least or greatest, of a list of any length; none of an empty one. */
const limits = (values: readonly number[], of: (a: number, b: number) => number): number[] =>
  values.length === 0 ? [] : [values.reduce((found, value) => of(found, value))];

/** The axis begins at 0 unless the values lie close together far from it: then differences could not be seen. */
function nearZero(values: readonly number[], least: number, most: number): [number, number] {
  const low = values.reduce((found, value) => Math.min(found, value));
  const high = values.reduce((found, value) => Math.max(found, value));
  if (low > 0 && high - low < low / 2) return [low, high];
  if (high < 0 && high - low < -high / 2) return [low, high];
  return [least, most];
}

/** What was: a line where periods follow each other, a dot where one stands alone. */
function actualLines(actual: readonly SeriesPoint[], at: (start: string, value: number) => string): string[] {
  const runs: string[][] = [[]];
  for (const { start, value } of actual) {
    if (value === null || !Number.isFinite(value)) runs.push([]);
    else runs.at(-1)?.push(at(start, value));
  }
  return runs.flatMap((run) => {
    const [first = ''] = run;
    if (run.length === 0) return [];
    if (run.length > 1)
      return [`<polyline points="${run.join(' ')}" fill="none" stroke="${looks.ink}" stroke-width="1.5"/>`];
    const [cx, cy] = first.split(',');
    return [`<circle cx="${cx}" cy="${cy}" r="2" fill="${looks.ink}"/>`];
  });
}

function lastKnown(actual: readonly SeriesPoint[]): { start: string; value: number } | undefined {
  const last = actual.at(-1);
  return last === undefined || last.value === null || !Number.isFinite(last.value)
    ? undefined
    : { start: last.start, value: last.value };
}

function legend(right: number, forecast: boolean): string[] {
  if (!forecast) return [];
  const item = (from: number, mark: string, text: string): string =>
    `<g transform="translate(${from} 28)">${mark}<text x="24" y="4">${text}</text></g>`;
  const line = (stroke: string, more: string): string =>
    `<line x1="0" x2="18" y1="0" y2="0" stroke="${stroke}" ${more}/>`;
  const box = (fill: string): string => `<rect y="-5" width="18" height="10" fill="${fill}"/>`;
  return [
    item(right - 290, line(looks.ink, 'stroke-width="1.5"'), 'came'),
    item(right - 225, line(looks.line, 'stroke-width="2" stroke-dasharray="5 3"'), 'expected'),
    item(right - 140, box(looks.narrow), '80 %'),
    item(right - 70, box(looks.wide), '95 %'),
  ];
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 });
const valueText = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 1e15 || (size !== 0 && size < 1e-4)) return value.toExponential(1);
  return size >= 10_000 ? compact.format(value) : String(Number(value.toPrecision(6)));
};

const round = (value: number): number => Math.round(value * 10) / 10 + 0;
