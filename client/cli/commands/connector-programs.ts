import type { Command } from 'commander';
import type { AddedProgram, AddProgramOptions } from '../connector/add-program.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { formatTable, plain } from '../output/table.ts';
import { parseCount } from './shared.ts';

interface Options extends Omit<AddProgramOptions, 'executable' | 'onSaid' | 'quietSecs'> {
  readonly quietSecs?: string;
}

/** What was said on the command line. @throws {UsageError} */
const asked = (executable: string, { quietSecs, ...options }: Options) => ({
  ...{ ...options, executable, onSaid: (line: string) => console.error(line) },
  ...(quietSecs === undefined ? {} : { quietSecs: parseCount(quietSecs) }),
});

function linesOf({ file, streams, setting }: AddedProgram, config = '<configuration>'): string[] {
  const notes = streams.flatMap((one) => one.notes.map((note) => `${plain(one.stream)}: ${note}.`));
  return [
    ...formatTable(streams, [
      { title: 'stream', value: ({ stream }) => stream },
      { title: 'resource', value: ({ resource }) => resource },
      { title: 'key', value: ({ key }) => key.join(', ') },
      { title: 'cursor', value: ({ cursor }) => cursor ?? '-' },
      { title: 'each time', value: ({ incremental }) => (incremental ? 'what is new' : 'everything') },
    ]),
    ...notes,
    '',
    `Wrote ${file}. Look through it, then`,
    ...(setting === null ? [] : [`  export ${setting}    # for workers and API too`]),
    `  tributary connector test ${file} --secret-file ${config}`,
  ];
}

const withOptions = (command: Command): Command =>
  command
    .argument('<executable>', 'a name of TRIBUTARY_SOURCE_PROGRAMS, a program of the search path, or a path')
    .option('--config <file>', 'file with a configuration that works, JSON or YAML')
    .option('--id <id>', 'id of the app (default: the name without tap- or source-)')
    .option('--file <file>', 'where to write it (default: <id>.yaml)')
    .option('--quiet-secs <seconds>', 'end the program when it says nothing for so long (default: 600)')
    .option('--force', 'write over a file that is there');

/** `tributary connector add-singer` and `add-airbyte` */
export function addProgramCommands(group: Command): void {
  withOptions(group.command('add-singer'))
    .description('ask a Singer tap for its streams and write the definition')
    .addHelpText(
      'after',
      examples(
        'tributary connector add-singer tap-github --config github.json',
        'tributary connector add-singer ./venv/bin/tap-shop --config shop.json --id shop --force',
      ),
    )
    .action(async (executable: string, options: Options, command: Command) => {
      const context = contextOf(command);
      const { addProgram, askTap } = await import('../connector/add-program.ts');
      const added = await addProgram('singer', asked(executable, options), askTap);
      context.answer(added, () => linesOf(added, options.config));
    });
  withOptions(group.command('add-airbyte'))
    .description('ask an Airbyte source for its streams and write the definition')
    .addHelpText(
      'after',
      examples(
        'tributary connector add-airbyte source-faker',
        'tributary connector add-airbyte ./venv/bin/source-shop --config shop.json --id shop --force',
      ),
    )
    .action(async (executable: string, options: Options, command: Command) => {
      const context = contextOf(command);
      const { addProgram } = await import('../connector/add-program.ts');
      const { askSource } = await import('../connector/ask-airbyte.ts');
      const added = await addProgram('airbyte', asked(executable, options), askSource);
      context.answer(added, () => linesOf(added, options.config));
    });
}
