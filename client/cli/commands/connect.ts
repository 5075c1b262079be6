import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { examples } from '../help.ts';
import { collect, showAuthorization, watchToEnd } from './shared.ts';

interface ConnectOptions {
  readonly company: string;
  readonly name?: string;
  readonly id?: string;
  readonly resource?: readonly string[];
  readonly wait?: boolean;
}

/** `tributary connect` */
export function addConnect(program: Command): void {
  program
    .command('connect')
    .argument('<app>', 'app id')
    .description('connect a company to an app: prints the link to consent at')
    .requiredOption('--company <id>', 'company id; made if it does not exist')
    .option('--name <name>', "the company's name")
    .option('--id <id>', 'id of the connection (default: <app>-<company>)')
    .option(
      '--resource <id>',
      'a resource to load; repeat for more (default: those of the definition)',
      collect,
    )
    .option('--wait', 'follow the session until it is Synced')
    .addHelpText(
      'after',
      examples(
        'tributary connect storefront --company acme --name "Acme Ltd"',
        'tributary connect storefront --company acme --resource orders --wait',
      ),
    )
    .action(async (app: string, options: ConnectOptions, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const { company, name, id, resource, wait } = options;
      const connected = await api.connect({
        company: { id: company, ...(name && { name }) },
        app,
        ...(id && { id }),
        ...(resource && { resources: [...resource] }),
      });
      if (!wait) return showAuthorization(context, connected, connected.connection.id);
      const { authorization } = connected;
      context.note(
        authorization.kind === 'oauth2'
          ? `Consent at: ${authorization.link}`
          : `Submit the credentials with: tributary connection credentials ${connected.connection.id}`,
      );
      const { code } = await watchToEnd(context, api, connected.sessionId);
      if (code !== 19) process.exitCode = exitCodes.failed;
    });
}
