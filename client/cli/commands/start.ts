import type { Command } from 'commander';
import { examples } from '../help.ts';
import type { StartOptions } from '../start/start.ts';

/** `tributary start` */
export function addStart(program: Command): void {
  program
    .command('start')
    .description(
      'run engine, store, worker, API and sample app on this machine, and show four companies being synced',
    )
    .option('--once', 'end when the sessions are Synced', false)
    .option('--manual', 'consent yourself instead of the demonstration', false)
    .option('--out <folder>', 'where the records are written', 'out')
    .addHelpText('after', examples('tributary start', 'tributary start --once', 'npm start -- --manual'))
    .action(async (options: StartOptions) => {
      const { start } = await import('../start/start.ts');
      process.exitCode = await start(options);
    });
}
