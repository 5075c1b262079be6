import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { parseSettings } from '../../platform/settings.ts';
import { createTributaryClient, type TributaryClient } from '../tributary-client.ts';
import { dataFiles } from './data-files.ts';
import { UsageError } from './exit.ts';
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
  api(): Promise<TributaryClient>;
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
      return clientOf(url ?? local?.url ?? `http://127.0.0.1:${api.port}`, token);
    },
  };
}

/** What timelines show as the caller. */
function caller(): string {
  const name = userInfo().username.replace(/[^\x20-\x7e]/g, '');
  return name === '' ? 'cli' : `cli ${name}`.slice(0, 200);
}

/** @throws {UsageError} for what is no address */
function clientOf(url: string, token: string | undefined): TributaryClient {
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw new UsageError(`"${url}" is no address such as http://127.0.0.1:7700.`);
  return createTributaryClient({ url, token, actor: caller() });
}
