import type { Command } from 'commander';
import type { Authorized, Connection, Disconnecting, Receipt } from '../../api/schemas/connections.ts';
import { path } from '../api.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import { getConnection } from '../sessions.ts';
import { showAuthorization } from './shared.ts';

/** `tributary connection` */
export function addConnection(program: Command): void {
  const group = program.command('connection').description('one company at one app');
  group
    .command('list')
    .description('list the connections')
    .option('--company <id>', 'only of this company')
    .option('--app <id>', 'only at this app')
    .addHelpText(
      'after',
      examples('tributary connection list', 'tributary connection list --company acme --json'),
    )
    .action(async (query: { readonly company?: string; readonly app?: string }, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const { company, app } = query;
      const { connections } = await api.get<{ readonly connections: readonly Connection[] }>(
        '/api/connections',
        {
          company,
          app,
        },
      );
      context.list(connections, connections, [
        { title: 'connection', value: ({ id }) => id },
        { title: 'company', value: (connection) => connection.company },
        { title: 'status', value: ({ status }) => status },
        { title: 'code', align: 'right', value: ({ code }) => code },
        { title: 'name', value: ({ codeName }) => codeName },
        { title: 'label', value: ({ label }) => label },
        { title: 'since', value: ({ since }) => since },
        { title: 'session', value: ({ latestSession }) => latestSession?.id },
      ]);
    });
  group
    .command('show')
    .argument('<connection>', 'connection id')
    .description('show a connection')
    .addHelpText('after', examples('tributary connection show storefront-west'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const connection = await getConnection(await context.api(), id);
      context.answer(connection, () => connectionFacts(connection));
    });
  group
    .command('authorize')
    .argument('<connection>', 'connection id')
    .description('ask for consent again: prints a new link')
    .addHelpText('after', examples('tributary connection authorize storefront-west'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const authorized = await (await context.api()).post<Authorized>(path`/api/connections/${id}/authorize`);
      showAuthorization(context, authorized, id);
    });
  group
    .command('disconnect')
    .argument('<connection>', 'connection id')
    .description('stop the work, revoke the grant at the app and delete what was stored')
    .option('--keep-data', 'keep the records')
    .addHelpText(
      'after',
      examples(
        'tributary connection disconnect storefront-west',
        'tributary connection disconnect storefront-west --keep-data',
      ),
    )
    .action(async (id: string, { keepData }: { readonly keepData?: boolean }, command: Command) => {
      const context = contextOf(command);
      const body = keepData ? { keepData } : {};
      const answer = await (await context.api()).post<Receipt | Disconnecting>(
        path`/api/connections/${id}/disconnect`,
        body,
      );
      context.answer(answer, () => receiptLines(answer));
    });
}

function connectionFacts(connection: Connection): string[] {
  return formatFacts([
    ['connection', connection.id],
    ['company', connection.company],
    ['app', connection.app],
    ['label', connection.label],
    ['code', `${connection.code ?? '-'} ${connection.codeName ?? ''}`],
    ['since', connection.since],
    ['deauthorized since', connection.deauthorizedSince],
    ['lifecycle', `${connection.status} / ${connection.configurationStatus}`],
    ['account', connection.account],
    ['generation', connection.generation],
    [
      'resources',
      connection.resources
        .filter(({ enabled }) => enabled)
        .map(({ id }) => id)
        .join(', '),
    ],
    ['latest session', connection.latestSession?.id],
    ['time zone', connection.timeZone],
    ['pool', connection.pool],
  ]);
}

function receiptLines(answer: Receipt | Disconnecting): string[] {
  if ('pending' in answer)
    return [`It goes on as ${answer.workflowId}; the receipt will be at ${answer.receiptAt}`];
  return formatFacts([
    ['receipt', answer.id],
    ['grant revoked', answer.grantRevoked ? 'yes' : 'no'],
    ['data', answer.keptData ? 'kept' : 'deleted'],
    ...answer.collections.map(({ name, count }) => [name, count] as const),
  ]);
}
