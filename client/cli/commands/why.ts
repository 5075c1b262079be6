import type { Command } from 'commander';
import type { Why } from '../../api/schemas/sessions.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { sessionIdOf } from './shared.ts';

/** The sentence, and the calls that the session takes. */
export const whyLines = ({ sessionId, sentence, allowed }: Why): string[] => [
  `${sessionId}: ${sentence}`,
  ...(allowed.length > 0 ? [`Calls it takes now: ${allowed.join(', ')}.`] : []),
];

/** `tributary why` */
export function addWhy(program: Command): void {
  program
    .command('why')
    .argument('<id>', 'session or connection id')
    .description('what it waits for, until when, what happens then and which call unblocks it')
    .addHelpText('after', examples('tributary why storefront-west', 'tributary why storefront-west.2 --json'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const why = await api.why(await sessionIdOf(api, id));
      context.answer(why, () => whyLines(why));
    });
}
