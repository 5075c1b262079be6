import type { Command } from 'commander';
import type {
  ConfigurationBody,
  ProcedureAnswerView,
  ProcedurePending,
} from '../../api/schemas/procedures.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { type Context, contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import { parametersOf } from './connect.ts';
import { type CredentialsOptions, credentialsOf } from './credentials.ts';
import { addSettings } from './settings.ts';
import { collect, parseCount } from './shared.ts';

type Call = (api: TributaryClient) => Promise<ProcedureAnswerView | ProcedurePending>;

interface Note {
  readonly note?: string;
}
const noteOf = ({ note }: Note) => (note === undefined ? {} : { note });

/** Runs a procedure and shows its end, or where to look for it. */
export async function run(context: Context, call: Call): Promise<void> {
  const answer = await call(await context.api());
  context.answer(answer, () =>
    'pending' in answer
      ? [`It goes on by itself; see ${answer.procedureAt}`]
      : formatFacts([
          ['answer', answer.responseCode],
          ['message', answer.message],
          ['lifecycle', `${answer.status} / ${answer.configurationStatus}`],
        ]),
  );
}

/** The verbs of `tributary connection` that are lifecycle procedures. */
export function addLifecycle(group: Command): void {
  const why = 'why; it is kept with the procedure';
  for (const [name, description] of [
    ['pause', 'stop new work at once and running work at a batch border'],
    ['resume', 'go on where it was paused'],
  ] as const) {
    group
      .command(name)
      .argument('<connection>', 'connection id')
      .description(description)
      .option('--note <text>', why)
      .addHelpText('after', examples(`tributary connection ${name} storefront-west --note stocktaking`))
      .action((id: string, options: Note, command: Command) =>
        run(contextOf(command), (api) => api[name](id, noteOf(options))),
      );
  }
  group
    .command('recover')
    .argument('<connection>', 'connection id')
    .description('force a connection out of ERROR, or out of a procedure that hangs')
    .requiredOption('--to <status>', 'STARTED or PAUSED')
    .requiredOption('--note <text>', why)
    .addHelpText(
      'after',
      examples('tributary connection recover storefront-west --to PAUSED --note "the export hung"'),
    )
    .action((id: string, { to, note }: { readonly to: string; readonly note: string }, command: Command) =>
      run(contextOf(command), (api) => api.recover(id, { to, note })),
    );
  addSettings(group, (command, call) => run(contextOf(command), call));
  group
    .command('pool')
    .argument('<connection>', 'connection id')
    .argument('<pool>', 'name of a worker pool')
    .description('move a paused connection to another worker pool')
    .option('--note <text>', why)
    .addHelpText('after', examples('tributary connection pool storefront-west large'))
    .action((id: string, pool: string, options: Note, command: Command) =>
      run(contextOf(command), (api) => api.updatePool(id, { pool, ...noteOf(options) })),
    );
  group
    .command('configuration')
    .argument('<connection>', 'connection id')
    .description('change credentials or parameters of a paused connection; they are tested first')
    .option('--param <name=value>', 'what the app needs of this connection; repeat for more', collect)
    .option('--user <name>', 'user name, where the app takes one')
    .option('--client-id <id>', 'client id, where the app takes a client')
    .option(
      '--secret-file <file>',
      'file that holds the new secret (else it stays, unless TRIBUTARY_APP_SECRET is set)',
    )
    .option('--note <text>', why)
    .addHelpText(
      'after',
      examples('tributary connection configuration tickets-acme --secret-file new-key.txt'),
    )
    .action(async (id: string, options: Configuration, command: Command) => {
      const context = contextOf(command);
      const body = await configurationOf(await context.api(), id, options);
      await run(context, (api) => api.updateConfiguration(id, body));
    });
  group
    .command('procedures')
    .argument('<connection>', 'connection id')
    .description('list who did what to a connection and why, newest first')
    .option('--limit <count>', 'at most so many', parseCount)
    .addHelpText('after', examples('tributary connection procedures storefront-west'))
    .action(async (id: string, { limit }: { readonly limit?: number }, command: Command) => {
      const context = contextOf(command);
      const page = limit === undefined ? {} : { limit };
      const { procedures } = await (await context.api()).listProcedures(id, page);
      context.list(procedures, procedures, [
        { title: 'number', align: 'right', value: ({ number }) => number },
        { title: 'procedure', value: ({ procedure }) => procedure },
        { title: 'state', value: ({ state }) => state },
        { title: 'by', value: ({ by }) => by.id },
        { title: 'began', value: ({ startedAt }) => startedAt },
        { title: 'ended', value: ({ endedAt }) => endedAt },
        { title: 'answer', value: ({ answer }) => answer?.responseCode },
        { title: 'note', value: ({ note }) => note },
      ]);
    });
}

interface Configuration extends Note, CredentialsOptions {
  readonly param?: readonly string[];
}

async function configurationOf(
  api: TributaryClient,
  id: string,
  { param, note, ...secret }: Configuration,
): Promise<ConfigurationBody> {
  const withSecret = secret.secretFile !== undefined || Boolean(process.env.TRIBUTARY_APP_SECRET);
  if (param === undefined && !withSecret)
    throw new UsageError('Name what changes: --param, --secret-file or TRIBUTARY_APP_SECRET.');
  return {
    ...(param === undefined ? {} : { parameters: parametersOf(param) }),
    ...(withSecret ? { credentials: await credentialsOf(api, id, secret) } : {}),
    ...noteOf(note === undefined ? {} : { note }),
  };
}
