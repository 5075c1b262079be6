import type { Command } from 'commander';
import { parseSettings } from '../../platform/settings.ts';
import { type Api, createApi } from './api.ts';
import { dataFiles } from './data-files.ts';
import { type Column, formatTable } from './output/table.ts';

/** The options that every verb takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly token?: string;
}

/** What a verb works with. */
export interface Context {
  readonly json: boolean;
  /** The API by --url and --token, else by the environment, else as `start` left it in the data folder. */
  api(): Promise<Api>;
  /** Prints the answer: as JSON with --json, else the lines. */
  answer(value: unknown, lines: () => readonly string[]): void;
  /** Prints a list: as JSON with --json, else as a table. */
  list<Row>(value: unknown, rows: readonly Row[], columns: readonly Column<Row>[]): void;
  /** A line beside the answer; with --json it goes to stderr. */
  note(line: string): void;
}

/** Makes the context of the command that runs. */
export function contextOf(command: Command): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  const json = options.json === true;
  const print = (lines: readonly string[]): void => {
    for (const line of lines) console.log(line);
  };
  const answer: Context['answer'] = (value, lines) =>
    json ? console.log(JSON.stringify(value, null, 2)) : print(lines());
  return {
    json,
    answer,
    list: (value, rows, columns) => answer(value, () => formatTable(rows, columns)),
    note: (line) => (json ? console.error(line) : console.log(line)),
    api: async () => {
      const { dataFolder, api } = parseSettings();
      const local = await dataFiles(dataFolder).readApi();
      const url = options.url ?? process.env.TRIBUTARY_URL;
      // A token that was made for this machine is not sent to another address.
      const mine = url === undefined || url === local?.url;
      const token = options.token ?? process.env.TRIBUTARY_TOKEN ?? (mine ? local?.token : undefined);
      return createApi(url ?? local?.url ?? `http://127.0.0.1:${api.port}`, token);
    },
  };
}
