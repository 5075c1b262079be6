import type { Command } from 'commander';
import { outboundTypes } from '../../../domain/outbound.ts';
import type { SubscriptionMade, SubscriptionView } from '../../api/schemas/subscriptions.ts';
import { contextOf } from '../context.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import { withFaultList } from './deliver-input.ts';
import { addDeliveries } from './event-deliveries.ts';
import { type FilterOptions, filterChangeOf, filterOf } from './event-filter.ts';
import { listen } from './event-listen.ts';
import { collect } from './shared.ts';

const withFilter = (command: Command): Command =>
  command
    .option('--event <event>', `one of ${outboundTypes.join(', ')} (again for more; default: all)`, collect)
    .option('--company <company>', 'only of this company (again for more)', collect)
    .option('--app <app>', 'only of this app (again for more)', collect)
    .option('--connection <connection>', 'only of this connection (again for more)', collect);

/** `tributary events` */
export function addEvents(program: Command): void {
  const group = program.command('events').description('tell other systems of every step, signed');
  withFilter(
    group
      .command('subscribe')
      .argument('<id>', 'a slug such as warehouse')
      .argument('<url>', 'events are posted there')
      .description('subscribe an address to events; its secret is shown this once'),
  )
    .option('--note <text>', 'for people')
    .addHelpText(
      'after',
      examples(
        'tributary events subscribe warehouse https://example.com/events --event ReadyToUseData',
        'tributary events subscribe desk https://example.com/desk --event Error --company storefront',
      ),
    )
    .action(async (id: string, url: string, given: FilterOptions & { note?: string }, command: Command) => {
      const context = contextOf(command);
      const body = { id, url, note: given.note ?? null, ...filterOf(given) };
      const api = await context.api();
      const made = await withFaultList(() => api.subscribe(body));
      context.answer(made, () => madeLines(made));
    });
  group
    .command('list')
    .description('list the subscriptions with their state')
    .addHelpText('after', examples('tributary events list'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { subscriptions } = await (await context.api()).listSubscriptions();
      context.list(subscriptions, subscriptions, [
        { title: 'subscription', value: ({ id }) => id },
        { title: 'address', value: ({ url }) => url, widest: 60 },
        { title: 'events', value: ({ events }) => events.join(', '), widest: 50 },
        { title: 'state', value: stateOf },
      ]);
    });
  group
    .command('show')
    .argument('<id>', 'subscription id')
    .description('show one subscription')
    .addHelpText('after', examples('tributary events show warehouse'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const one = await (await context.api()).getSubscription(id);
      context.answer(one, () => factsOf(one));
    });
  group
    .command('update')
    .argument('<id>', 'subscription id')
    .option('--url <url>', 'events are posted there')
    .option('--event <event>', `one of ${outboundTypes.join(', ')} (again for more; * for all)`, collect)
    .option('--company <company>', 'only of this company (again for more; * for all)', collect)
    .option('--app <app>', 'only of this app (again for more; * for all)', collect)
    .option('--connection <connection>', 'only of this connection (again for more; * for all)', collect)
    .option('--note <text>', 'for people')
    .description('change what is named; the rest stays')
    .addHelpText(
      'after',
      examples(
        'tributary events update warehouse --url https://example.com/tributary',
        "tributary events update warehouse --event RawData --event Error --company '*'",
      ),
    )
    .action(
      async (
        id: string,
        { url, note, ...filter }: FilterOptions & { readonly url?: string; readonly note?: string },
        command: Command,
      ) => {
        const body = {
          ...(url === undefined ? {} : { url }),
          ...(note === undefined ? {} : { note: note === '' ? null : note }),
          ...filterChangeOf(filter),
        };
        if (Object.keys(body).length === 0) throw new UsageError('Name what changes, such as --url.');
        const context = contextOf(command);
        const api = await context.api();
        const one = await withFaultList(() => api.updateSubscription(id, body));
        context.answer(one, () => factsOf(one));
      },
    );
  for (const [verb, enabled, what] of [
    ['enable', true, 'send again what waits, and what comes'],
    ['disable', false, 'send nothing until it is enabled again'],
  ] as const)
    group
      .command(verb)
      .argument('<id>', 'subscription id')
      .description(what)
      .addHelpText('after', examples(`tributary events ${verb} warehouse`))
      .action(async (id: string, _options: unknown, command: Command) => {
        const context = contextOf(command);
        const one = await (await context.api()).updateSubscription(id, { enabled });
        context.answer(one, () => [`${id} is ${one.enabled ? 'enabled' : 'disabled'}.`]);
      });
  group
    .command('rotate')
    .argument('<id>', 'subscription id')
    .option('--overlap <hours>', 'so long the secret before signs too (default: 24)')
    .description('make a new secret; it is shown this once')
    .addHelpText('after', examples('tributary events rotate warehouse --overlap 48'))
    .action(async (id: string, { overlap }: { readonly overlap?: string }, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const body = overlap === undefined ? {} : { overlapHours: hoursOf(overlap) };
      const made = await withFaultList(() => api.rotateSubscription(id, body));
      context.answer(made, () => madeLines(made));
    });
  group
    .command('remove')
    .argument('<id>', 'subscription id')
    .description('send nothing any more, and delete its log')
    .addHelpText('after', examples('tributary events remove warehouse'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).unsubscribe(id);
      context.answer(answer, () => [`${id} is removed.`]);
    });
  group
    .command('test')
    .argument('<id>', 'subscription id')
    .description('send a test event at once, and say what the receiver answered')
    .addHelpText('after', examples('tributary events test warehouse'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).testSubscription(id);
      const { arrived, status, durationMs, error, excerpt } = answer;
      context.answer(answer, () => [
        arrived ? `It arrived: ${status} after ${durationMs} ms.` : (error ?? 'It did not arrive.'),
        ...(excerpt === '' ? [] : [`The receiver said: ${excerpt}`]),
      ]);
      if (!arrived) process.exitCode = exitCodes.failed;
    });
  addDeliveries(group);
  withFilter(
    group
      .command('listen')
      .option('--port <port>', 'listen there (default: a free port)')
      .option('--host <host>', 'address of this machine that the API reaches (default: 127.0.0.1)')
      .description(
        'print events here until Ctrl-C, for trying out; the API must be allowed to ask this address',
      ),
  )
    .addHelpText('after', examples('tributary events listen', 'tributary events listen --event Error'))
    .action(listen);
}

