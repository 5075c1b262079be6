import type { Command } from 'commander';
import type { Connection } from '../../api/schemas/connections.ts';
import type { Why } from '../../api/schemas/sessions.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { isSessionId, sessionIdOf } from './shared.ts';

/** The sentence, and the calls that the session takes. */
export const whyLines = ({ sessionId, sentence, allowed }: Why): string[] => [
  `${sessionId}: ${sentence}`,
  ...(allowed.length > 0 ? [`Calls it takes now: ${allowed.join(', ')}.`] : []),
];

/** What a connection without a grant waits for, which its last session, long closed, does not say. */
function groundOf({ id, app, company, code, since, latestSession }: Connection): string | undefined {
  const at = since === null ? '' : ` since ${since}`;
  if (code === 26)
    return `${id}: Disconnected (26)${at}: nothing is loaded any more; tributary connect ${app} --company ${company} connects it again.`;
  if (code !== 8 || latestSession?.code === 8) return undefined;
  return `${id}: Deauthorized (8)${at}: the app took the grant back, and nothing is loaded until the customer authorizes again; the customer's link for that: tributary connection events ${id}, or without the customer: tributary connection authorize ${id}.`;
}

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
      const connection = isSessionId(id) ? undefined : await api.getConnection(id);
      const ground = connection && groundOf(connection);
      const why = await api.why(connection?.latestSession?.id ?? (await sessionIdOf(api, id)));
      if (ground === undefined) return context.answer(why, () => whyLines(why));
      const answer = { ...why, connection: { id, code: connection?.code, sentence: ground } };
      context.answer(answer, () => [
        ground,
        `Its last session, ${why.sessionId}, stands in ${why.code ?? '-'} ${why.name}.`,
      ]);
    });
}
