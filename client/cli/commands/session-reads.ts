import type { Command } from 'commander';
import type { Ledger } from '../../../domain/ledger.ts';
import type { Ledgers } from '../../api/schemas/sessions.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import type { Column } from '../output/table.ts';
import { parseCount, sessionIdOf } from './shared.ts';

/** What of a session is read as a table: timeline, ledger, quarantine, checks. */
export function addSessionReads(group: Command): void {
  group
    .command('timeline')
    .argument('<session>', 'session or connection id')
    .description('every change of status: when, by whom, why')
    .addHelpText('after', examples('tributary session timeline storefront-west'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const timeline = await api.timeline(await sessionIdOf(api, id));
      context.list(timeline, timeline.entries, [
        { title: 'at', value: ({ at }) => at },
        { title: 'from', align: 'right', value: ({ from }) => from },
        { title: 'to', align: 'right', value: ({ to }) => to },
        { title: 'status', value: ({ name }) => name },
        { title: 'event', value: ({ event }) => event },
        { title: 'reason', value: ({ reason }) => reason },
        { title: 'by', value: ({ by }) => `${by.kind} ${by.id}` },
        { title: 'note', value: ({ note }) => note },
      ]);
    });
  group
    .command('ledger')
    .argument('<session>', 'session or connection id')
    .description('the row counts, resource by resource')
    .addHelpText(
      'after',
      examples(
        'tributary session ledger storefront-west',
        'tributary session ledger storefront-west.1 --json',
      ),
    )
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const ledgers = await api.ledger(await sessionIdOf(api, id));
      context.list(ledgers, ledgers.resources, [
        { title: 'resource', value: ({ resource }) => resource },
        ...counts.map((name) => countColumn(name)),
        { title: 'balances', value: ({ balanced, imbalance }) => (balanced ? 'yes' : imbalance) },
      ]);
    });
  group
    .command('quarantine')
    .argument('<session>', 'session or connection id')
    .description('the rows that could not be taken, and why')
    .option('--resource <id>', 'only of this resource')
    .option('--limit <count>', 'at most so many', parseCount, 100)
    .addHelpText('after', examples('tributary session quarantine storefront-west --limit 5'))
    .action(
      async (id: string, query: { readonly resource?: string; readonly limit: number }, command: Command) => {
        const context = contextOf(command);
        const api = await context.api();
        const { resource, limit } = query;
        const page = await api.quarantine(await sessionIdOf(api, id), {
          ...(resource !== undefined && { resource }),
          limit: Math.min(limit, 500),
        });
        context.list(page, page.rows, [
          { title: 'resource', value: (row) => row.resource },
          { title: 'key', value: ({ key }) => key },
          { title: 'reason', value: ({ reason }) => reason },
          { title: 'message', value: ({ message }) => message },
          { title: 'row', value: ({ payload }) => JSON.stringify(payload) },
        ]);
      },
    );
  group
    .command('checks')
    .argument('<session>', 'session or connection id')
    .description('what monitoring saw')
    .addHelpText('after', examples('tributary session checks storefront-west'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const { checks } = await api.checks(await sessionIdOf(api, id));
      context.list(checks, checks, [
        { title: 'resource', value: ({ resource }) => resource },
        { title: 'check', value: ({ check }) => check },
        { title: 'severity', value: ({ severity }) => severity },
        { title: 'seen', value: ({ sentence }) => sentence, widest: 120 },
      ]);
    });
}

const counts = [
  'read',
  'inserted',
  'updated',
  'unchanged',
  'duplicate',
  'filtered',
  'quarantined',
  'tombstoned',
  'removed',
  'recordsBefore',
  'recordsAfter',
] as const satisfies readonly (keyof Ledger)[];

const countColumn = (name: keyof Ledger): Column<Ledgers['resources'][number]> => ({
  title: name.replace('records', ''),
  align: 'right',
  value: ({ ledger }) => ledger[name],
});
