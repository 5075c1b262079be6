import type { Command } from 'commander';
import type { Datapoints, SeriesList } from '../../api/schemas/datapoints.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { csvLine } from '../output/csv.ts';
import { type Column, counted, formatTable } from '../output/table.ts';

interface DatapointsOptions {
  readonly by?: string;
  readonly value?: string;
  readonly currency?: string;
  readonly from?: string;
  readonly to?: string;
  readonly csv?: boolean;
}

/** `tributary datapoints` */
export function addDatapoints(program: Command): void {
  program
    .command('datapoints')
    .argument('<connection>', 'connection id')
    .argument('[metric]', 'metric id: its periods (default: what series there are)')
    .description('the numbers of a connection by day, week or month, as its metrics define them')
    .option('--by <dimension>', 'one line for each of its values')
    .option('--value <value>', 'only of this value of the dimension')
    .option('--currency <code>', 'only in this currency')
    .option('--from <date>', 'only periods that begin on this day or later')
    .option('--to <date>', 'only periods that begin before this day')
    .option('--csv', 'print as CSV, with plain numbers')
    .addHelpText(
      'after',
      examples(
        'tributary datapoints storefront-west',
        'tributary datapoints storefront-west sales --from 2016-01-01',
        'tributary datapoints storefront-west sales --by category --csv > sales.csv',
      ),
    )
    .action(async (id: string, metric: string | undefined, options: DatapointsOptions, command: Command) => {
      const context = contextOf(command);
      const { by: dimension, csv = false, ...rest } = options;
      if (csv && context.json) throw new UsageError('Give --csv or --json, not both.');
      const api = await context.api();
      const chosen = { ...rest, ...(dimension !== undefined && { dimension }) };
      if (metric === undefined) {
        if (Object.keys(rest).length > 0) throw new UsageError('Name a metric to see its periods.');
        const list = await api.listSeries(id, chosen);
        return context.answer(list, () => (csv ? seriesCsv(list) : seriesLines(list)));
      }
      const answer = await api.datapoints(id, { metric, ...chosen });
      context.answer(answer, () => (csv ? pointsCsv(answer) : pointsLines(answer)));
    });
}

const seriesColumns: readonly Column<SeriesList['series'][number]>[] = [
  { title: 'metric', value: ({ metric }) => metric },
  { title: 'by', value: ({ dimension }) => dimension?.field },
  { title: 'of', value: ({ dimension }) => dimension?.value, widest: 40 },
  { title: 'in', value: ({ currency }) => currency },
  { title: 'every', value: ({ grain }) => grain },
  { title: 'periods', align: 'right', value: ({ points }) => points },
  { title: 'records', align: 'right', value: ({ rows }) => rows },
  { title: 'first', value: ({ first }) => first },
  { title: 'last', value: ({ last }) => last },
];

function seriesLines({ metrics, series, session }: SeriesList): string[] {
  if (session === null) return ['(no datapoints: they are made when a session is in Processing)'];
  return [...formatTable(series, seriesColumns), ...metrics.flatMap(uncountedLine)];
}

function uncountedLine({ id, uncounted }: SeriesList['metrics'][number]): string[] {
  const { undated, outOfRange, unmeasured, untold } = uncounted;
  const parts = [
    [undated, 'without a date'],
    [outOfRange, 'before 1970 or too far ahead'],
    [unmeasured, 'without a number'],
    [untold, 'of rare values, in the total only'],
  ] as const;
  const said = parts
    .filter(([count]) => count > 0)
    .map(([count, why]) => `${counted(count, 'record')} ${why}`);
  return said.length === 0 ? [] : [`${id}: ${said.join(', ')}`];
}

type Line = Datapoints['series'][number]['points'][number] & Omit<Datapoints['series'][number], 'points'>;

const linesOf = ({ series }: Datapoints): Line[] =>
  series.flatMap(({ points, ...of }) => points.map((point) => ({ ...of, ...point })));

const pointColumns: readonly Column<Line>[] = [
  { title: 'period', value: ({ start }) => start },
  { title: 'of', value: ({ dimension }) => dimension?.value, widest: 40 },
  { title: 'value', align: 'right', value: ({ value }) => value },
  { title: 'in', value: ({ currency }) => currency },
  { title: 'records', align: 'right', value: ({ rows }) => rows },
];

const pointsLines = (answer: Datapoints): string[] => formatTable(linesOf(answer), pointColumns);

const pointsCsv = (answer: Datapoints): string[] => [
  csvLine(['start', 'metric', 'dimension', 'value of dimension', 'currency', 'value', 'rows']),
  ...linesOf(answer).map(({ start, metric, dimension, currency, value, rows }) =>
    csvLine([start, metric, dimension?.field ?? null, dimension?.value ?? null, currency, value, rows]),
  ),
];

const seriesCsv = ({ series }: SeriesList): string[] => [
  csvLine([
    ...['id', 'metric', 'dimension', 'value of dimension', 'currency'],
    ...['grain', 'periods', 'rows', 'first', 'last'],
  ]),
  ...series.map(({ id, metric, dimension, currency, grain, points, rows, first, last }) =>
    csvLine([
      ...[id, metric, dimension?.field ?? null, dimension?.value ?? null, currency],
      ...[grain, points, rows, first, last],
    ]),
  ),
];
