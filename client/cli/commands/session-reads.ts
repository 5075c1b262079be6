import type { Command } from 'commander';
import type { Ledger } from '../../../domain/ledger.ts';
import type { Ledgers } from '../../api/schemas/sessions.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import type { Column } from '../output/table.ts';
import { valueText } from './checks.ts';
import { parseCount, sessionIdOf } from './shared.ts';

/** What of a session is read as a table (timeline, ledger, quarantine, checks, exchanges), and as a page (report). */
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
        { title: 'fields', value: ({ drift }) => (drift === null ? null : driftText(drift)) },
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
    .command('exchanges')
    .argument('<session>', 'session or connection id')
    .description('the last requests to the app and what it answered, with the rows that did not fit')
    .addHelpText('after', examples('tributary session exchanges storefront-west'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const { exchanges } = await api.exchanges(await sessionIdOf(api, id));
      context.list(exchanges, exchanges, [
        { title: 'at', value: ({ at }) => at },
        { title: 'resource', value: ({ resource }) => resource },
        { title: 'request', value: ({ method, url }) => `${method} ${url}`, widest: 100 },
        { title: 'status', align: 'right', value: ({ status }) => status },
        { title: 'ms', align: 'right', value: ({ durationMs }) => Math.round(durationMs) },
        { title: 'rows', align: 'right', value: ({ rows }) => rows },
        { title: 'quarantined', align: 'right', value: ({ quarantined }) => quarantined.length },
        { title: 'error', value: ({ error }) => error },
        { title: 'answer', value: ({ excerpt }) => excerpt, widest: 80 },
      ]);
    });
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
        { title: 'value', align: 'right', value: ({ value, unit }) => valueText(value, unit) },
        { title: 'expected', value: ({ expected }) => expected },
        { title: 'seen', value: ({ sentence }) => sentence, widest: 200 },
      ]);
    });
  group
    .command('report')
    .argument('<session>', 'session or connection id')
    .description('all of it as one HTML page, to read, print and send on')
    .addHelpText(
      'after',
      examples(
        'tributary session report storefront-west > report.html',
        'tributary session report storefront-west.1 > report.html',
      ),
    )
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const html = await api.sessionReport(await sessionIdOf(api, id));
      context.answer({ html }, () => [html.trimEnd()]);
    });
}

/** `additive: +note`, `breaking: -total, note ~` */
function driftText({
  class: kind,
  added,
  removed,
  retyped,
}: NonNullable<Ledgers['resources'][number]['drift']>) {
  const names = [
    ...added.map((name) => `+${name}`),
    ...removed.map((name) => `-${name}`),
    ...retyped.map((name) => `${name} of another type`),
  ];
  return kind === 'none' ? 'as before' : `${kind}: ${names.join(', ')}`;
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
