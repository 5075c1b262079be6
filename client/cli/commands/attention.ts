import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';

/** `tributary attention` */
export function addAttention(program: Command): void {
  program
    .command('attention')
    .description(
      'list what needs a person: connections, syncs that stand still for long, rows in quarantine that are discarded soon, and alerts that cannot be sent',
    )
    .addHelpText('after', examples('tributary attention'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { items } = await (await context.api()).attention();
      context.list(items, items, [
        { title: 'what', value: ({ kind, id }) => `${kind} ${id}` },
        { title: 'status', value: ({ status }) => status },
        { title: 'since', value: ({ since }) => since },
        { title: 'why', value: ({ sentence }) => sentence, widest: 100 },
        { title: 'what helps', value: ({ command }) => command, widest: 80 },
      ]);
    });
}
