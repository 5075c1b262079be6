import type { Command } from 'commander';
import { unknownCurrency } from '../../../domain/datapoints.ts';
import type { ForecastAnswer, ForecastHeadline, ForecastList } from '../../api/schemas/forecasts.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { csvLine } from '../output/csv.ts';
import { type Column, formatTable, plain } from '../output/table.ts';

interface ForecastOptions {
  readonly by?: string;
  readonly csv?: boolean;
}

/** `tributary forecast` */
export function addForecast(program: Command): void {
  program
    .command('forecast')
    .argument('<connection>', 'connection id')
    .argument('[metric]', 'metric id: its periods (default: one line for each metric)')
    .description('what the metrics of a connection may be next, how sure that is, and how earlier ones did')
    .option('--by <dimension>', 'one line for each of its values')
    .option('--csv', 'print as CSV, with plain numbers')
    .addHelpText(
      'after',
      examples(
        'tributary forecast storefront-west',
        'tributary forecast storefront-west sales',
        'tributary forecast storefront-west sales --by category',
        'tributary forecast storefront-west sales --csv > sales.csv',
      ),
    )
    .action(async (id: string, metric: string | undefined, options: ForecastOptions, command: Command) => {
      const { by, csv = false } = options;
      const context = contextOf(command);
      if (csv && context.json) throw new UsageError('Give --csv or --json, not both.');
      const api = await context.api();
      const query = {
        ...(metric !== undefined && { metric }),
        ...(by !== undefined && { dimension: by }),
      };
      const list = await api.forecasts(id, query);
      const shown = by === undefined ? totalsOf(list) : list;
      if (metric === undefined || by !== undefined || shown.forecasts.length === 0)
        return context.answer(shown, () => (csv ? listCsv(shown) : listLines(shown)));
      const all: ForecastAnswer[] = [];
      for (const { series } of shown.forecasts) all.push(await api.forecast(id, series));
      context.answer({ forecasts: all }, () => (csv ? pointsCsv(all) : all.flatMap(pointsLines)));
    });
}

const totalsOf = ({ metrics, forecasts, leftOut }: ForecastList): ForecastList => ({
  metrics,
  forecasts: forecasts.filter(({ dimension }) => dimension === null),
  leftOut: leftOut.filter(({ dimension }) => dimension === null),
});

const money = (currency: string | null): string | null => (currency === unknownCurrency ? null : currency);
const percent = (share: number | null): string | null =>
  share === null ? null : `${Math.round(share * 100)} %`;
const rounded = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Number(value.toPrecision(4));

const headlineColumns: readonly Column<ForecastHeadline>[] = [
  { title: 'metric', value: ({ metric }) => metric },
  { title: 'of', value: ({ dimension }) => dimension?.value, widest: 40 },
  { title: 'period', value: ({ next }) => next?.start },
  { title: 'expected', align: 'right', value: ({ next }) => rounded(next?.value) },
  { title: '95 % from', align: 'right', value: ({ next }) => rounded(next?.low95) },
  { title: 'to', align: 'right', value: ({ next }) => rounded(next?.high95) },
  { title: 'in', value: ({ currency }) => money(currency) },
  { title: 'model', value: ({ model, reason }) => model ?? `none: ${reason}` },
  { title: 'mase', align: 'right', value: ({ mase }) => (mase === null ? null : mase.toFixed(2)) },
  { title: 'in 95 %', align: 'right', value: ({ coverage95 }) => percent(coverage95) },
];

function listLines({ forecasts, leftOut }: ForecastList): string[] {
  if (forecasts.length === 0)
    return ['(no forecasts here: check metric and dimension; they are made when a session is in Processing)'];
  const ofAll = forecasts.every(({ dimension }) => dimension === null);
  return [
    ...formatTable(
      forecasts,
      headlineColumns.filter(({ title }) => title !== 'of' || !ofAll),
    ),
    '',
    ...(ofAll ? forecasts.map(({ sentence }) => plain(sentence)) : ['--json has a sentence for each.']),
    ...leftOut.map(
      ({ metric, dimension, series }) =>
        `${series} more series of ${metric}${dimension === null ? '' : ` by ${plain(dimension)}`} are not forecast: those with the most records are.`,
    ),
  ];
}

const pointColumns: readonly Column<ForecastAnswer['points'][number]>[] = [
  { title: 'period', value: ({ start }) => start },
  { title: 'expected', align: 'right', value: ({ value }) => rounded(value) },
  { title: '80 % from', align: 'right', value: ({ low80 }) => rounded(low80) },
  { title: 'to', align: 'right', value: ({ high80 }) => rounded(high80) },
  { title: '95 % from', align: 'right', value: ({ low95 }) => rounded(low95) },
  { title: 'to', align: 'right', value: ({ high95 }) => rounded(high95) },
];

const pointsLines = (one: ForecastAnswer): string[] => [
  `${one.name}, by ${one.grain}${money(one.currency) === null ? '' : `, in ${one.currency}`}`,
  ...(one.points.length === 0 ? [] : formatTable(one.points, pointColumns)),
  '',
  plain(one.sentence),
  ...(one.why === null ? [] : [one.why]),
  ...one.notes.map(plain),
  `Track record: ${one.record.sentence}`,
];

const numbers = ['value', 'low80', 'high80', 'low95', 'high95'] as const;

const pointsCsv = (all: readonly ForecastAnswer[]): string[] => [
  csvLine(['metric', 'currency', 'period', ...numbers]),
  ...all.flatMap(({ metric, currency, points }) =>
    points.map((point) => csvLine([metric, currency, point.start, ...numbers.map((name) => point[name])])),
  ),
];

const listCsv = ({ forecasts }: ForecastList): string[] => [
  csvLine([
    'metric',
    'dimension',
    'of',
    'currency',
    'period',
    ...numbers,
    'model',
    'mase',
    'coverage95',
    'reason',
  ]),
  ...forecasts.map(({ metric, dimension, currency, next, model, mase, coverage95, reason }) =>
    csvLine([
      ...[metric, dimension?.field, dimension?.value, currency, next?.start],
      ...numbers.map((name) => next?.[name]),
      ...[model, mase, coverage95, reason],
    ]),
  ),
];
