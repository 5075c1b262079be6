import type { Command } from 'commander';
import { parseSettings } from '../../../platform/settings.ts';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { examples } from '../help.ts';

/** `tributary demo` */
export function addDemo(program: Command): void {
  const group = program.command('demo').description('demonstrations on the sample app');
  group
    .command('break')
    .description('kill the worker in the middle of loading and revoke a grant, and see both mended')
    .addHelpText(
      'after',
      examples('tributary demo break    (needs a running "npm start" in another terminal)'),
    )
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { demoBreak } = await import('../demo/break.ts');
      const { dataFolder } = parseSettings();
      const result = await demoBreak(dataFolder, (line) => context.note(line));
      context.answer(result, () => []);
      if (!result.equal) process.exitCode = exitCodes.failed;
    });
  group
    .command('reset')
    .description('empty the data folder; refused while it is in use')
    .addHelpText('after', examples('tributary demo reset'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { emptyDataFolder } = await import('../demo/reset.ts');
      const { dataFolder } = parseSettings();
      const deleted = await emptyDataFolder(dataFolder);
      context.answer({ dataFolder, deleted }, () => [
        deleted.length > 0
          ? `${dataFolder} is empty now (${deleted.length} files and folders deleted).`
          : `${dataFolder} was empty.`,
      ]);
    });
}
