import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import { createSource, type SourceOptions } from '../../../connectors/registry.ts';
import type { ReadRequest, SourcePage } from '../../../connectors/source.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';

/** Path of a stand-in, by its place in test/support. */
export const standIn = (file: string): string =>
  fileURLToPath(new URL(`../../support/${file}`, import.meta.url));

const commands = ['about', 'spec', 'check', 'discover', 'read'] as const;
/** What a program is run for; a Singer tap has no `spec` and no `check`, an Airbyte source no `about`. */
export type ProgramCommand = (typeof commands)[number];

/** What a scripted program does once it has printed its lines, instead of ending. */
export type Ending =
  | 'hangs'
  | 'ignoresTerm'
  | 'bearsChild'
  | 'leavesChild'
  | 'halfLine'
  | 'longLine'
  | 'neverLine';

/** What a scripted program does when asked; nothing, and a good end, unless given. */
export interface Script extends Readonly<Partial<Record<ProgramCommand, readonly JsonValue[]>>> {
  /** To people, while it reads or before it fails. */
  readonly words?: string;
  readonly codes?: Readonly<Partial<Record<ProgramCommand, number>>>;
  readonly ends?: Readonly<Partial<Record<ProgramCommand, Ending>>>;
}

const textOf = (lines: readonly JsonValue[]): string =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');

/**
 * A program that does so; texts among its lines are printed as they stand. A later call with the same folder changes
 * what it does. In the folder it leaves what it was given (`seen-config`, `seen-catalog`, `seen-state`), and the process
 * id of its `child`.
 */
export async function scriptedProgram(folder: string, script: Script): Promise<readonly string[]> {
  const { words = '', codes = {}, ends = {} } = script;
  for (const command of commands) {
    await writeFile(join(folder, command), textOf(script[command] ?? []));
    await writeFile(join(folder, `${command}-code`), String(codes[command] ?? 0));
    await writeFile(join(folder, `${command}-ends`), ends[command] ?? '');
  }
  await writeFile(join(folder, 'words'), words);
  return [standIn('programs/scripted.sh'), folder];
}

/**
 * A command and a configuration as the source of a definition gets them; `said` is what it said to people, `kept` what
 * it rotated.
 */
export function optionsOf(
  { program }: ConnectorDefinition,
  command: readonly string[],
  configuration: JsonObject,
) {
  const said: string[] = [];
  const kept: JsonObject[] = [];
  const options: SourceOptions = {
    credentials: {
      authorization: async () => JSON.stringify(kept.at(-1) ?? configuration),
      keep: async (next) => void kept.push(next),
    },
    fetch,
    programs: { [program?.executable ?? '']: command },
    onSaid: (line) => said.push(line),
  };
  return { options, said, kept };
}

/** What a read gave. */
export interface Reading {
  readonly pages: readonly SourcePage[];
  readonly rows: readonly JsonValue[];
  /** The last one. */
  readonly bookmark: string | undefined;
  readonly replaces: boolean;
  readonly error: TributaryError | undefined;
  readonly said: readonly string[];
  readonly kept: readonly JsonObject[];
}

/** Reads the first stream of a definition to its end, whatever that is. */
export async function readProgram(
  definition: ConnectorDefinition,
  command: readonly string[],
  configuration: JsonObject,
  request: Partial<ReadRequest> = {},
): Promise<Reading> {
  const { options, said, kept } = optionsOf(definition, command, configuration);
  const source = createSource(definition, { baseUrl: null }, options);
  const resource = definition.resources[0]?.id ?? '';
  const pages: SourcePage[] = [];
  let error: TributaryError | undefined;
  try {
    const { signal } = new AbortController();
    for await (const page of source.read({ resource, signal, ...request })) pages.push(page);
  } catch (thrown) {
    if (!(thrown instanceof TributaryError)) throw thrown;
    error = thrown;
  }
  return {
    pages,
    rows: pages.flatMap(({ rows }) => rows),
    bookmark: pages.findLast(({ bookmark }) => bookmark !== undefined)?.bookmark,
    replaces: pages.at(-1)?.replaces === true,
    ...{ error, said, kept },
  };
}
