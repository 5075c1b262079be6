import { type Command, Option } from 'commander';
import { insightKinds } from '../../../domain/insights.ts';
import type { InsightAnswer, InsightsQuery } from '../../api/schemas/insights.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { formatCount, plain } from '../output/table.ts';

interface InsightsOptions {
  readonly kind?: InsightsQuery['kind'];
  readonly metric?: string;
  readonly all?: boolean;
}

/** `tributary insights` */
export function addInsights(program: Command): void {
  program
    .command('insights')
    .argument('<connection>', 'connection id')
    .description('what is worth knowing of the numbers of a connection, what matters most first')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(insightKinds))
    .option('--metric <id>', 'only of this metric')
    .option('--all', 'also those that no longer hold')
    .addHelpText(
      'after',
      examples(
        'tributary insights storefront-west',
        'tributary insights storefront-west --kind change',
        'tributary insights storefront-west --all --json',
      ),
    )
    .action(async (id: string, { kind, metric, all = false }: InsightsOptions, command: Command) => {
      const context = contextOf(command);
      const query: InsightsQuery = {
        ...(kind !== undefined && { kind }),
        ...(metric !== undefined && { metric }),
        ended: all ? 'all' : 'no',
        limit: 500,
      };
      const answer = await (await context.api()).insights(id, query);
      context.answer(answer, () =>
        answer.insights.length === 0
          ? ['Nothing stands out yet: it takes two years of data, and something that is no chance.']
          : [
              ...answer.insights.flatMap(linesOf),
              ...(answer.left === 0 ? [] : [`(${formatCount(answer.left)} more are not shown)`]),
            ],
      );
    });
}

const figure = (value: number): string =>
  Math.abs(value) >= 100 || Number.isInteger(value)
    ? formatCount(value)
    : String(Number(value.toPrecision(4)));

function linesOf(one: InsightAnswer, at: number): string[] {
  const { numbers, drivers, entities, certainty, ended, good } = one;
  const facts = Object.entries(numbers).map(([name, value]) => `${name} ${figure(value)}`);
  const parts =
    drivers === null
      ? []
      : [
          ...drivers.values.map(({ value, contribution }) => `${value} ${figure(contribution)}`),
          ...(drivers.others === 0 ? [] : [`others ${figure(drivers.others)}`]),
        ];
  const lines = [
    `numbers: ${facts.join(', ')}`,
    ...(drivers === null ? [] : [`by ${drivers.dimension}: ${parts.join(', ')}`]),
    ...(entities.length === 0
      ? []
      : [`${one.entity}: ${entities.map(({ id, value }) => `${id} ${figure(value)}`).join(', ')}`]),
    certainty.p === null
      ? 'certain: it was counted'
      : `certain: ${figure(certainty.value * 100)} % (p ${figure(certainty.p)} of one test)`,
    `again: ${one.query.request}`,
    ...(ended === null
      ? []
      : [
          ended.because === 'newerPeriod'
            ? `ended in ${ended.session}: a newer period took its place`
            : `ended in ${ended.session}: it no longer holds`,
        ]),
  ];
  const mark = good === null ? '' : good ? ' (good)' : ' (bad)';
  return [plain(`${at + 1}. ${one.sentence}${mark}`), ...lines.map((line) => plain(`   ${line}`))];
}
