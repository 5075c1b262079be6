import type { Command } from 'commander';
import type { CleanedSeries, CleaningChangeView } from '../../api/schemas/cleaning.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { csvLine } from '../output/csv.ts';
import { type Column, formatTable } from '../output/table.ts';
import { parseCount } from './shared.ts';

interface ListOptions {
  readonly metric?: string;
  readonly series?: string;
  readonly limit?: number;
  readonly csv?: boolean;
}

/** `tributary cleaning` */
export function addCleaning(program: Command): void {
  const group = program
    .command('cleaning')
    .description('what is odd in the past of the numbers, and what the cleaned series make of it');
  group
    .command('list', { isDefault: true })
    .argument('<connection>', 'connection id')
    .description('what was found, newest first; with --series its values, raw and cleaned')
    .option('--metric <id>', 'only of this metric')
    .option('--series <id>', 'the periods of this series, raw and cleaned side by side')
    .option('--limit <count>', 'at most so many', parseCount)
    .option('--csv', 'print as CSV, with plain numbers; with --series')
    .addHelpText(
      'after',
      examples(
        'tributary cleaning storefront-west',
        'tributary cleaning storefront-west --series sales/USD',
        'tributary cleaning storefront-west --series sales/USD --csv > sales.csv',
        'tributary cleaning undo storefront-west sales/USD outlier/2017-03-01 --why "a real order"',
      ),
    )
    .action(async (id: string, { csv = false, ...options }: ListOptions, command: Command) => {
      const context = contextOf(command);
      const { metric, series, limit } = options;
      if (csv && (context.json || series === undefined))
        throw new UsageError('Give --csv with --series, without --json.');
      const api = await context.api();
      if (series !== undefined) {
        const cleaned = await api.cleanedSeries(id, series);
        return context.answer(cleaned, () => (csv ? csvLines(cleaned) : seriesLines(cleaned)));
      }
      const list = await api.cleaning(id, {
        ...(metric !== undefined && { metric }),
        ...(limit !== undefined && { limit }),
      });
      context.answer(list, () => [
        ...formatTable(list.changes, changeColumns),
        '',
        `${list.looked} series were looked at${list.unjudged.map(({ reason, series: count }) => `, ${count} not judged (${reason})`).join('')}.`,
        ...(list.left === 0 ? [] : [`${list.left} older ones are not shown.`]),
      ]);
    });
  for (const verb of ['undo', 'redo'] as const)
    group
      .command(verb)
      .argument('<connection>', 'connection id')
      .argument('<series>', 'series id, as the list shows it')
      .argument('<change>', 'change id, as the list shows it')
      .description(verb === 'undo' ? 'let the raw values count' : 'let the cleaned values count again')
      .requiredOption('--why <text>', 'shown beside the change')
      .addHelpText(
        'after',
        examples(
          `tributary cleaning ${verb} storefront-west sales/USD outlier/2017-03-01 --why "a real order"`,
        ),
      )
      .action(
        async (
          id: string,
          series: string,
          change: string,
          { why }: { readonly why: string },
          command: Command,
        ) => {
          const context = contextOf(command);
          const api = await context.api();
          const answer = await (verb === 'undo' ? api.undoCleaning : api.redoCleaning)(id, {
            series,
            change,
            why,
          });
          context.answer(answer, () => [`${answer.series} ${answer.id}: ${answer.status}`]);
        },
      );
}

const changeColumns: readonly Column<CleaningChangeView>[] = [
  { title: 'series', value: ({ series }) => series },
  { title: 'change', value: ({ id }) => id },
  { title: 'status', value: ({ status }) => status },
  { title: 'sure', value: ({ certainty }) => certainty },
  { title: 'found in', value: ({ foundIn }) => foundIn },
  {
    title: 'what',
    value: ({ sentence, undone }) =>
      undone === null ? sentence : `${sentence} Undone by ${undone.by.id}: ${undone.why}`,
    widest: 240,
  },
];

function seriesLines({ points, changes, unclean }: CleanedSeries): string[] {
  const notes = unclean === null ? [] : ['', `Not judged: ${unclean.sentence}`];
  return [
    ...formatTable(points, [
      { title: 'period', value: ({ start }) => start },
      { title: 'rows', align: 'right', value: ({ rows }) => rows },
      { title: 'raw', align: 'right', value: ({ raw }) => raw },
      { title: 'cleaned', align: 'right', value: ({ cleaned }) => cleaned },
      { title: 'change', value: ({ change }) => change },
    ]),
    ...notes,
    ...(changes.length === 0 ? [] : ['', ...formatTable(changes, changeColumns.slice(1))]),
  ];
}

const csvLines = ({ points }: CleanedSeries): string[] => [
  csvLine(['start', 'rows', 'raw', 'cleaned', 'change']),
  ...points.map(({ start, rows, raw, cleaned, change }) => csvLine([start, rows, raw, cleaned, change])),
];
