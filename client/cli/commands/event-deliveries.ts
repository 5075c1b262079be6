import type { Command } from 'commander';
import type { DeliveryView, Redelivered } from '../../api/schemas/subscriptions.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { counted } from '../output/table.ts';
import { withFaultList } from './deliver-input.ts';
import { parseCount } from './shared.ts';

interface ListOptions {
  readonly connection?: boolean;
  readonly failed?: boolean;
  readonly limit?: string;
}

/** The verbs of `tributary events` that are about what was sent. */
export function addDeliveries(group: Command): void {
  group
    .command('deliveries')
    .argument('<id>', 'subscription id, or a connection id with --connection')
    .option('--connection', 'of a connection, to all subscriptions')
    .option('--failed', 'only those that were given up')
    .option('--limit <count>', 'at most so many (default: 100)')
    .description('list what was sent, newest first')
    .addHelpText(
      'after',
      examples('tributary events deliveries warehouse', 'tributary events deliveries shop-acme --connection'),
    )
    .action(async (id: string, { connection, failed, limit }: ListOptions, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const query = {
        ...(failed === true ? { status: 'failed' as const } : {}),
        ...(limit === undefined ? {} : { limit: parseCount(limit) }),
      };
      const { deliveries } =
        connection === true
          ? await api.connectionDeliveries(id, query)
          : await api.subscriptionDeliveries(id, query);
      context.list(deliveries, deliveries, [
        { title: 'delivery', value: ({ id: delivery }) => delivery },
        { title: 'event', value: ({ type }) => type },
        { title: 'of', value: ({ source }) => source, widest: 60 },
        { title: 'status', value: ({ status }) => status },
        { title: 'attempts', value: ({ attempts }) => String(attempts) },
        { title: 'last', value: ({ at }) => at },
        { title: 'next', value: ({ nextAttemptAt }) => nextAttemptAt },
        { title: 'answer', value: answerOf, widest: 80 },
      ]);
    });
  group
    .command('redeliver')
    .argument('<id>', 'subscription id')
    .argument('[delivery]', 'id of one delivery, as deliveries shows it')
    .option('--failed-since <time>', 'all that were given up since then: an ISO 8601 time')
    .description('send events again, with the ids that they had')
    .addHelpText(
      'after',
      examples(
        'tributary events redeliver warehouse warehouse/shop-acme/7',
        'tributary events redeliver warehouse --failed-since 2026-01-31',
      ),
    )
    .action(
      async (
        id: string,
        delivery: string | undefined,
        { failedSince }: { readonly failedSince?: string },
        command: Command,
      ) => {
        if ((delivery === undefined) === (failedSince === undefined))
          throw new UsageError('Name either one delivery, or --failed-since.');
        const context = contextOf(command);
        const api = await context.api();
        const body = delivery === undefined ? { failedSince: timeOf(failedSince ?? '') } : { delivery };
        const answer = await withFaultList(() => api.redeliver(id, body));
        context.answer(answer, () => redeliveredLines(id, answer));
      },
    );
}

function redeliveredLines(id: string, { asked, enabled }: Redelivered): string[] {
  if (asked === 0) return ['Nothing was given up since then.'];
  const what = `${counted(asked, 'event')} ${asked === 1 ? 'is' : 'are'} sent again`;
  return [enabled ? `${what}.` : `${what} once the subscription is enabled: tributary events enable ${id}`];
}

const answerOf = ({ log }: DeliveryView): string => {
  const last = log.at(-1);
  return last === undefined ? '' : (last.error ?? `${last.status} after ${last.durationMs} ms`);
};

/** @throws {UsageError} for what is no time */
function timeOf(text: string): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new UsageError(`"${text}" is no time such as 2026-01-31.`);
  return new Date(ms).toISOString();
}