/** @throws {UsageError} for what is no number */
function hoursOf(text: string): number {
  const hours = Number(text);
  if (text.trim() === '' || !Number.isFinite(hours)) throw new UsageError(`"${text}" is no number of hours.`);
  return hours;
}

const stateOf = ({ enabled, failingSince }: SubscriptionView): string => {
  if (!enabled) return 'disabled';
  return failingSince === null ? 'enabled' : `failing since ${failingSince}`;
};

const factsOf = (one: SubscriptionView): string[] =>
  formatFacts([
    ['subscription', one.id],
    ['address', one.url],
    ['events', one.events.join(', ')],
    ['companies', one.companies?.join(', ') ?? 'all'],
    ['apps', one.apps?.join(', ') ?? 'all'],
    ['connections', one.connections?.join(', ') ?? 'all'],
    ['state', stateOf(one)],
    ['why', one.disabledReason],
    ['note', one.note],
    [
      'secrets',
      one.secrets
        .map(({ createdAt, expiresAt }) => (expiresAt === null ? `of ${createdAt}` : `until ${expiresAt}`))
        .join(', '),
    ],
    ['made', `${one.createdAt} by ${one.createdBy.id}`],
  ]);

const madeLines = ({ subscription, secret }: SubscriptionMade): string[] => [
  ...factsOf(subscription),
  ...formatFacts([['secret', secret]]),
  'The secret is not shown again. A receiver verifies events with it.',
];
