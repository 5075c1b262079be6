import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { exitCodes } from '../exit.ts';

/** `tributary doctor` */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say which engine and store would be used, and what is missing')
    .addHelpText('after', '\nExamples:\n  $ tributary doctor\n  $ tributary doctor --json')
    .action(async (_options: unknown, command: Command) => {
      const { doctor } = await import('../../../platform/setup/doctor.ts');
      const reports = await doctor();
      contextOf(command).list(reports, reports, [
        { title: 'part', value: ({ name }) => name },
        { title: 'way', value: ({ way }) => way, widest: 50 },
        { title: 'state', value: ({ state }) => state },
        { title: 'seen', value: ({ detail }) => detail, widest: 100 },
      ]);
      const parts = [...new Set(reports.map(({ name }) => name))];
      const lost = parts.filter((part) =>
        reports.every(({ name, state }) => name !== part || state === 'missing'),
      );
      if (lost.length > 0) process.exitCode = exitCodes.failed;
    });
}
