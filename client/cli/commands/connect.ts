import { type Command, Option } from 'commander';
import type { ConnectBody, ConnectLink } from '../../api/schemas/connections.ts';
import { contextOf } from '../context.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import { collect, showAuthorization, watchToEnd } from './shared.ts';

interface ConnectOptions {
  readonly company?: string;
  readonly name?: string;
  readonly id?: string;
  readonly resource?: readonly string[];
  readonly param?: readonly string[];
  readonly driftPolicy?: 'ignore' | 'propagate' | 'pause';
  readonly historyStart?: string;
  readonly wait?: boolean;
}

/** `tributary connect` */
export function addConnect(program: Command): void {
  const connect = program
    .command('connect')
    .argument('<app>', 'app id')
    .description('connect a company to an app: prints the link to consent at')
    .option('--wait', 'follow the session until it is Synced');
  withSettings(connect)
    .addHelpText(
      'after',
      examples(
        'tributary connect storefront --company acme --name "Acme Ltd"',
        'tributary connect storefront --company acme --resource orders --history-start 2024-01-01 --wait',
        'tributary connect shopify --company acme --param shop=acme-store --drift-policy pause',
      ),
    )
    .action(async (app: string, options: ConnectOptions, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const connected = await api.connect(bodyOf(app, options));
      if (!options.wait) return showAuthorization(context, connected, connected.connection.id);
      const { authorization } = connected;
      context.note(
        authorization.kind === 'oauth2'
          ? `Consent at: ${authorization.link}`
          : `Submit the credentials with: tributary connection credentials ${connected.connection.id}`,
      );
      const { code } = await watchToEnd(context, api, connected.sessionId);
      if (code !== 19) process.exitCode = exitCodes.failed;
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
