import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { parametersOf } from './connect.ts';
import { type CredentialsOptions, credentialsOf } from './credentials.ts';
import { run } from './lifecycle.ts';
import { confirmedPlan } from './plan.ts';
import { collect, showAuthorization } from './shared.ts';

interface Note {
  readonly note?: string;
}
const noteOf = ({ note }: Note) => (note === undefined ? {} : { note });
const why = 'why; it is kept with the procedure';

/** The steps of the wizard, each as a verb of `tributary connection`. */
export function addWizard(group: Command): void {
  group
    .command('install')
    .argument('<app>', 'app id')
    .description('begin a connection step by step; tributary connect asks for all steps')
    .requiredOption('--company <id>', 'company id; made if it does not exist')
    .option('--name <name>', "the company's name")
    .option('--id <id>', 'id of the connection (default: <app>-<company>)')
    .addHelpText('after', examples('tributary connection install storefront --company acme'))
    .action(async (app: string, { company, name, id }: Install, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).install({
        company: { id: company, ...(name && { name }) },
        app,
        ...(id && { id }),
      });
      context.answer(answer, () => [
        answer.message,
        `What is next: tributary connection status ${answer.connectionId}`,
      ]);
    });
  group
    .command('prerequisite')
    .argument('<connection>', 'connection id')
    .argument('[prerequisite]', 'the one that is done (default: lists them)')
    .description('list or mark what a person does at the app first')
    .option('--undone', 'take its mark back')
    .option('--all', 'mark all of them')
    .option('--complete', 'go on to the next step, whatever is marked')
    .option('--note <text>', why)
    .addHelpText(
      'after',
      examples(
        'tributary connection prerequisite storefront-acme',
        'tributary connection prerequisite storefront-acme admin',
        'tributary connection prerequisite storefront-acme --complete',
      ),
    )
    .action((id: string, prerequisite: string | undefined, options: Prerequisite, command: Command) => {
      const { undone = false, all, complete, ...note } = options;
      if (Number(prerequisite !== undefined) + Number(all === true) + Number(complete === true) > 1)
        throw new UsageError('Name one prerequisite, or --all, or --complete.');
      const context = contextOf(command);
      if (all === true) return run(context, (api) => api.markAllPrerequisitesDone(id, noteOf(note)));
      if (complete === true) return run(context, (api) => api.completePrerequisitesStep(id, noteOf(note)));
      if (prerequisite === undefined) return listPrerequisites(command, id);
      const body = { done: !undone, ...noteOf(note) };
      return run(context, (api) => api.updatePrerequisite(id, prerequisite, body));
    });
  group
    .command('configure')
    .argument('<connection>', 'connection id')
    .description('say where and when a connection works; what is not named keeps its default')
    .option('--pool <pool>', 'name of a worker pool (default: default)')
    .option('--every <interval>', 'start sessions in intervals, such as 15m, 6h, 1d')
    .option('--cron <expression>', 'start sessions by five fields, such as "0 6 * * 1-5"')
    .option('--time-zone <zone>', 'IANA name, such as Europe/Berlin (default: UTC)')
    .option('--drift-policy <policy>', 'ignore, propagate or pause (default: propagate)')
    .option('--deduplication <on-or-off>', 'on or off')
    .option('--note <text>', why)
    .addHelpText('after', examples('tributary connection configure storefront-acme --every 6h'))
    .action((id: string, options: Configure, command: Command) =>
      run(contextOf(command), (api) => api.configureConnector(id, connectorOf(options))),
    );
  group
    .command('set')
    .argument('<connection>', 'connection id')
    .description('set parameters and credentials, or get the link where consent is given')
    .option('--param <name=value>', 'what the app needs of this connection; repeat for more', collect)
    .option('--user <name>', 'user name, where the app takes one')
    .option('--client-id <id>', 'client id, where the app takes a client')
    .option('--secret-file <file>', 'file that holds the secret (default: TRIBUTARY_APP_SECRET)')
    .option('--note <text>', why)
    .addHelpText('after', examples('tributary connection set tickets-acme --secret-file key.txt'))
    .action(async (id: string, { param, note, ...secret }: SetOptions, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const withSecret = secret.secretFile !== undefined || Boolean(process.env.TRIBUTARY_APP_SECRET);
      const answer = await api.setConfiguration(id, {
        ...(param === undefined ? {} : { parameters: parametersOf(param) }),
        ...(withSecret ? { credentials: await credentialsOf(api, id, secret) } : {}),
        ...(note === undefined ? {} : { note }),
      });
      const consents = 'authorization' in answer && answer.authorization !== undefined;
      if (!consents || answer.sessionId === undefined) return run(context, async () => answer);
      const { authorization, sessionId } = answer;
      if (authorization !== undefined)
        showAuthorization(context, { authorization, sessionId, note: null }, id);
    });
  group
    .command('finalize')
    .argument('<connection>', 'connection id')
    .description('start a connection: everything is checked first')
    .option('--resource <id>', 'a resource to load; repeat for more (default: those enabled)', collect)
    .option('--history-start <time>', 'the first read of each resource begins here (ISO 8601)')
    .option('--property <name=value>', "what the app's definition asks for; repeat for more", collect)
    .option('--note <text>', why)
    .addHelpText(
      'after',
      examples('tributary connection finalize storefront-acme --resource orders --property currency=EUR'),
    )
    .action((id: string, { resource, historyStart, property, note }: Finalize, command: Command) =>
      run(contextOf(command), (api) =>
        api.finalize(id, {
          ...(resource && { resources: [...resource] }),
          ...(historyStart && { historyStart }),
          ...(property && { properties: propertiesOf(property) as never }),
          ...(note && { note }),
        }),
      ),
    );
  group
    .command('reset')
    .argument('<connection>', 'connection id')
    .description('begin the wizard anew; not once it is finalized')
    .option('--note <text>', why)
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('tributary connection reset storefront-acme'))
    .action((id: string, { yes, ...note }: Note & { readonly yes?: boolean }, command: Command) =>
      run(contextOf(command), async (api) => {
        const token = await confirmedPlan(
          api,
          id,
          { procedure: 'resetConfiguration', arguments: {} },
          { yes },
        );
        return api.resetConfiguration(id, { ...noteOf(note), ...token });
      }),
    );
  group
    .command('again')
    .argument('<connection>', 'connection id')
    .description('connect a disconnected connection again, with its old settings')
    .option('--note <text>', why)
    .addHelpText('after', examples('tributary connection again storefront-acme'))
    .action((id: string, options: Note, command: Command) =>
      run(contextOf(command), (api) => api.connectAgain(id, noteOf(options))),
    );
}

