import { type Command, Option } from 'commander';
import type { App, AppBody } from '../../api/schemas/apps.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
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
    .command('list')
    .description('list the apps, and whether each is set up')
    .addHelpText('after', examples('tributary app list'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { apps } = await (await context.api()).listApps();
      context.list(apps, apps, [
        { title: 'app', value: ({ id }) => id },
        { title: 'name', value: ({ name }) => name },
        { title: 'authorization', value: ({ auth }) => auth },
        { title: 'set up', value: ({ setUp, missing }) => (setUp ? 'yes' : `no: ${missing.join(', ')}`) },
        { title: 'tried', value: triedOf },
      ]);
    });
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
      requireSomething(options);
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

/** @throws {UsageError} when nothing is named that could be set, or what is named is empty */
function requireSomething(options: SetOptions): void {
  if (options.baseUrl === '') throw new UsageError('--base-url is empty.');
  if (options.clientId === '') throw new UsageError('--client-id is empty.');
  if (Object.keys(options).length === 0 && process.env.TRIBUTARY_CLIENT_SECRET === undefined)
    throw new UsageError('Name what is to be set, for example --base-url; see --help.');
}

/** The settings that are named, and the present ones for the others. */
async function bodyOf(options: SetOptions, now: App): Promise<AppBody> {
  const { clientSecretFile, webhookSecretFile } = options;
  const baseUrl = options.baseUrl ?? now.baseUrl;
  const clientId = options.clientId ?? now.clientId;
  const clientSecret =
    clientSecretFile !== undefined ? await readSecret(clientSecretFile) : process.env.TRIBUTARY_CLIENT_SECRET;
  const webhookSecret = webhookSecretFile !== undefined && (await readSecret(webhookSecretFile));
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

/** How far an app was tried; the sample app is no live service. */
const triedOf = ({ id, tried: how }: App): string =>
  id === 'storefront' ? 'against the sample app that comes with it' : tried[how];

const flags: Readonly<Record<string, string>> = {
  baseUrl: '--base-url <url>',
  clientId: '--client-id <id>',
  clientSecret: '--client-secret-file <file>',
};

const setUpText = ({ id, setUp, missing }: App): string =>
  setUp
    ? 'yes'
    : `no; set it with: tributary app set ${id} ${missing.map((name) => flags[name] ?? name).join(' ')}`;

function show(context: ReturnType<typeof contextOf>, app: App): void {
  context.answer(app, () => [
    ...formatFacts([
      ['app', `${app.id} (${app.name})`],
      ['set up', setUpText(app)],
      ['tried', triedOf(app)],
      ['documentation', app.documentation],
      ['address', app.baseUrl],
      ['authorization', app.auth],
      [
        'redirect address',
        app.redirectUri && `${app.redirectUri} (copy it into the settings of the client there)`,
      ],
      ['client id', app.clientId],
      ['client secret', app.hasSecret ? 'stored' : app.auth === 'oauth2' ? 'none' : undefined],
      ['scopes', app.scopes.join(', ')],
      ['parameters', Object.keys((app.parameters?.properties ?? {}) as object).join(', ')],
      ['resources', app.resources.map(({ id }) => id).join(', ')],
      ...app.webhookSecrets.map(
        ({ id, createdAt }) => ['webhook secret', `${id} since ${createdAt}`] as const,
      ),
    ]),
    ...app.prerequisites.map(({ text, url }) => `First: ${text}${url === null ? '' : ` (${url})`}`),
  ]);
}
