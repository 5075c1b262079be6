import { type Command, Option } from 'commander';
import { type CheckUnit, checkNames } from '../../../domain/checks.ts';
import type { ChecksQuery, ConnectionChecks } from '../../api/schemas/checks.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { sparkline } from '../output/sparkline.ts';
import { formatCount, formatTable } from '../output/table.ts';
import { parseCount } from './shared.ts';

interface ChecksOptions {
  readonly history?: string;
  readonly resource?: string;
  readonly limit: number;
}

type Shown = ConnectionChecks['checks'][number];

/** `tributary checks` */
export function addChecks(program: Command): void {
  program
    .command('checks')
    .argument('<connection>', 'connection id')
    .description('what monitoring found in the newest sessions: freshness, volume, completeness and more')
    .addOption(
      new Option('--history <check>', 'every result of one check, a line a session').choices(checkNames),
    )
    .option('--resource <id>', 'only of this resource')
    .option('--limit <count>', 'of at most so many sessions, the newest', parseCount, 20)
    .addHelpText(
      'after',
      examples(
        'tributary checks storefront-west',
        'tributary checks storefront-west --history freshness --resource orders',
      ),
    )
    .action(async (id: string, { history, resource, limit }: ChecksOptions, command: Command) => {
      const context = contextOf(command);
      const asked: ChecksQuery = {
        limit: Math.min(limit, 100),
        ...(resource !== undefined && { resource }),
        ...(history !== undefined && { check: history as Shown['check'] }),
      };
      const answer = await (await context.api()).connectionChecks(id, asked);
      context.answer(answer, () => (history === undefined ? latestLines(answer) : historyLines(answer)));
    });
}

/** `12 %`, `2.5 days` */
export function valueText(value: number | null, unit: CheckUnit): string {
  if (value === null) return '-';
  return unit === 'share' ? `${formatCount(value * 100)} %` : `${formatCount(value)} ${unit}`;
}

const latestLines = ({ checks }: ConnectionChecks): string[] =>
  formatTable(checks, [
    { title: 'result', value: ({ latest }) => latest.severity },
    { title: 'resource', value: ({ resource }) => resource },
    { title: 'check', value: ({ check, latest }) => `${check}${latest.blocks ? ' (blocks)' : ''}` },
    { title: 'value', align: 'right', value: ({ latest }) => valueText(latest.value, latest.unit) },
    { title: 'history', value: ({ history }) => sparkline(history.map(({ value }) => value).reverse()) },
    { title: 'expected', value: ({ latest }) => latest.expected },
    { title: 'seen', value: ({ latest }) => latest.sentence, widest: 200 },
  ]);

const historyLines = ({ checks }: ConnectionChecks): string[] =>
  formatTable(
    checks.flatMap(({ history, ...of }) => history.map((one) => ({ ...of, ...one }))),
    [
      { title: 'at', value: ({ at }) => at },
      { title: 'session', value: ({ sessionId }) => sessionId },
      { title: 'resource', value: ({ resource }) => resource },
      { title: 'result', value: ({ severity }) => severity },
      { title: 'value', align: 'right', value: ({ value, latest }) => valueText(value, latest.unit) },
      { title: 'seen', value: ({ sentence }) => sentence, widest: 200 },
    ],
  );
