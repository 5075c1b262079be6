import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { examples } from '../help.ts';
import { seenColumns } from '../output/seen.ts';

/** `tributary watchdog` */
export function addWatchdog(program: Command): void {
  program
    .command('watchdog')
    .description('watch engine, store, worker and API from outside, and tell when one of them is gone')
    .option('--once', 'look once, print what is seen, and end 1 if something is gone', false)
    .addHelpText('after', examples('tributary watchdog', 'tributary watchdog --once'))
    .action(async ({ once }: { readonly once: boolean }, command: Command) => {
      if (!once) {
        const { runWatchdog } = await import('../watchdog-process.ts');
        await runWatchdog();
        return;
      }
      const { lookOnce } = await import('../look-once.ts');
      const seen = await lookOnce();
      contextOf(command).list(seen, seen, seenColumns);
      if (seen.some(({ state }) => state === 'gone')) process.exitCode = exitCodes.failed;
    });
}
