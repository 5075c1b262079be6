import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import { createSource, type SourceOptions } from '../../../connectors/registry.ts';
import type { ReadRequest, SourcePage } from '../../../connectors/source.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { type ProgramResource, programDefinition } from '../program/definition.ts';

const standIn = (file: string): string =>
  fileURLToPath(new URL(`../../support/taps/${file}`, import.meta.url));

/** A stand-in tap of one table, as a lines file. */
export const tableTap: readonly string[] = [process.execPath, standIn('table.mjs')];

/** What a scripted tap says; nothing, and a good end, unless given. */
export interface Script {
  /** As JSON, or as it stands. */
  readonly catalog?: JsonValue;
  /** Lines. */
  readonly messages?: readonly JsonValue[];
  /** To people. */
  readonly words?: string;
  readonly code?: number;
  readonly discoverCode?: number;
}

const lineOf = (message: JsonValue): string =>
  typeof message === 'string' ? message : JSON.stringify(message);

/** A tap that says so; in the folder it leaves `seen-catalog` and `seen-state`, what it was given. */
export async function scriptedTap(
  folder: string,
  { catalog = { streams: [] }, messages = [], words = '', code = 0, discoverCode = 0 }: Script,
): Promise<readonly string[]> {
  const files = {
    catalog: lineOf(catalog),
    messages: messages.map((message) => `${lineOf(message)}\n`).join(''),
    words,
    code: String(code),
    discoverCode: String(discoverCode),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return [standIn('scripted.sh'), folder];
}

/** A definition of kind singer, see `programDefinition`. */
export const tapDefinition = (resource: ProgramResource = {}): ConnectorDefinition =>
  programDefinition(
    { id: 'tapped', name: 'Tapped', kind: 'singer', executable: 'tap', secret: 'password' },
    resource,
  );

/** A command and a configuration as a source gets them; `said` is what the tap said to people. */
export function optionsOf(command: readonly string[], configuration: JsonObject) {
  const said: string[] = [];
  const options: SourceOptions = {
    credentials: { authorization: async () => JSON.stringify(configuration) },
    fetch,
    programs: { tap: command },
    onSaid: (line) => said.push(line),
  };
  return { options, said };
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
}

/** Reads a stream of a tap to its end, whatever that is. */
export async function readTap(
  command: readonly string[],
  configuration: JsonObject,
  resource: Parameters<typeof tapDefinition>[0] = {},
  request: Partial<ReadRequest> = {},
): Promise<Reading> {
  const { options, said } = optionsOf(command, configuration);
  const definition = tapDefinition(resource);
  const source = createSource(definition, { baseUrl: null }, options);
  const pages: SourcePage[] = [];
  let error: TributaryError | undefined;
  try {
    const { signal } = new AbortController();
    for await (const page of source.read({ resource: resource?.id ?? 'orders', signal, ...request }))
      pages.push(page);
  } catch (thrown) {
    if (!(thrown instanceof TributaryError)) throw thrown;
    error = thrown;
  }
  return {
    pages,
    rows: pages.flatMap(({ rows }) => rows),
    bookmark: pages.findLast(({ bookmark }) => bookmark !== undefined)?.bookmark,
    replaces: pages.at(-1)?.replaces === true,
    error,
    said,
  };
}
