import { type Command, Option } from 'commander';
import type { App } from '../../api/schemas/apps.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import { readSecret } from './shared.ts';

interface SetOptions {
  readonly baseUrl: string;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
}

/** `tributary app` */
export function addApp(program: Command): void {
  const group = program.command('app').description('third-party apps: their address and our client there');
  group
    .command('show')
    .argument('<app>', 'app id')
    .description('show an app')
    .addHelpText('after', examples('tributary app show storefront'))
    .action(async (app: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      show(context, await (await context.api()).getApp(app));
    });
  group
    .command('set')
    .argument('<app>', 'app id')
    .description('set address and client of an app; the secret comes from TRIBUTARY_CLIENT_SECRET or a file')
    .requiredOption('--base-url <url>', 'address of the app')
    .option('--client-id <id>', 'our client id at the app')
    .addOption(new Option('--client-secret-file <file>', 'file that holds our client secret'))
    .addHelpText(
      'after',
      examples(
        'tributary app set storefront --base-url https://shop.example.com --client-id tributary --client-secret-file secret.txt',
      ),
    )
    .action(async (app: string, { baseUrl, clientId, clientSecretFile }: SetOptions, command: Command) => {
      const context = contextOf(command);
      const clientSecret = clientSecretFile
        ? await readSecret(clientSecretFile)
        : process.env.TRIBUTARY_CLIENT_SECRET;
      const body = { baseUrl, ...(clientId && { clientId }), ...(clientSecret && { clientSecret }) };
      show(context, await (await context.api()).putApp(app, body));
    });
}

function show(context: ReturnType<typeof contextOf>, app: App): void {
  context.answer(app, () =>
    formatFacts([
      ['app', `${app.id} (${app.name})`],
      ['set up', app.setUp ? 'yes' : 'no'],
      ['address', app.baseUrl],
      ['authorization', app.auth],
      ['client id', app.clientId],
      ['client secret', app.hasSecret ? 'stored' : 'none'],
      ['resources', app.resources.map(({ id }) => id).join(', ')],
    ]),
  );
}
