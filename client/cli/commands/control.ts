import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import { parseCount } from './shared.ts';

/** `tributary overview` and `tributary logs` */
export function addControl(program: Command): void {
  program
    .command('overview')
    .description('show whether the service lives, and how much needs a person; ends 1 when it does not')
    .addHelpText('after', examples('tributary overview'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).overview();
      const { total, ...kinds } = answer.needsPerson;
      const named = Object.entries(kinds).filter(([, count]) => count > 0);
      context.answer(answer, () => [
        ...formatFacts([
          ['alive', `${answer.alive}`],
          ['timestamp', answer.timestamp === null ? 'never yet' : `${answer.timestamp} (GMT)`],
          ['needs a person', `${total}${named.map(([kind, count]) => `, ${kind}: ${count}`).join('')}`],
        ]),
        answer.sentence,
        ...(total === 0 ? [] : ['See: tributary attention']),
      ]);
      if (answer.alive === 0) process.exitCode = exitCodes.failed;
    });
  program
    .command('logs')
    .description('list who changed what of the control base, and what happened, newest first')
    .option('--subject <subject>', 'only of this, such as automation/nightly-orders')
    .option('--limit <count>', 'at most so many', '100')
    .option('--before <id>', 'only rows before this one')
    .addHelpText('after', examples('tributary logs', 'tributary logs --subject automation/nightly-orders'))
    .action(async (options: { subject?: string; before?: string; limit: string }, command: Command) => {
      const context = contextOf(command);
      const { limit, ...page } = options;
      const answer = await (await context.api()).logs({ ...page, limit: parseCount(limit) });
      context.list(answer, answer.logs, [
        { title: 'at', value: ({ at }) => at },
        { title: 'by', value: ({ by }) => by.id },
        { title: 'subject', value: ({ subject }) => subject },
        { title: 'what', value: ({ text }) => text, widest: 200 },
      ]);
    });
}
