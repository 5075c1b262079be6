import type { Command } from 'commander';
import { examples } from '../help.ts';

/** `tributary worker` and `tributary api`: single processes, for compose files. */
export function addServices(program: Command): void {
  program
    .command('worker')
    .description('run a worker process; needs TEMPORAL_ADDRESS and MONGODB_URI')
    .addHelpText(
      'after',
      examples('TEMPORAL_ADDRESS=temporal:7233 MONGODB_URI=mongodb://mongo:27017 tributary worker'),
    )
    .action(async () => {
      const { runWorker } = await import('../../../workers/main.ts');
      await runWorker();
    });
  program
    .command('api')
    .description('run an API process with its dispatcher; needs TEMPORAL_ADDRESS and MONGODB_URI')
    .addHelpText(
      'after',
      examples('TEMPORAL_ADDRESS=temporal:7233 MONGODB_URI=mongodb://mongo:27017 tributary api'),
    )
    .action(async () => {
      const { runApi } = await import('../api-process.ts');
      await runApi();
    });
}
