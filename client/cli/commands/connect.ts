import { type Command, Option } from 'commander';
import type { ConnectBody, ConnectLink } from '../../api/schemas/connections.ts';
import type { Answers } from '../connect/answers.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import type { CredentialsOptions } from './credentials.ts';
import { collect, showAuthorization } from './shared.ts';

interface ConnectOptions {
  readonly company?: string;
  readonly name?: string;
  readonly id?: string;
  readonly resource?: readonly string[];
  readonly param?: readonly string[];
  readonly driftPolicy?: 'ignore' | 'propagate' | 'pause';
  readonly historyStart?: string;
}

interface WalkOptions extends ConnectOptions, CredentialsOptions {
  readonly yes?: boolean;
  readonly file?: string;
  readonly template?: boolean;
  readonly detach?: boolean;
}

/** `tributary connect` */
export function addConnect(program: Command): void {
  const connect = program
    .command('connect')
    .argument('<app>', 'app id')
    .description('connect a company to an app: asks step by step, and follows the first session until Synced')
    .option('--yes', 'ask nothing: take the answers of options and --file, and the defaults')
    .option('--file <answers>', 'YAML file of answers, which are not asked for')
    .option('--template', 'print such a file, with every question of the app and its default')
    .addOption(
      new Option(
        '--detach',
        'ask nothing and end with the consent link: it starts by itself once it is authorized',
      ).conflicts(['yes', 'file', 'template']),
    )
    .option('--user <name>', 'user name, where the app takes one')
    .option(
      '--secret-file <file>',
      'file that holds the secret (or TRIBUTARY_APP_SECRET; else it is asked for)',
    )
    .option('--client-id <id>', 'client id, where the app takes a client');
  withSettings(connect)
    .addHelpText(
      'after',
      examples(
        'tributary connect storefront',
        'tributary connect storefront --company acme --name "Acme Ltd" --yes',
        'tributary connect shopify --template > answers.yaml',
        'tributary connect shopify --yes --file answers.yaml',
        'tributary connect shopify --company acme --param shop=acme-store --detach',
      ) + interrupted,
    )
    .action(async (app: string, options: WalkOptions, command: Command) => {
      const context = contextOf(command);
      if (options.detach === true) {
        const connected = await (await context.api()).connect(bodyOf(app, options));
        return showAuthorization(context, connected, connected.connection.id);
      }
      const { connectByWalk, printTemplate } = await import('../connect/command.ts');
      if (options.template === true) return printTemplate(context, app);
      await connectByWalk(context, app, options, answersIn(options));
    });
  withSettings(connect.command('link'))
    .configureHelp({ showGlobalOptions: true, visibleGlobalOptions: () => [...program.options] })
    .description(
      'make a link to send to the customer, who connects or re-authorizes on a page without a token',
    )
    .requiredOption('--app <id>', 'app id')
    .option('--valid <span>', 'how long it can be used, such as 12h or 7d (default: 7d)')
    .addHelpText(
      'after',
      examples(
        'tributary connect link --company acme --app shopify',
        'tributary connect link --company acme --app shopify --name "Acme Ltd" --param shop=acme-store --valid 14d',
      ),
    )
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      // `connect` has options of the same names, and takes them first.
      const options = command.optsWithGlobals<ConnectOptions & LinkOptions>();
      const { app, valid } = options;
      const answer = await (await context.api()).connectLink({
        ...bodyOf(app, options),
        ...(valid && { validFor: valid }),
      });
      context.answer(answer, () => linkLines(answer));
    });
}

interface LinkOptions {
  readonly app: string;
  readonly valid?: string;
}

const interrupted =
  '\n\nWhat was answered is kept: the same command goes on where it stopped. An answers file is described by --template.';

function answersIn({
  company,
  name,
  id,
  resource,
  param,
  driftPolicy,
  historyStart,
  ...rest
}: WalkOptions): Answers {
  return {
    ...(company !== undefined && { company }),
    ...(name !== undefined && { companyName: name }),
    ...(id !== undefined && { id }),
    ...(resource && { resources: resource }),
    ...(param && { parameters: parametersOf(param) }),
    ...(driftPolicy && { connector: { driftPolicy } }),
    ...(historyStart !== undefined && { historyStart }),
    ...(rest.user !== undefined && { username: rest.user }),
    ...(rest.clientId !== undefined && { clientId: rest.clientId }),
  };
}

const withSettings = (command: Command): Command =>
  command
    .option('--company <id>', 'company id; made if it does not exist (required)')
    .option('--name <name>', "the company's name")
    .option('--id <id>', 'id of the connection (default: <app>-<company>)')
    .option(
      '--resource <id>',
      'a resource to load; repeat for more (default: those of the definition)',
      collect,
    )
    .option('--param <name=value>', 'what the app needs of this connection; repeat for more', collect)
    .option('--history-start <time>', 'the first read of each resource begins here (ISO 8601 date or time)')
    .addOption(
      new Option('--drift-policy <policy>', 'when rows get other fields (default: propagate)').choices([
        ...['ignore', 'propagate', 'pause'],
      ]),
    );

function bodyOf(app: string, options: ConnectOptions): ConnectBody {
  const { company, name, id, resource, param, driftPolicy, historyStart } = options;
  if (company === undefined) throw new UsageError('Name the company by --company.');
  return {
    company: { id: company, ...(name && { name }) },
    app,
    ...(id && { id }),
    ...(resource && { resources: [...resource] }),
    ...(param && { parameters: parametersOf(param) }),
    ...(driftPolicy && { driftPolicy }),
    ...(historyStart && { historyStart }),
  };
}

/** @throws {UsageError} for what is not `name=value` */
export function parametersOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((one) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(one) ?? [];
      if (name === undefined || value === undefined)
        throw new UsageError(`--param takes name=value, not "${one}".`);
      return [name, value];
    }),
  );
}

function linkLines({ link, expiresAt, connectionId, reauthorizes }: ConnectLink): string[] {
  return [
    ...formatFacts([
      ['link', link],
      ['valid until', expiresAt],
      ['connection', `${connectionId} (${reauthorizes ? 'authorized again' : 'made when it is answered'})`],
    ]),
    'Send it to the customer: it needs no token, and ends with the first authorization.',
  ];
}
