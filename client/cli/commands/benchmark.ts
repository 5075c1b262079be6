import type { Command } from 'commander';
import type { Benchmark } from '../../api/schemas/benchmarks.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { type Column, formatTable } from '../output/table.ts';

/** `tributary benchmark` */
export function addBenchmark(program: Command): void {
  program
    .command('benchmark')
    .argument('<connection>', 'connection id')
    .description('how a connection compares with the other companies of its app')
    .addHelpText(
      'after',
      examples('tributary benchmark storefront-west', 'tributary benchmark storefront-west --json'),
    )
    .action(async (id: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).getBenchmark(id);
      context.answer(answer, () => linesOf(answer));
    });
}

type Standing = Benchmark['standings'][number];

function linesOf({ madeAt, standings, method }: Benchmark): string[] {
  if (madeAt === null) return ['There are no figures yet: the next session makes them.'];
  if (standings.length === 0) return ['There is nothing to compare: the app has no metrics, or no records.'];
  return [
    ...formatTable(standings, columns),
    '',
    ...standings.map(({ sentence }) => sentence),
    '',
    `How: ${method}`,
  ];
}

const columns: readonly Column<Standing>[] = [
  { title: 'figure', value: ({ name }) => name },
  { title: 'own', align: 'right', value: ({ text }) => text },
  { title: 'stands', value: standsText },
  { title: 'companies', align: 'right', value: ({ group }) => group.size },
  { title: 'compared', value: ({ comparedAt }) => comparedAt?.slice(0, 10) },
  { title: 'method', value: ({ method }) => method, widest: 90 },
];

/** `50 to 100 of 100`, or why it is not compared. */
function standsText({ position, gap, group }: Standing): string {
  if (position !== null) return `${position.fromPercentile} to ${position.toPercentile} of 100`;
  return gap === 'GROUP_TOO_SMALL' ? `${gap} (${group.size} of ${group.needed})` : (gap ?? '');
}
