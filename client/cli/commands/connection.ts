import type { Command } from 'commander';
import type { Connection } from '../../api/schemas/connections.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { counted, formatFacts } from '../output/table.ts';
import { addConnectionViews } from './connection-views.ts';
import { type CredentialsOptions, credentialsOf } from './credentials.ts';
import { addDisconnect } from './disconnect.ts';
import { addLifecycle } from './lifecycle.ts';
import { addPlan } from './plan.ts';
import { parseCount, showAuthorization } from './shared.ts';
import { addStatistics } from './statistics.ts';
import { addTestPage } from './test-page.ts';
import { addWizard } from './wizard.ts';

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
      const { connections } = await api.listConnections({
        ...(company !== undefined && { company }),
        ...(app !== undefined && { app }),
      });
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
      const connection = await (await context.api()).getConnection(id);
      context.answer(connection, () => connectionFacts(connection));
    });
  group
    .command('authorize')
    .argument('<connection>', 'connection id')
    .description('ask for consent again: prints a new link')
    .addHelpText('after', examples('tributary connection authorize storefront-west'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const authorized = await (await context.api()).authorize(id);
      showAuthorization(context, authorized, id);
    });
  group
    .command('credentials')
    .argument('<connection>', 'connection id')
    .description('submit the key, token or password of an app without OAuth, while it waits in 6')
    .option('--user <name>', 'user name, where the app takes one')
    .option('--client-id <id>', 'client id, where the app takes a client')
    .option('--secret-file <file>', 'file that holds the secret (default: TRIBUTARY_APP_SECRET)')
    .addHelpText('after', examples('tributary connection credentials tickets-acme --secret-file key.txt'))
    .action(async (id: string, options: CredentialsOptions, command: Command) => {
      const context = contextOf(command);
      const body = await credentialsOf(await context.api(), id, options);
      const answer = await (await context.api()).submitCredentials(id, body);
      context.answer(answer, () => [`Received. How it went: tributary why ${id}`]);
    });
  group
    .command('events')
    .argument('<connection>', 'connection id')
    .description('list what happened to a connection that others want to know, newest first')
    .option('--limit <count>', 'at most so many', parseCount)
    .addHelpText('after', examples('tributary connection events storefront-west'))
    .action(async (id: string, { limit }: { readonly limit?: number }, command: Command) => {
      const context = contextOf(command);
      const page = limit === undefined ? {} : { limit };
      const { events } = await (await context.api()).listEvents(id, page);
      context.list(events, events, [
        { title: 'at', value: ({ at }) => at },
        { title: 'type', value: ({ type }) => type },
        { title: 'session', value: ({ sessionId }) => sessionId },
        { title: 'days left', align: 'right', value: ({ data }) => numberIn(data.daysLeft) },
        { title: 're-authorize at', value: ({ data }) => String(data.reauthorizeUrl ?? ''), widest: 2000 },
        { title: 'more', value: ({ data }) => String(data.sentence ?? ''), widest: 200 },
      ]);
    });
  addTestPage(group);
  addStatistics(group);
  addConnectionViews(group);
  addWizard(group);
  addLifecycle(group);
  addPlan(group);
  addDisconnect(group);
}

const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** `2026-03-01T08:00:00.000Z (in 12 days)` */
function grantText(grant: Connection['grant']): string | undefined {
  if (grant === null) return undefined;
  if (grant.endsAt === null || grant.daysLeft === null) return 'not known to end';
  return `${grant.endsAt} (in ${grant.daysLeft} ${grant.daysLeft === 1 ? 'day' : 'days'})`;
}

const pairs = (values: Readonly<Record<string, string>>): string | undefined =>
  Object.keys(values).length === 0
    ? undefined
    : Object.entries(values)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ');

const failingText = ({ failing }: Connection): string | undefined =>
  failing === null ? undefined : `${counted(failing.failures, 'time')} since ${failing.since}`;

const autoPauseText = (limits: Connection['autoPause']): string =>
  limits === null
    ? 'never'
    : `after ${counted(limits.failures, 'failure')} and ${counted(limits.days, 'day')}`;

function connectionFacts(connection: Connection): string[] {
  return formatFacts([
    ['connection', connection.id],
    ['company', connection.company],
    ['app', connection.app],
    ['label', connection.label],
    ['code', `${connection.code ?? '-'} ${connection.codeName ?? ''}`],
    ['since', connection.since],
    ['ingestion', [connection.ingestion.state, connection.ingestion.at ?? ''].join(' ').trim()],
    ['deauthorized since', connection.deauthorizedSince],
    ['lifecycle', `${connection.status} / ${connection.configurationStatus}`],
    ['in error because', connection.errorReason],
    ['account', connection.account],
    ['grant ends', grantText(connection.grant)],
    ['parameters', pairs(connection.parameters)],
    ['drift policy', connection.driftPolicy],
    ['schedule', Object.values(connection.schedule).join(' ')],
    ['raw batches kept', counted(connection.retentionDays, 'day')],
    ['substages off', connection.substagesOff.join(', ')],
    ['failing', failingText(connection)],
    ['pauses by itself', autoPauseText(connection.autoPause)],
    [
      'paused by itself',
      connection.autoPaused && `${connection.autoPaused.at} (${connection.autoPaused.whatToDo})`,
    ],
    ['generation', connection.generation],
    [
      'resources',
      connection.resources
        .filter(({ enabled }) => enabled)
        .map(({ id, historyStart }) => (historyStart === undefined ? id : `${id} (from ${historyStart})`))
        .join(', '),
    ],
    ['latest session', connection.latestSession?.id],
    [
      'delivered to',
      connection.delivered && `${connection.delivered.done} of ${connection.delivered.of} syncs`,
    ],
    ['time zone', connection.timeZone],
    ['pool', connection.pool],
  ]);
}
