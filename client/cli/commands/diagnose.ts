import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import type { Diagnosis } from '../diagnose/diagnose.ts';
import { type Step, shortened } from '../diagnose/steps.ts';
import { exitCodes } from '../exit.ts';
import { examples } from '../help.ts';
import { formatTable, plain } from '../output/table.ts';

const words: Readonly<Record<Step['state'], string>> = {
  ...{ well: 'well', fault: 'FAULT', unchecked: 'not checked' },
};

/** `tributary diagnose` */
export function addDiagnose(program: Command): void {
  program
    .command('diagnose')
    .description(
      'look at everything in order, and name the first fault with what to do; ends 1 if there is one',
    )
    .addHelpText('after', examples('tributary diagnose', 'tributary diagnose --json'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const { diagnose } = await import('../diagnose/diagnose.ts');
      const diagnosis = await diagnose(context.api);
      context.answer(diagnosis, () => linesOf(diagnosis));
      if (diagnosis.firstFault !== null) process.exitCode = exitCodes.failed;
    });
}

function linesOf({ steps, firstFault }: Diagnosis): string[] {
  const table = formatTable(shortened(steps), [
    { title: 'place', value: ({ place }) => place },
    { title: 'state', value: ({ state }) => words[state] },
    { title: 'seen', value: ({ text }) => text, widest: 140 },
  ]);
  if (firstFault === null) return [...table, '', 'No fault was found.'];
  const { place, text, help } = firstFault;
  return [
    ...table,
    ...['', `First fault: ${place}. ${plain(text)}`],
    ...(help === null ? [] : [`What to do:  ${plain(help)}`]),
  ];
}
