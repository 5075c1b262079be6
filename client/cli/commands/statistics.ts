import { type Command, Option } from 'commander';
import type { Statistics, StatisticsQuery } from '../../api/schemas/statistics.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { csvLine } from '../output/csv.ts';
import { type Column, formatCount, formatTable } from '../output/table.ts';
import { formatBytes, formatDuration } from '../output/units.ts';
import { parseCount } from './shared.ts';

interface StatisticsOptions {
  readonly from?: string;
  readonly to?: string;
  readonly by: 'hour' | 'resource' | 'run';
  readonly limit: number;
  readonly csv?: boolean;
}

/** `tributary connection stats` */
export function addStatistics(group: Command): void {
  group
    .command('stats')
    .argument('<connection>', 'connection id')
    .description('how much a connection takes in, and what is unusual about it')
    .option('--from <time>', 'date or time; takes in its whole hour, UTC (default: 7 days before --to)')
    .option('--to <time>', 'date or time, exclusive (default: now)')
    .addOption(
      new Option('--by <what>', 'a line for each').choices(['hour', 'resource', 'run']).default('resource'),
    )
    .option('--limit <count>', 'by run: at most so many, newest first', parseCount, 100)
    .option('--csv', 'print as CSV, with plain numbers')
    .addHelpText(
      'after',
      examples(
        'tributary connection stats storefront-west',
        'tributary connection stats storefront-west --by run --limit 10',
        'tributary connection stats storefront-west --from 2026-01-01 --to 2026-02-01 --by hour --csv',
      ),
    )
    .action(async (id: string, { csv = false, ...options }: StatisticsOptions, command: Command) => {
      const context = contextOf(command);
      if (csv && context.json) throw new UsageError('Give --csv or --json, not both.');
      const { from, to, by, limit } = options;
      const asked: StatisticsQuery = {
        by,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(by === 'run' && { limit: Math.min(limit, 500) }),
      };
      const answer = await (await context.api()).statistics(id, asked);
      context.answer(answer, () => (csv ? csvLines(answer) : tableLines(answer)));
    });
}

type Sums = Statistics['sum'];
type Run = Extract<Statistics, { by: 'run' }>['runs'][number];

const numbers = ['rows', 'bytes', 'durationMs', 'rowsPerSecond'] as const;
const counts = ['runs', 'completed', 'failed', 'canceled', 'notFound', 'inProgress', 'unusual'] as const;

function tableLines(answer: Statistics): string[] {
  const { from, to, sum } = answer;
  const units = [`${formatCount(sum.rows)} rows`, formatBytes(sum.bytes), formatDuration(sum.durationMs)];
  return [
    ...linesOf(answer),
    '',
    `${from} to ${to}: ${formatCount(sum.runs)} runs, ${units.join(', ')}`,
    ...(sum.unusual === 0 ? [] : [`${sum.unusual} unusual: --by run says why`]),
  ];
}

function linesOf(answer: Statistics): string[] {
  if (answer.by === 'hour')
    return formatTable(answer.hours, [{ title: 'hour', value: ({ hour }) => hour }, ...sumColumns]);
  if (answer.by === 'resource')
    return formatTable(answer.resources, [
      { title: 'resource', value: ({ resource }) => resource },
      ...sumColumns,
    ]);
  const more = answer.left === 0 ? [] : [`(${formatCount(answer.left)} older ones are not shown)`];
  return [...formatTable(answer.runs, runColumns), ...more];
}

const measureColumns: readonly Column<Pick<Run, (typeof numbers)[number]>>[] = [
  { title: 'rows', align: 'right', value: ({ rows }) => rows },
  { title: 'size', align: 'right', value: ({ bytes }) => formatBytes(bytes) },
  {
    title: 'took',
    align: 'right',
    value: ({ durationMs }) => (durationMs === null ? null : formatDuration(durationMs)),
  },
  { title: 'rows/s', align: 'right', value: ({ rowsPerSecond }) => rowsPerSecond },
];

const sumColumns: readonly Column<Sums>[] = [
  { title: 'runs', align: 'right', value: ({ runs }) => runs },
  { title: 'completed', align: 'right', value: ({ completed }) => completed },
  { title: 'failed', align: 'right', value: ({ failed }) => failed },
  { title: 'other', align: 'right', value: (sums) => sums.canceled + sums.notFound + sums.inProgress },
  { title: 'unusual', align: 'right', value: ({ unusual }) => unusual },
  ...measureColumns,
];

const runColumns: readonly Column<Run>[] = [
  { title: 'started', value: ({ startedAt }) => startedAt },
  { title: 'session', value: ({ sessionId }) => sessionId },
  { title: 'resource', value: ({ resource }) => resource },
  { title: 'read', value: ({ kind }) => kind },
  { title: 'status', value: ({ status }) => status },
  ...measureColumns,
  { title: 'remarks', value: remarksOf, widest: 200 },
];

function remarksOf({ reason, blockedBy, anomalies }: Run): string {
  const why = blockedBy.length === 0 ? reason : `${reason} of ${blockedBy.join(', ')}`;
  return [why ?? '', ...anomalies.map(({ sentence }) => sentence)].filter((text) => text !== '').join(' ');
}

function csvLines(answer: Statistics): string[] {
  if (answer.by === 'run') {
    const fields = [
      'startedAt',
      'endedAt',
      'sessionId',
      'resource',
      'kind',
      'status',
      'reason',
      ...numbers,
    ] as const;
    const lines = answer.runs.map((run) =>
      csvLine([
        ...fields.map((field) => run[field]),
        run.anomalies.map(({ sentence }) => sentence).join(' '),
      ]),
    );
    return [csvLine([...fields, 'anomalies']), ...lines];
  }
  const lines =
    answer.by === 'hour'
      ? answer.hours.map((sums) => [sums.hour, ...[...counts, ...numbers].map((field) => sums[field])])
      : answer.resources.map((sums) => [
          sums.resource,
          ...[...counts, ...numbers].map((field) => sums[field]),
        ]);
  return [csvLine([answer.by, ...counts, ...numbers]), ...lines.map(csvLine)];
}
