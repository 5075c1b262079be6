import type { Command } from 'commander';
import { contextOf } from '../context.ts';

/** `tributary setup` */
export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('prepare a real engine and store: namespace, search attributes, indexes; safe to run again')
    .addHelpText(
      'after',
      '\nExamples:\n  $ TEMPORAL_ADDRESS=temporal:7233 MONGODB_URI=mongodb://mongo:27017 tributary setup',
    )
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { setUp } = await import('../setup.ts');
      const done = await setUp((line) => context.note(line));
      context.answer(done, () => [
        `Ready: namespace ${done.namespace} (retention ${done.retentionDays} days), store ${done.database}.`,
      ]);
    });
}
