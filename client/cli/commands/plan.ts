import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Plan, PlanBody } from '../../api/schemas/plans.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { formatFacts, formatTable, plain } from '../output/table.ts';

/** A plan as lines. */
export const planLines = (plan: Plan): string[] => [
  ...formatFacts([
    ['plan', `${plan.procedure} of ${plan.connectionId}, generation ${plan.generation}`],
    ['possible now', plan.allowed ? 'yes' : 'no'],
    ['data would go', plan.losesData ? 'yes' : 'no'],
  ]),
  ...plan.sentences.map((sentence) => `  ${plain(sentence)}`),
  ...(plan.purges.length === 0
    ? []
    : [
        '',
        ...formatTable(plan.purges, [
          { title: 'what', value: ({ name }) => name, widest: 90 },
          { title: 'outcome', value: ({ outcome }) => outcome },
          { title: 'documents', align: 'right', value: ({ count }) => count },
        ]),
      ]),
];

/**
 * Plans a call, and has a person confirm it where data would go. The plan goes to stderr: stdout has the answer alone.
 * @returns the token that the call needs; undefined: it needs none, or will be refused
 * @throws {UsageError} without a terminal and without `yes`, or for another answer than yes
 */
export async function confirmedPlan(
  api: TributaryClient,
  id: string,
  body: PlanBody,
  { yes = false }: { readonly yes?: boolean | undefined },
): Promise<{ readonly planToken?: string }> {
  const plan = await api.plan(id, body);
  if (!plan.allowed || !plan.losesData || plan.token === null) return {};
  for (const line of planLines(plan)) console.error(line);
  if (!yes) await confirm(plan);
  return { planToken: plan.token };
}

async function confirm({ procedure, connectionId }: Plan): Promise<void> {
  if (!process.stdin.isTTY)
    throw new UsageError(`Nobody can be asked here: add --yes for ${procedure} of ${connectionId}.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('Go on? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing was changed.');
  } finally {
    terminal.close();
  }
}

/** `tributary connection plan` */
export function addPlan(group: Command): void {
  group
    .command('plan')
    .argument('<connection>', 'connection id')
    .argument('<procedure>', 'such as pause, disconnect, updateSettings')
    .argument('[arguments]', 'what it would be called with, as JSON')
    .description('say what a change would do, and change nothing')
    .addHelpText(
      'after',
      examples(
        'tributary connection plan storefront-west disconnect',
        `tributary connection plan storefront-west updateSettings '{"retentionDays":7}'`,
      ),
    )
    .action(
      async (
        id: string,
        procedure: string,
        given: string | undefined,
        _options: unknown,
        command: Command,
      ) => {
        const context = contextOf(command);
        // The API says which ones there are.
        const body = { procedure, arguments: parsed(given) } as PlanBody;
        const plan = await (await context.api()).plan(id, body);
        context.answer(plan, () => planLines(plan));
      },
    );
}

function parsed(text = '{}'): PlanBody['arguments'] {
  try {
    return JSON.parse(text) as NonNullable<PlanBody['arguments']>;
  } catch {
    throw new UsageError('The arguments are no JSON.');
  }
}
