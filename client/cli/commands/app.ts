import { type Command, Option } from 'commander';
import type { App, AppBody } from '../../api/schemas/apps.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import { readSecret } from './shared.ts';

interface SetOptions {
  readonly baseUrl?: string;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly scopes?: string;
  readonly webhookSecretFile?: string;
  readonly removeWebhookSecret?: string;
}

/** `tributary app` */
export function addApp(program: Command): void {
  const group = program.command('app').description('third-party apps: their address and our client there');
  group
    .command('show')
    .argument('<app>', 'app id')
    .description('show an app: what it needs, what is set, and the redirect address to copy')
    .addHelpText('after', examples('tributary app show storefront'))
    .action(async (app: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      show(context, await (await context.api()).getApp(app));
    });
  group
    .command('set')
    .argument('<app>', 'app id')
    .description('set address and client of an app; what is not named stays')
    .option('--base-url <url>', 'address of the app, where its definition leaves it to you')
    .option('--client-id <id>', 'our client id at the app')
    .addOption(
      new Option(
        '--client-secret-file <file>',
        'file that holds our client secret (or TRIBUTARY_CLIENT_SECRET)',
      ),
    )
    .option('--scopes <list>', 'scopes to ask for, by comma; "" for the ones of the definition')
    .option(
      '--webhook-secret-file <file>',
      'file that holds a webhook secret; older ones stay valid until removed',
    )
    .option('--remove-webhook-secret <id>', 'id of a webhook secret that is valid no more')
    .addHelpText(
      'after',
      examples(
        'tributary app set storefront --base-url https://shop.example.com --client-id tributary --client-secret-file secret.txt',
        'tributary app set stripe --webhook-secret-file new.txt',
      ),
    )
    .action(async (app: string, options: SetOptions, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const { removeWebhookSecret, ...settings } = options;
      const body = await bodyOf(settings, await api.getApp(app));
      const changes = Object.keys(settings).length > 0 || process.env.TRIBUTARY_CLIENT_SECRET !== undefined;
      let answer = changes || removeWebhookSecret === undefined ? await api.putApp(app, body) : undefined;
      if (removeWebhookSecret !== undefined)
        answer = await api.deleteAppWebhookSecret(app, removeWebhookSecret);
      if (answer !== undefined) show(context, answer);
    });
}

/** The settings that are named, and the present ones for the others. */
async function bodyOf(options: SetOptions, now: App): Promise<AppBody> {
  const { clientSecretFile, webhookSecretFile } = options;
  const baseUrl = options.baseUrl ?? now.baseUrl;
  const clientId = options.clientId ?? now.clientId;
  const clientSecret = clientSecretFile
    ? await readSecret(clientSecretFile)
    : process.env.TRIBUTARY_CLIENT_SECRET;
  const webhookSecret = webhookSecretFile && (await readSecret(webhookSecretFile));
  const named = options.scopes?.split(/[\s,]+/).filter((scope) => scope !== '');
  const scopes = named === undefined ? now.ownScopes : named.length > 0 ? named : null;
  return {
    ...(baseUrl && { baseUrl }),
    ...(clientId && { clientId }),
    ...(clientSecret && { clientSecret }),
    ...(webhookSecret && { webhookSecret }),
    ...(scopes && { scopes }),
  };
}

const tried = { live: 'against the live service', standIn: 'against a stand-in only', no: 'not run yet' };

function show(context: ReturnType<typeof contextOf>, app: App): void {
  context.answer(app, () => [
    ...formatFacts([
      ['app', `${app.id} (${app.name})`],
      ['set up', app.setUp ? 'yes' : `no: ${app.missing.join(', ')} missing`],
      ['tried', tried[app.tried]],
      ['documentation', app.documentation],
      ['address', app.baseUrl],
      ['authorization', app.auth],
      [
        'redirect address',
        app.redirectUri && `${app.redirectUri} (copy it into the settings of the client there)`,
      ],
      ['client id', app.clientId],
      ['client secret', app.hasSecret ? 'stored' : 'none'],
      ['scopes', app.scopes.join(', ')],
      ['connection says', Object.keys((app.parameters?.properties ?? {}) as object).join(', ')],
      ['resources', app.resources.map(({ id }) => id).join(', ')],
      ...app.webhookSecrets.map(
        ({ id, createdAt }) => ['webhook secret', `${id} since ${createdAt}`] as const,
      ),
    ]),
    ...app.prerequisites.map(({ text, url }) => `First: ${text}${url === null ? '' : ` (${url})`}`),
  ]);
}