interface Install {
  readonly company: string;
  readonly name?: string;
  readonly id?: string;
}
interface Prerequisite extends Note {
  readonly undone?: boolean;
  readonly all?: boolean;
  readonly complete?: boolean;
}
interface Configure extends Note {
  readonly pool?: string;
  readonly every?: string;
  readonly cron?: string;
  readonly timeZone?: string;
  readonly driftPolicy?: string;
  readonly deduplication?: string;
}
interface SetOptions extends Note, CredentialsOptions {
  readonly param?: readonly string[];
}
interface Finalize extends Note {
  readonly resource?: readonly string[];
  readonly historyStart?: string;
  readonly property?: readonly string[];
}

function connectorOf({ every, cron, deduplication, driftPolicy, ...rest }: Configure) {
  if (deduplication !== undefined && deduplication !== 'on' && deduplication !== 'off')
    throw new UsageError('--deduplication is on or off.');
  if (every !== undefined && cron !== undefined) throw new UsageError('Name one of --every and --cron.');
  return {
    ...rest,
    ...(every === undefined ? {} : { schedule: { kind: 'INTERVAL' as const, every } }),
    ...(cron === undefined ? {} : { schedule: { kind: 'CRON' as const, cron } }),
    // The API says which ones there are.
    ...(driftPolicy === undefined ? {} : { driftPolicy: driftPolicy as 'ignore' }),
    ...(deduplication === undefined ? {} : { deduplication: deduplication === 'on' }),
  };
}

/** Values are JSON where they can be read as it, else text. */
function propertiesOf(given: readonly string[]): Record<string, unknown> {
  const pairs = Object.entries(parametersOf(given));
  return Object.fromEntries(
    pairs.map(([name, value]) => {
      try {
        return [name, JSON.parse(value) as unknown];
      } catch {
        return [name, value];
      }
    }),
  );
}

async function listPrerequisites(command: Command, id: string): Promise<void> {
  const context = contextOf(command);
  const { prerequisites } = await (await context.api()).listPrerequisites(id);
  context.list(prerequisites, prerequisites, [
    { title: 'prerequisite', value: (one) => one.id },
    { title: 'done', value: ({ done }) => (done ? 'yes' : 'no') },
    { title: 'by', value: ({ by }) => by?.id },
    { title: 'what', value: ({ text }) => text, widest: 200 },
    { title: 'see', value: ({ url }) => url, widest: 200 },
  ]);
}
