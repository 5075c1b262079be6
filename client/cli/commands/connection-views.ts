import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';

/** `tributary connection status|state|config|test`: they change nothing. */
export function addConnectionViews(group: Command): void {
  group
    .command('status')
    .argument('<connection>', 'connection id')
    .description('say where a connection stands, and what is next')
    .addHelpText('after', examples('tributary connection status storefront-acme'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).connectionStatus(id);
      const { status, reportedStatus, configurationStatus, errorReason, prerequisites, next } = answer;
      const done = prerequisites.filter((one) => one.done).length;
      context.answer(answer, () =>
        formatFacts([
          ['lifecycle', `${status} / ${configurationStatus}`],
          ['reported as', reportedStatus],
          ['in error because', errorReason],
          ['prerequisites', prerequisites.length === 0 ? 'none' : `${done} of ${prerequisites.length} done`],
          ['next', next?.command],
        ]),
      );
    });
  for (const [name, call] of [
    ['state', 'connectionState'],
    ['config', 'connectionConfig'],
  ] as const)
    group
      .command(name)
      .argument('<connection>', 'connection id')
      .description(`show the stored ${name === 'state' ? 'state' : 'configuration'} of a connection by key`)
      .addHelpText('after', examples(`tributary connection ${name} storefront-acme`))
      .action(async (id: string, _options: unknown, command: Command) => {
        const context = contextOf(command);
        const { entries } = await (await context.api())[call](id);
        context.list(entries, entries, [
          { title: 'key', value: ({ key }) => key },
          { title: 'value', value: ({ value }) => JSON.stringify(value), widest: 200 },
          { title: 'updated', value: ({ updatedAt }) => updatedAt },
        ]);
      });
  group
    .command('test')
    .argument('<connection>', 'connection id')
    .description('ask the app whether it takes the credentials of a connection')
    .addHelpText('after', examples('tributary connection test storefront-acme'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const answer = await (await context.api()).testConnection(id);
      const { ok, asked, durationMs, failure } = answer;
      context.answer(answer, () =>
        formatFacts([
          ['answer', ok ? 'the app takes the credentials' : failure?.message],
          ['asked', asked && `${asked.method} ${asked.url} (${asked.status ?? 'no answer'})`],
          ['took', `${durationMs} ms`],
          ['what to do', failure?.whatToDo],
        ]),
      );
      if (!ok) process.exitCode = exitCodes.failed;
    });
}
