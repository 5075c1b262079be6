import { Argument, type Command } from 'commander';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { examples } from '../help.ts';
import { formatTable } from '../output/table.ts';
import type { Restartable } from '../service/restart.ts';

/** `tributary service` */
export function addService(program: Command): void {
  const service = program.command('service').description('what runs here, and how to restart it');
  service
    .command('status')
    .description('say what runs, whether it answers, and what keeps it running; ends 1 if something is gone')
    .addHelpText('after', examples('tributary service status'))
    .action(async (_options: unknown, command: Command) => {
      const { serviceStatus, serviceColumns } = await import('../service/status.ts');
      const status = await serviceStatus();
      contextOf(command).answer(status, () => [
        status.keeper,
        '',
        ...formatTable(status.parts, serviceColumns),
      ]);
      if (status.parts.some(({ state }) => state === 'gone')) process.exitCode = exitCodes.failed;
    });
  service
    .command('restart')
    .description('restart worker and API where npm start runs them; elsewhere say by which command')
    .addArgument(
      new Argument('[part]', 'what to restart')
        .choices(['all', 'worker', 'api', 'engine', 'store'])
        .default('all'),
    )
    .addHelpText('after', examples('tributary service restart', 'tributary service restart worker'))
    .action(async (part: 'all' | Restartable, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const { restart } = await import('../service/restart.ts');
      const done = await restart(part === 'all' ? ['worker', 'api'] : [part], context.note);
      context.answer(done, () => []);
      if (done.command !== null) process.exitCode = exitCodes.failed;
    });
}
