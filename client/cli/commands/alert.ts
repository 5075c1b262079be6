import type { Command } from 'commander';
import type { AlertView } from '../../api/schemas/alerts.ts';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { examples } from '../help.ts';

/** `tributary alert` */
export function addAlert(program: Command): void {
  const group = program.command('alert').description('what somebody was told of, or has to be');
  group
    .command('list')
    .option('--limit <count>', 'at most so many (default: 100)')
    .description('list alerts with what each channel was told; open ones first')
    .addHelpText('after', examples('tributary alert list', 'tributary alert list --json'))
    .action(async ({ limit }: { readonly limit?: string }, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const { alerts } = await api.listAlerts(limit === undefined ? {} : { limit: Number(limit) });
      context.list(alerts, alerts, [
        { title: 'incident', value: ({ incident }) => incident },
        {
          title: 'status',
          value: ({ status, acknowledged }) => (acknowledged ? `${status}, acknowledged` : status),
        },
        { title: 'since', value: ({ since }) => since },
        { title: 'times', value: ({ occurrences }) => String(occurrences) },
        { title: 'what', value: ({ title }) => title, widest: 60 },
        { title: 'told', value: toldOf, widest: 100 },
        { title: 'what helps', value: ({ command }) => command ?? '', widest: 60 },
      ]);
    });
  group
    .command('test')
    .description('send a message to each channel by the path of every alert, and say what happened')
    .addHelpText('after', examples('tributary alert test'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).testAlerts();
      context.answer(answer, () => answer.channels.map(({ sentence }) => sentence));
      if (!answer.delivered) process.exitCode = exitCodes.failed;
    });
  group
    .command('ack')
    .argument('<incident>', 'as tributary alert list shows it')
    .description('say that you take care of it; its thread says so too')
    .addHelpText('after', examples('tributary alert ack session/storefront-west'))
    .action(async (incident: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const alert = await (await context.api()).acknowledgeAlert(incident);
      context.answer(alert, () => [
        alert.acknowledged === null
          ? `${incident} is resolved already.`
          : `${alert.acknowledged.by.id} takes care of ${incident} since ${alert.acknowledged.at}.`,
      ]);
    });
}

const toldOf = ({ delivery }: AlertView): string =>
  delivery
    .map(({ channel, told, waiting, lastError }) => {
      if (lastError !== null) return `${channel}: ${lastError}`;
      return `${channel}: ${waiting ? 'soon' : told ? 'yes' : 'no'}`;
    })
    .join('; ');
